internal import Events

/// Identifiers as text ⇄ their bytes: UUIDs, hexadecimal digits, Base64 for URLs.
enum IdentifierText {
    /// A UUID's length (RFC 9562 §4).
    static let uuidBytes = 36
    /// Characters that are 32 bytes in Base64.
    static let hashCharacters = 43
    /// Fewer digits are no identifier.
    static let hexadecimalLeast = 16

    private static let hexadecimalDigits = Array("0123456789abcdef".utf8)

    /// Whether 36 bytes at `start` are a UUID in lower case.
    static func isUUID(_ text: [UInt8], at start: Int) -> Bool {
        for index in 0..<uuidBytes {
            let byte = text[start + index]
            switch index {
            case 8, 13, 18, 23: if byte != UInt8(ascii: "-") { return false }
            default: if nibble(byte) > 15 { return false }
            }
        }
        return true
    }

    /// Whether a range holds pairs of digits in lower case, at least 16.
    static func isHexadecimal(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= hexadecimalLeast, range.count.isMultiple(of: 2) else { return false }
        for index in range where nibble(text[index]) > 15 { return false }
        return true
    }

    /// Whether a range is a number from 0 to 10^18 − 1 without leading zeros.
    static func isNumber(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        guard 1...18 ~= range.count, text[range.lowerBound] != 0x30 || range.count == 1 else {
            return false
        }
        for index in range where text[index] &- 0x30 > 9 { return false }
        return true
    }

    /// Whether the last 43 characters of a range are 32 bytes in Base64 for URLs.
    static func endsWithHash(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= hashCharacters else { return false }
        for index in range.suffix(hashCharacters) where sextet(text[index]) > 63 { return false }
        return sextet(text[range.upperBound - 1]) & 3 == 0
    }

    /// Appends the bytes of a range that holds digits in pairs, and hyphens to be left out.
    static func appendBytes(
        ofHexadecimal text: [UInt8], _ range: Range<Int>, to bytes: inout [UInt8]
    ) {
        var high: UInt8?
        for index in range where text[index] != UInt8(ascii: "-") {
            let value = nibble(text[index])
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
    }

    /// Appends the digits of bytes, with a UUID's hyphens if asked to.
    static func append(
        hexadecimal bytes: ArraySlice<UInt8>, isUUID: Bool = false, to text: inout [UInt8]
    ) {
        for (index, byte) in bytes.enumerated() {
            if isUUID, index == 4 || index == 6 || index == 8 || index == 10 {
                text.append(UInt8(ascii: "-"))
            }
            text.append(hexadecimalDigits[Int(byte >> 4)])
            text.append(hexadecimalDigits[Int(byte & 15)])
        }
    }

    /// Appends the 32 bytes that 43 characters at `start` are in Base64.
    static func appendBytes(ofHash text: [UInt8], at start: Int, to bytes: inout [UInt8]) {
        var bits: UInt32 = 0
        var count = 0
        for index in start..<start + hashCharacters {
            bits = bits << 6 | UInt32(sextet(text[index]))
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
    }

    /// A digit's value; over 15 for what is none.
    @inline(__always)
    private static func nibble(_ byte: UInt8) -> UInt8 {
        let digit = byte &- 0x30
        if digit <= 9 { return digit }
        let letter = byte &- 0x61
        return letter <= 5 ? letter + 10 : 255
    }

    /// A Base64 character's value; over 63 for what is none.
    private static func sextet(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: 255
        }
    }
}

/// A text that is Base64 as a whole: either alphabet, padded or not, of printable UTF-8.
enum Base64Text {
    /// The fewest characters that count, those of eight bytes.
    static let countMin = 11

    /// A range without the spaces around it.
    static func trimmed(_ text: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var (first, last) = (range.lowerBound, range.upperBound)
        while first < last, text[first] == 0x20 { first += 1 }
        while first < last, text[last - 1] == 0x20 { last -= 1 }
        return first..<last
    }

    /// Whether printable text, or spaces before it, may begin with a character: `g` to `v` would
    /// be a byte that only continues one.
    @inline(__always)
    static func mayBegin(_ character: UInt8) -> Bool { character &- UInt8(ascii: "g") >= 16 }

    /// Whether a range is Base64 of at least eight bytes of printable UTF-8: of what is none, few
    /// get beyond their first bytes.
    static func isText(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= countMin else { return false }
        let end = unpadded(text, range)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        var rest = 0
        for index in range.lowerBound..<end {
            guard let value = value(text[index]) else { return false }
            bits = bits << 6 | value
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            let byte = bits >> bitCount & 0xFF
            guard isPrintable(byte), (byte & 0xC0 == 0x80) == (rest > 0) else { return false }
            if byte >= 0xC0 {
                rest = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1
            } else if rest > 0 {
                rest -= 1
            }
        }
        return rest == 0 && bitCount < 6 && (end - range.lowerBound) * 3 / 4 >= 8
    }

    /// What a range that passed `isText` means.
    static func decoded(_ text: [UInt8], _ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        // All at once: what the array grew out of would stay in memory.
        bytes.reserveCapacity(range.count / 4 * 3 + 3)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for index in range.lowerBound..<unpadded(text, range) {
            bits = bits << 6 | (value(text[index]) ?? 0)
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
        return bytes
    }

    private static func unpadded(_ text: [UInt8], _ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, range.upperBound - end < 2, text[end - 1] == 61 { end -= 1 }
        return end
    }

    @inline(__always)
    private static func isPrintable(_ byte: UInt32) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte < 0xF5 || byte == 10 || byte == 13 || byte == 9
    }

    @inline(__always)
    private static func value(_ character: UInt8) -> UInt32? {
        if Symbol.isASCIILetter(character) {
            return UInt32(character & 31) - 1 + UInt32(character >> 5 & 1) * 26
        }
        if Symbol.isDigit(character) { return UInt32(character) + 4 }
        switch character {
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): return 63
        default: return nil
        }
    }
}

/// Base64 by RFC 4648.
public enum Base64 {
    private static let alphabet: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// The URL alphabet (§5), without padding.
    public static func urlText(_ bytes: [UInt8]) -> [UInt8] {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe [UInt8](unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { text, count in
                let alphabet = unsafe alphabet.utf8Start
                @inline(__always)
                func put(_ bits: UInt32) {
                    unsafe text[count] = alphabet[Int(bits & 63)]
                    count += 1
                }
                var index = 0
                while index + 3 <= bytes.count {
                    let (high, middle) = unsafe (UInt32(bytes[index]), UInt32(bytes[index + 1]))
                    let bits = unsafe high << 16 | middle << 8 | UInt32(bytes[index + 2])
                    put(bits >> 18)
                    put(bits >> 12)
                    put(bits >> 6)
                    put(bits)
                    index += 3
                }
                guard index < bytes.count else { return }
                // The last byte's bits are followed by zeros.
                let hasTwo = index + 1 < bytes.count
                let bits =
                    unsafe UInt32(bytes[index]) << 16
                    | (hasTwo ? UInt32(bytes[index + 1]) << 8 : 0)
                put(bits >> 18)
                put(bits >> 12)
                if hasTwo { put(bits >> 6) }
            }
        }
    }

    /// The standard alphabet (§4), with padding.
    public static func text(_ bytes: [UInt8]) -> [UInt8] {
        var text = urlText(bytes).map { (character) -> UInt8 in
            switch character {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: character
            }
        }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return text
    }

    /// The bytes that a text in the standard alphabet (§4) means; nil for anything else.
    public static func bytes(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard end % 4 != 1 else { return nil }
        for character in text[..<end] {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | value
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
        }
        return bytes
    }

    /// The bytes that a text in the URL alphabet (§5), without padding, means; nil for another.
    public static func urlBytes(_ text: [UInt8]) -> [UInt8]? {
        var standard = text
        for index in standard.indices {
            switch standard[index] {
            case UInt8(ascii: "-"): standard[index] = UInt8(ascii: "+")
            case UInt8(ascii: "_"): standard[index] = UInt8(ascii: "/")
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: break
            }
        }
        return bytes(standard)
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

/// The inside of JSON strings: escapes undone, compared and written at their shortest.
public enum JSONEscape {
    /// The value of one hexadecimal digit.
    static func nibble(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte - 48)
        case 65...70: UInt32(byte - 55)
        case 97...102: UInt32(byte - 87)
        default: nil
        }
    }

    /// Appends what stands between a string's quotation marks, each escape at its shortest.
    ///
    /// Shortest means: raw UTF-8 where JSON allows it, the two-character escapes, else `\u00xx`; a
    /// surrogate without its partner has no UTF-8 and stays `\udxxx`, lower case.
    public static func appendCanonical(_ text: [UInt8], in range: Range<Int>, to out: inout [UInt8])
    {
        var index = range.lowerBound
        while index < range.upperBound {
            let plain =
                ByteRun.first(UInt8(ascii: "\\"), of: text, in: index..<range.upperBound)
                ?? range.upperBound
            ByteRun.append(text, index..<plain, to: &out)
            index = plain
            guard index < range.upperBound else { return }
            let (unit, length) = read(text, at: index, limit: range.upperBound)
            appendCanonical(unit, to: &out)
            index += length
        }
    }

    /// The string's bytes with every escape undone.
    ///
    /// A surrogate without its partner becomes three bytes in the manner of WTF-8, so that
    /// different strings stay different.
    public static func decode(_ text: [UInt8], in range: Range<Int>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            guard text[index] == UInt8(ascii: "\\") else {
                out.append(text[index])
                index += 1
                continue
            }
            let (unit, length) = read(text, at: index, limit: range.upperBound)
            appendUTF8(unit, to: &out)
            index += length
        }
        return out
    }

    /// Whether a string, escapes undone, is `name`.
    public static func isEqual(_ text: [UInt8], in range: Range<Int>, to name: StaticString) -> Bool
    {
        let count = name.utf8CodeUnitCount
        guard count > 0, range.count >= count else { return count == 0 && range.isEmpty }
        // Most names differ in their first byte, and then nothing that is escaped matters.
        let first = text[range.lowerBound]
        let expected = unsafe name.utf8Start.pointee
        guard first == expected || first == UInt8(ascii: "\\") else { return false }
        if range.count == count {
            for offset in 0..<count {
                let expected = unsafe name.utf8Start[offset]
                if text[range.lowerBound + offset] != expected { return false }
            }
            return true
        }
        guard ByteRun.first(UInt8(ascii: "\\"), of: text, in: range) != nil else { return false }
        let decoded = decode(text, in: range)
        guard decoded.count == count else { return false }
        for offset in 0..<count {
            let expected = unsafe name.utf8Start[offset]
            if decoded[offset] != expected { return false }
        }
        return true
    }

    /// Appends a quoted JSON string that means `bytes`, which must be UTF-8.
    public static func appendQuoted(_ bytes: [UInt8], to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in bytes {
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                appendCanonical(UInt32(byte), to: &out)
            } else {
                out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Reads the escape at `index`: the scalar or lone surrogate it means, and its length in bytes.
    private static func read(_ text: [UInt8], at index: Int, limit: Int) -> (UInt32, Int) {
        guard index + 1 < limit else { return (UInt32(UInt8(ascii: "\\")), 1) }
        switch text[index + 1] {
        case UInt8(ascii: "b"): return (8, 2)
        case UInt8(ascii: "f"): return (12, 2)
        case UInt8(ascii: "n"): return (10, 2)
        case UInt8(ascii: "r"): return (13, 2)
        case UInt8(ascii: "t"): return (9, 2)
        case UInt8(ascii: "u"):
            guard let high = unit(text, at: index, limit: limit) else { return (0xFFFD, 2) }
            guard 0xD800..<0xDC00 ~= high,
                let low = unit(text, at: index + 6, limit: limit), 0xDC00..<0xE000 ~= low
            else { return (high, 6) }
            return (0x10000 + (high - 0xD800) << 10 + (low - 0xDC00), 12)
        default: return (UInt32(text[index + 1]), 2)
        }
    }

    /// The code unit of the `\uXXXX` at `index`; nil where none stands there.
    private static func unit(_ text: [UInt8], at index: Int, limit: Int) -> UInt32? {
        guard index + 6 <= limit, text[index] == UInt8(ascii: "\\"),
            text[index + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt32 = 0
        for offset in 2..<6 {
            guard let nibble = nibble(text[index + offset]) else { return nil }
            unit = unit << 4 | nibble
        }
        return unit
    }

    private static func appendCanonical(_ unit: UInt32, to out: inout [UInt8]) {
        switch unit {
        case UInt32(UInt8(ascii: "\"")): appendEscape(UInt8(ascii: "\""), to: &out)
        case UInt32(UInt8(ascii: "\\")): appendEscape(UInt8(ascii: "\\"), to: &out)
        case 8: appendEscape(UInt8(ascii: "b"), to: &out)
        case 9: appendEscape(UInt8(ascii: "t"), to: &out)
        case 10: appendEscape(UInt8(ascii: "n"), to: &out)
        case 12: appendEscape(UInt8(ascii: "f"), to: &out)
        case 13: appendEscape(UInt8(ascii: "r"), to: &out)
        case 0..<0x20, 0xD800..<0xE000:
            appendEscape(UInt8(ascii: "u"), to: &out)
            for index in 0..<4 {
                let nibble = UInt8(truncatingIfNeeded: unit >> UInt32(12 - 4 * index)) & 15
                out.append(nibble < 10 ? 48 + nibble : 87 + nibble)
            }
        default: appendUTF8(unit, to: &out)
        }
    }

    private static func appendEscape(_ letter: UInt8, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\\"))
        out.append(letter)
    }

    private static func appendUTF8(_ unit: UInt32, to out: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 {
            UInt8(truncatingIfNeeded: unit >> shift) & 0x3F | 0x80
        }
        switch unit {
        case 0..<0x80: out.append(UInt8(truncatingIfNeeded: unit))
        case 0x80..<0x800:
            out.append(UInt8(truncatingIfNeeded: unit >> 6) | 0xC0)
            out.append(tail(0))
        case 0x800..<0x10000:
            out.append(UInt8(truncatingIfNeeded: unit >> 12) | 0xE0)
            out.append(tail(6))
            out.append(tail(0))
        default:
            out.append(UInt8(truncatingIfNeeded: unit >> 18) | 0xF0)
            out.append(tail(12))
            out.append(tail(6))
            out.append(tail(0))
        }
    }
}

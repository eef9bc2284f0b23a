/// Reads a text symbol by symbol, however its symbols are spelt.
///
/// One symbol is one byte: ASCII as it is, full-width and Arabic digits, letters and signs as their
/// ASCII likes, any white space as a space, any dash as `-`, another letter as `Symbol.letter`,
/// anything else as `Symbol.other`. Undone are the escapes of JSON, of URLs (each however often)
/// and of HTML by number. What has no width is passed over.
struct TextFolding {
    private let text: [UInt8]
    private let end: Int
    /// Where the next symbol, or what has no width before it, begins.
    private(set) var position: Int
    /// Where the symbol last read begins.
    private(set) var start: Int

    init(_ text: [UInt8], _ range: Range<Int>) {
        self.text = text
        position = range.lowerBound
        start = range.lowerBound
        end = range.upperBound
    }

    /// The next symbol; nil at the end.
    @inline(never)
    mutating func next() -> UInt8? {
        while position < end {
            start = position
            let symbol = Self.symbol(of: scalar())
            if symbol != 0 { return symbol }
        }
        start = end
        return nil
    }

    /// All symbols.
    static func symbols(of text: [UInt8], _ range: Range<Int>) -> [UInt8] {
        var folding = TextFolding(text, range)
        // Never more than there are bytes: what the array grew out of would stay in memory.
        var symbols: [UInt8] = []
        symbols.reserveCapacity(range.count)
        while folding.position < folding.end {
            let byte = text[folding.position]
            if SymbolClass.of(byte) & SymbolClass.folded == 0 {
                symbols.append(byte)
                folding.position += 1
            } else if let symbol = folding.next() {
                symbols.append(symbol)
            }
        }
        return symbols
    }

    /// One character, and what it is spelt by.
    private mutating func scalar() -> UInt32 {
        let first = unit()
        if first == 38 { return entity() ?? first }
        // What an escape of JSON names is no byte of UTF-8.
        guard first >= Self.byteMark else { return first }
        let lead = first & 0xFF
        var rest = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0
        guard rest > 0 else { return 0xFFFD }
        var scalar = lead & (0x3F >> UInt32(rest))
        while rest > 0 {
            let mark = position
            let next = position < end ? unit() : 0
            guard next >= Self.byteMark, next & 0xC0 == 0x80 else {
                position = mark
                return 0xFFFD
            }
            scalar = scalar << 6 | next & 0x3F
            rest -= 1
        }
        return scalar
    }

    // Marks a byte of 128 and more, whether raw or percent-encoded.
    private static let byteMark: UInt32 = 1 << 24

    /// One character of ASCII, one byte beyond it, or what an escape of JSON names.
    private mutating func unit() -> UInt32 {
        var unit = UInt32(text[position])
        position += 1
        if unit == 92 { unit = escape() }
        // `%2540` is `%40` is `@`.
        while unit == 37, let high = nibble(0), let low = nibble(1) {
            position += 2
            unit = high << 4 | low
        }
        return unit < 0x80 || unit > 0xFF && unit < Self.byteMark ? unit : mark(unit)
    }

    private func mark(_ unit: UInt32) -> UInt32 { unit | Self.byteMark }

    private func nibble(_ offset: Int) -> UInt32? {
        position + offset < end ? Symbol.nibble(text[position + offset]) : nil
    }

    /// What a run of backslashes and the letter behind it stand for: JSON within JSON doubles them.
    private mutating func escape() -> UInt32 {
        while position < end, text[position] == 92 { position += 1 }
        guard position < end else { return 92 }
        switch text[position] {
        case UInt8(ascii: "u"):
            var unit: UInt32 = 0
            for offset in 1...4 {
                guard let nibble = nibble(offset) else { return 92 }
                unit = unit << 4 | nibble
            }
            position += 5
            // A letter of Latin-1 must not pass for a byte.
            return unit < 0x80 || unit > 0xFF ? unit : Self.latin(unit)
        case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
            UInt8(ascii: "t"):
            position += 1
            return 10
        case UInt8(ascii: "\""), UInt8(ascii: "/"):
            position += 1
            return UInt32(text[position - 1])
        default: return 92
        }
    }

    /// A stand-in beyond Latin-1 that folds alike.
    private static func latin(_ unit: UInt32) -> UInt32 {
        switch unit {
        case 0xA0: 0x3000
        case 0xAD: 0x200B
        case 0xAA, 0xB5, 0xBA, 0xC0...: 0x100
        default: 0x2022
        }
    }

    /// The character of `&#64;` or `&#x40;`, whose `&` was read.
    private mutating func entity() -> UInt32? {
        var index = position
        guard index < end, text[index] == UInt8(ascii: "#") else { return nil }
        index += 1
        let isHexadecimal = index < end && text[index] | 32 == UInt8(ascii: "x")
        if isHexadecimal { index += 1 }
        var scalar: UInt32 = 0
        let first = index
        while index < end, index - first < 7, let digit = Symbol.nibble(text[index]),
            isHexadecimal || digit < 10
        {
            scalar = scalar * (isHexadecimal ? 16 : 10) + digit
            index += 1
        }
        guard index > first, index < end, text[index] == UInt8(ascii: ";") else { return nil }
        position = index + 1
        return scalar
    }

    /// The symbol for a character; 0 for what has no width.
    static func symbol(of scalar: UInt32) -> UInt8 {
        switch scalar {
        case 0x20..<0x7F: UInt8(scalar)
        case 9, 10, 13, 0xA0, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: 0x20
        case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x2069,
            0xFE00...0xFE0F, 0xFEFF:
            0
        case 0x2010...0x2015, 0x2212: UInt8(ascii: "-")
        case 0x2019: UInt8(ascii: "'")
        case 0xFE6B: UInt8(ascii: "@")
        case 0xFF01...0xFF5E: UInt8(scalar - 0xFEE0)
        case 0x660...0x669: UInt8(scalar - 0x660 + 48)
        case 0x6F0...0x6F9: UInt8(scalar - 0x6F0 + 48)
        case 0xAA, 0xB5, 0xBA: Symbol.letter
        case 0..<0xC0, 0xD7, 0xF7, 0x2000...0x2BFF, 0x3001...0x303F, 0xD800...0xF8FF,
            0xFE10...0xFE6A, 0xFFE0...0xFFFF, 0x1F000...:
            Symbol.other
        default: Symbol.letter
        }
    }
}

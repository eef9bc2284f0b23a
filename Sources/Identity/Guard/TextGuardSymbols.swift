/// What a byte, or a symbol that a text was folded to, can be part of.
///
/// One table of constant bytes: an array would be put together when the agent starts.
struct SymbolClass: Equatable {
    /// The bits of `SymbolClass`.
    let bits: UInt8

    /// A digit, or the `+` before one.
    static let digit: UInt8 = 1
    /// What may stand within a number: digits, what separates them, all beyond ASCII.
    static let withinNumber: UInt8 = 2
    /// Either alphabet of Base64 (RFC 4648 §4, §5), and its padding.
    static let base64: UInt8 = 4
    /// A sign that a text must be looked at: `@`, and what may disguise one or a digit.
    static let sign: UInt8 = 8
    /// What is not a symbol as it stands, but part of one.
    static let folded: UInt8 = 16
    /// What may stand before the `@` of an address.
    static let localPart: UInt8 = 32

    // Each character is a byte's bits, and 64.
    private static let table: StaticString = """
        PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPB`@``ZZ`BB@g@fbFgggggggggg@@@D@@\
        Jdddddddddddddddddddddddddd@Z@@d@dddddddddddddddddddddddddd@@@`P\
        rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\
        rrrrrrrrrrrrrrrrrrrrrrrrrzrzrrrrrrrrrrrrrrrrrrrzrrrrrrrrrrrrrrrr
        """

    /// The bits of one byte.
    @inline(__always)
    static func of(_ byte: UInt8) -> UInt8 { unsafe table.utf8Start[Int(byte)] & 63 }
}

/// One symbol of a folded text.
enum Symbol {
    /// Any letter beyond ASCII.
    static let letter: UInt8 = 0x80
    /// What is neither letter, digit, white space nor ASCII.
    static let other: UInt8 = 1

    static func isDigit(_ symbol: UInt8) -> Bool { symbol &- 48 < 10 }

    static func isASCIILetter(_ symbol: UInt8) -> Bool { (symbol | 32) &- 97 < 26 }

    static func isLetter(_ symbol: UInt8) -> Bool {
        isASCIILetter(symbol) || symbol >= Symbol.letter
    }

    static func isWord(_ symbol: UInt8) -> Bool { isDigit(symbol) || isLetter(symbol) }

    static func lowered(_ symbol: UInt8) -> UInt8 {
        symbol &- 65 < 26 ? symbol | 32 : symbol
    }

    /// The value of one hexadecimal digit.
    static func nibble(_ symbol: UInt8) -> UInt32? {
        if isDigit(symbol) { return UInt32(symbol - 48) }
        let letter = symbol | 32
        return letter &- 97 < 6 ? UInt32(letter - 87) : nil
    }
}

/// What a quick look at a text says of it: one pass, no branch on what the bytes are.
struct TextSurvey {
    /// What any byte is.
    var any: UInt8 = 0
    /// The most digits that nothing but separators part.
    var digitCount = 0

    /// Whether a range has six digits, or a byte of which `hasSign` may be true: eight bytes at
    /// once, since most texts of an event are passed over by it.
    @inline(__always)
    static func mayHold(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        unsafe text.withUnsafeBytes { text in
            var digitCount: UInt64 = 0
            var index = range.lowerBound
            while index + 8 <= range.upperBound {
                let word = unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if signs(word) != 0 { return true }
                digitCount &+= (digits(word) >> 7) &* 0x0101_0101_0101_0101 >> 56
                index += 8
            }
            while index < range.upperBound {
                let bits = SymbolClass.of(unsafe text[index])
                if bits & (SymbolClass.sign | SymbolClass.folded) != 0 { return true }
                digitCount &+= UInt64(bits & SymbolClass.digit)
                index += 1
            }
            return digitCount >= 6
        }
    }

    /// The highest bit of each byte that is `@`, `%`, `&`, a backslash or beyond ASCII, and perhaps
    /// of others behind it.
    @inline(__always)
    private static func signs(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let at = word ^ (ones &* 0x40)
        let backslash = word ^ (ones &* 0x5C)
        let percent = word ^ (ones &* 0x25)
        let ampersand = word ^ (ones &* 0x26)
        let zeros =
            (at &- ones) & ~at | (backslash &- ones) & ~backslash | (percent &- ones) & ~percent
            | (ampersand &- ones) & ~ampersand
        return (zeros | word) & (ones &* 0x80)
    }

    /// The highest bit of each digit, of a word of ASCII.
    @inline(__always)
    private static func digits(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        return (word &+ ones &* 0x50) & ~(word &+ ones &* 0x46) & (ones &* 0x80)
    }

    /// Looks at a range.
    init(_ text: [UInt8], _ range: Range<Int>) {
        unsafe text.withUnsafeBufferPointer { text in
            var run = 0
            for index in range {
                let bits = SymbolClass.of(unsafe text[index])
                any |= bits
                run = (run &+ Int(bits & 1)) & (0 &- Int(bits >> 1 & 1))
                digitCount = run > digitCount ? run : digitCount
            }
        }
    }

    /// Whether something may be in the text that is not encoded as a whole.
    ///
    /// The shortest number that counts has eight digits and a `+`, or nine: a date and a time have
    /// eight.
    func isWorthScanning(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        if digitCount >= 9 { return true }
        return any & SymbolClass.sign != 0 && Self.hasSign(text, range)
    }

    /// Whether there is an `@`, or what one or a digit may be spelt with.
    private static func hasSign(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        for index in range where SymbolClass.of(text[index]) & SymbolClass.sign != 0 {
            let next = index + 1 < range.upperBound ? text[index + 1] : 0
            switch text[index] {
            case UInt8(ascii: "%"): if Symbol.nibble(next) != nil { return true }
            case UInt8(ascii: "&"): if next == UInt8(ascii: "#") { return true }
            case UInt8(ascii: "\\"):
                // `\/` is of Base64.
                switch next {
                case UInt8(ascii: "u"), UInt8(ascii: "\\"), UInt8(ascii: "/"): return true
                default: break
                }
            default: return true
            }
        }
        return false
    }
}

/// One token of a JSON text.
public struct JSONToken: Equatable, Sendable {
    /// What a token is.
    public enum Kind: UInt8, Sendable {
        case objectStart, objectEnd, arrayStart, arrayEnd
        /// A member's name; its value follows.
        case key
        case string, number, `true`, `false`, null
        /// The end of the range.
        case end
    }

    /// What it is.
    public var kind: Kind
    /// Where it stands in the text; of a key or string, what is between the quotation marks.
    public var range: Range<Int>

    /// Whether this is a value without parts.
    public var isScalar: Bool {
        switch kind {
        case .string, .number, .true, .false, .null: true
        default: false
        }
    }
}

/// Reads a JSON text token by token, without copying and without a stack.
///
/// The text must have passed `JSONCheck` (or be canonical): on anything else the tokens are
/// meaningless, though the cursor stays within its range.
public struct JSONCursor: Sendable {
    /// The text that ranges of tokens refer to.
    public let text: [UInt8]
    private let end: Int
    private var index: Int

    /// Begins at the start of `range`.
    public init(_ text: [UInt8], in range: Range<Int>) {
        self.text = text
        index = range.lowerBound
        end = range.upperBound
    }

    /// Begins at the start of a whole text.
    public init(_ text: [UInt8]) { self.init(text, in: 0..<text.count) }

    /// Whether a byte is white space between tokens.
    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The next token; `.end` for ever once the range is used up.
    public mutating func next() -> JSONToken {
        while index < end, Self.isWhiteSpace(text[index]) || text[index] == UInt8(ascii: ",") {
            index += 1
        }
        guard index < end else { return JSONToken(kind: .end, range: end..<end) }
        let start = index
        switch text[index] {
        case UInt8(ascii: "{"): return single(.objectStart)
        case UInt8(ascii: "}"): return single(.objectEnd)
        case UInt8(ascii: "["): return single(.arrayStart)
        case UInt8(ascii: "]"): return single(.arrayEnd)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word(.true, length: 4)
        case UInt8(ascii: "f"): return word(.false, length: 5)
        case UInt8(ascii: "n"): return word(.null, length: 4)
        default:
            while index < end, isNumberPart(text[index]) { index += 1 }
            // Only a text that never passed the check comes here without having moved.
            if index == start { index = end }
            return JSONToken(kind: .number, range: start..<index)
        }
    }

    /// Passes over the value whose first token was just read, and says how deep it nests.
    ///
    /// - Returns: the levels of arrays and objects in it, 0 for a scalar.
    @discardableResult
    public mutating func skip(_ first: JSONToken) -> Int {
        guard first.kind == .objectStart || first.kind == .arrayStart else { return 0 }
        var level = 1
        var deepest = 1
        while level > 0 {
            switch next().kind {
            case .objectStart, .arrayStart:
                level += 1
                deepest = max(deepest, level)
            case .objectEnd, .arrayEnd: level -= 1
            case .end: return deepest
            default: continue
            }
        }
        return deepest
    }

    /// Where the next byte would be read.
    public var position: Int { index }

    private mutating func single(_ kind: JSONToken.Kind) -> JSONToken {
        index += 1
        return JSONToken(kind: kind, range: index - 1..<index)
    }

    private mutating func word(_ kind: JSONToken.Kind, length: Int) -> JSONToken {
        let start = index
        index = min(end, index + length)
        return JSONToken(kind: kind, range: start..<index)
    }

    private mutating func string() -> JSONToken {
        let start = index + 1
        let close = ByteRun.endOfString(text, from: start, before: end) ?? end
        index = min(close + 1, end)
        // In a valid text a string before a colon is a key, and no other string is.
        var ahead = index
        while ahead < end, Self.isWhiteSpace(text[ahead]) { ahead += 1 }
        guard ahead < end, text[ahead] == UInt8(ascii: ":") else {
            return JSONToken(kind: .string, range: start..<close)
        }
        index = ahead + 1
        return JSONToken(kind: .key, range: start..<close)
    }

    private func isNumberPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }
}

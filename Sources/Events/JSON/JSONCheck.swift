/// Why a text is not JSON, and where.
public struct JSONError: Error, Equatable, Sendable {
    /// What is wrong at `offset`.
    public enum Reason: UInt8, Sendable {
        /// The text ends before its value does.
        case truncated
        /// A byte that the grammar does not allow there.
        case unexpectedByte
        /// Not UTF-8 (RFC 8259 §8.1).
        case notUTF8
        /// A control character inside a string.
        case controlCharacter
        /// A backslash before something that is no escape.
        case badEscape
        /// A number that the grammar does not allow, such as `-x` or `1.e5`.
        case badNumber
    }

    /// What is wrong.
    public var reason: Reason
    /// The offset of the offending byte within the checked range.
    public var offset: Int

    /// Makes an error of its parts.
    public init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// A sentence's middle for people: "a byte that the grammar does not allow".
    public var explanation: String {
        switch reason {
        case .truncated: "the text ends too early"
        case .unexpectedByte: "a byte that JSON does not allow there"
        case .notUTF8: "bytes that are not UTF-8"
        case .controlCharacter: "a control character inside a string"
        case .badEscape: "a backslash before something that is no escape"
        case .badNumber: "a malformed number"
        }
    }
}

/// Decides whether bytes are one JSON text by RFC 8259: exactly the valid ones pass.
///
/// Nesting is bounded by memory alone, at one bit a level; whoever needs fewer levels counts them
/// with `JSONCursor`, which wants a text that passed here.
public struct JSONCheck {
    private let text: [UInt8]
    private let start: Int
    private let end: Int
    private var index: Int
    // One bit a level, set for an object.
    private var levels: [UInt64] = []
    private var levelCount = 0

    private init(_ text: [UInt8], _ range: Range<Int>) {
        self.text = text
        start = range.lowerBound
        end = range.upperBound
        index = range.lowerBound
    }

    /// Returns where `range` of `text` is one JSON text, white space around it allowed.
    ///
    /// - Throws: `JSONError` with an offset from the start of the range.
    public static func check(_ text: [UInt8], in range: Range<Int>) throws(JSONError) {
        var check = JSONCheck(text, range)
        try check.run()
    }

    private enum Expectation { case value, valueOrEnd, keyOrEnd, key, separatorOrEnd }

    private mutating func run() throws(JSONError) {
        var expectation = Expectation.value
        while true {
            skipWhiteSpace()
            if levelCount == 0, expectation == .separatorOrEnd {
                guard index == end else { throw fail(.unexpectedByte) }
                return
            }
            guard index < end else { throw fail(.truncated) }
            expectation = try step(expectation)
        }
    }

    private mutating func step(_ expectation: Expectation) throws(JSONError) -> Expectation {
        let byte = text[index]
        switch expectation {
        case .value:
            return try value(byte)
        case .valueOrEnd:
            if byte == UInt8(ascii: "]") { return pop() }
            return try value(byte)
        case .keyOrEnd:
            if byte == UInt8(ascii: "}") { return pop() }
            return try key(byte)
        case .key:
            return try key(byte)
        case .separatorOrEnd:
            let isObject = isInObject
            if byte == UInt8(ascii: ",") {
                index += 1
                return isObject ? .key : .value
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw fail(.unexpectedByte)
            }
            return pop()
        }
    }

    private mutating func key(_ byte: UInt8) throws(JSONError) -> Expectation {
        guard byte == UInt8(ascii: "\"") else { throw fail(.unexpectedByte) }
        try string()
        skipWhiteSpace()
        guard index < end else { throw fail(.truncated) }
        guard text[index] == UInt8(ascii: ":") else { throw fail(.unexpectedByte) }
        index += 1
        return .value
    }

    private mutating func value(_ byte: UInt8) throws(JSONError) -> Expectation {
        switch byte {
        case UInt8(ascii: "{"):
            push(isObject: true)
            return .keyOrEnd
        case UInt8(ascii: "["):
            push(isObject: false)
            return .valueOrEnd
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), 48...57: try number()
        default: throw fail(.unexpectedByte)
        }
        return .separatorOrEnd
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard index < end else { throw fail(.truncated) }
            let expected = unsafe word.utf8Start[offset]
            guard text[index] == expected else { throw fail(.unexpectedByte) }
            index += 1
        }
    }

    private mutating func number() throws(JSONError) {
        if text[index] == UInt8(ascii: "-") { index += 1 }
        if index < end, text[index] == UInt8(ascii: "0") { index += 1 } else { try digits() }
        if index < end, text[index] == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if index < end, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < end, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
                index += 1
            }
            try digits()
        }
    }

    private mutating func digits() throws(JSONError) {
        let first = index
        while index < end, text[index] &- 48 < 10 { index += 1 }
        guard index > first else { throw fail(index == end ? .truncated : .badNumber) }
    }

    private mutating func string() throws(JSONError) {
        index += 1
        while true {
            guard index < end else { throw fail(.truncated) }
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw fail(.controlCharacter)
            case 0x20..<0x80: index += 1
            default: try multibyte(byte)
            }
        }
    }

    private mutating func escape() throws(JSONError) {
        guard index + 1 < end else { throw fail(.truncated) }
        switch text[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 2
        case UInt8(ascii: "u"):
            for offset in 2..<6 {
                guard index + offset < end else { throw fail(.truncated) }
                guard JSONEscape.nibble(text[index + offset]) != nil else { throw fail(.badEscape) }
            }
            index += 6
        default: throw fail(.badEscape)
        }
    }

    // The well-formed byte sequences of Unicode 16, table 3-7.
    private mutating func multibyte(_ lead: UInt8) throws(JSONError) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw fail(.notUTF8)
        }
        guard index + length <= end else { throw fail(.notUTF8) }
        guard second.contains(text[index + 1]) else { throw fail(.notUTF8) }
        for offset in 2..<max(2, length) where text[index + offset] & 0xC0 != 0x80 {
            throw fail(.notUTF8)
        }
        index += length
    }

    private mutating func skipWhiteSpace() {
        while index < end, JSONCursor.isWhiteSpace(text[index]) { index += 1 }
    }

    private var isInObject: Bool {
        let level = levelCount - 1
        return levels[level >> 6] >> UInt64(level & 63) & 1 == 1
    }

    private mutating func push(isObject: Bool) {
        index += 1
        if levelCount >> 6 == levels.count { levels.append(0) }
        let bit = UInt64(1) << UInt64(levelCount & 63)
        if isObject { levels[levelCount >> 6] |= bit } else { levels[levelCount >> 6] &= ~bit }
        levelCount += 1
    }

    private mutating func pop() -> Expectation {
        index += 1
        levelCount -= 1
        return .separatorOrEnd
    }

    private func fail(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason, offset: index - start)
    }
}

internal import Events

/// Something else stood where the format wants one thing.
struct Mismatch: Error {
    /// Where, in the scanned bytes.
    let offset: Int
}

/// Reads a payload strictly in the format's order.
struct Scanner {
    let bytes: [UInt8]
    var offset = 0

    /// Whether nothing is left.
    var isAtEnd: Bool { offset >= bytes.count }

    /// Steps over `text`, which must stand here.
    mutating func expect(_ text: StaticString) throws(Mismatch) {
        guard skip(text) else { throw Mismatch(offset: offset) }
    }

    /// Steps over `text` if it stands here, and says so.
    mutating func skip(_ text: StaticString) -> Bool {
        guard bytes.count - offset >= text.utf8CodeUnitCount else { return false }
        let start = offset
        let isHere = text.withUTF8Buffer { text in
            for index in 0..<text.count where unsafe text[index] != bytes[start + index] {
                return false
            }
            return true
        }
        if isHere { offset += text.utf8CodeUnitCount }
        return isHere
    }

    /// Steps over 1 to 64 allowed bytes and the quote after them.
    mutating func word(_ isAllowed: (UInt8) -> Bool) throws(Mismatch) -> String {
        let start = offset
        while offset < bytes.count, isAllowed(bytes[offset]) { offset += 1 }
        let count = offset - start
        guard count > 0, count <= Line.wordBytesMax else { throw Mismatch(offset: start) }
        let word = String(decoding: bytes[start..<offset], as: UTF8.self)
        try expect("\"")
        return word
    }

    /// Reads a word of lower-case letters and the quote after it, into what `meaning` makes of it.
    mutating func choice<Value>(_ meaning: (String) -> Value?) throws(Mismatch) -> Value {
        let start = offset
        guard let value = meaning(try word { $0 >= 0x61 && $0 <= 0x7A }) else {
            throw Mismatch(offset: start)
        }
        return value
    }

    /// Reads a decimal number without leading zeros, at most `largest`.
    mutating func number(upTo largest: UInt32) throws(Mismatch) -> UInt32 {
        let start = offset
        let value = try integer()
        guard value >= 0, value <= Int64(largest), bytes[start] != 0x2D else {
            throw Mismatch(offset: start)
        }
        return UInt32(value)
    }

    /// Reads a decimal number, perhaps negative, without leading zeros; `-0` is none.
    mutating func integer() throws(Mismatch) -> Int64 {
        let start = offset
        let isNegative = skip("-")
        let digits = offset
        var value: Int64 = 0
        while offset < bytes.count, case let digit = bytes[offset] &- 0x30, digit <= 9 {
            let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOverToo) =
                isNegative
                ? tens.subtractingReportingOverflow(Int64(digit))
                : tens.addingReportingOverflow(Int64(digit))
            guard !isOver, !isOverToo else { throw Mismatch(offset: start) }
            value = sum
            offset += 1
        }
        guard offset > digits, bytes[digits] != 0x30 || (offset == digits + 1 && !isNegative)
        else { throw Mismatch(offset: start) }
        return value
    }

    /// Reads 16 lower-case hexadecimal digits.
    mutating func hexadecimalWord() throws(Mismatch) -> UInt64 {
        guard bytes.count - offset >= 16 else { throw Mismatch(offset: offset) }
        let digits = bytes[offset..<offset + 16]
        guard digits.allSatisfy({ $0 < 0x41 || $0 > 0x46 }), let value = Hexadecimal.value(digits)
        else { throw Mismatch(offset: offset) }
        offset += 16
        return value
    }

    /// Reads 32 lower-case hexadecimal digits and the quote after them.
    mutating func identifier() throws(Mismatch) -> StreamID {
        let identifier = StreamID(high: try hexadecimalWord(), low: try hexadecimalWord())
        try expect("\"")
        return identifier
    }

    /// Takes the rest of this line but its last byte, a `}`, and steps over the line feed.
    mutating func restOfLine() throws(Mismatch) -> [UInt8] {
        let start = offset
        let lineEnd = ByteRun.first(Line.lineFeed, of: bytes, in: start..<bytes.count)
        offset = lineEnd ?? bytes.count
        let end = offset - 1
        guard lineEnd != nil, end - start >= 2, end - start <= Limits.enclosedEventBytes,
            bytes[end] == Line.closingBrace, bytes[end - 1] == Line.closingBrace,
            bytes[start] == Line.openingBrace
        else { throw Mismatch(offset: start) }
        offset += 1
        var rest: [UInt8] = []
        ByteRun.append(bytes, start..<end, to: &rest)
        return rest
    }
}

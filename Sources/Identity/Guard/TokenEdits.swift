internal import Events

/// What is replaced of an event's text, token by token, in the text's order.
///
/// Of an event in canonical form all that stays is copied in runs; most events stay whole.
struct TokenEdits {
    private struct Edit {
        var place: Range<Int>
        /// What stands between the quotation marks.
        var bytes: [UInt8]
        /// Whether it takes the place of a token that has none.
        var isQuoted: Bool
    }

    private let text: [UInt8]
    private let range: Range<Int>
    private var edits: [Edit] = []
    /// Whether no string has an escape.
    let isPlain: Bool
    // Whether nothing but the commas of canonical JSON was seen between the tokens.
    private var isCompact = true

    /// Begins with nothing replaced.
    init(_ text: [UInt8], in range: Range<Int>) {
        self.text = text
        self.range = range
        isPlain = ByteRun.first(UInt8(ascii: "\\"), of: text, in: range) == nil
    }

    /// Sees the token that a cursor has read from one position to another.
    @inline(__always)
    mutating func see(_ token: JSONToken, from start: Int, to end: Int) {
        var first = token.range.lowerBound
        switch token.kind {
        case .key:
            first -= 1
            // A quotation mark and a colon.
            isCompact = isCompact && end == token.range.upperBound + 2
        case .string: first -= 1
        default: break
        }
        guard first != start else { return }
        isCompact = isCompact && first == start + 1 && text[start] == UInt8(ascii: ",")
    }

    /// Puts bytes in the place of a key, a string or a number; it is a string then.
    ///
    /// - Parameter bytes: what stands between its quotation marks.
    mutating func replace(_ token: JSONToken, with bytes: [UInt8]) {
        edits.append(Edit(place: token.range, bytes: bytes, isQuoted: token.kind == .number))
    }

    /// The canonical text with everything in its place.
    func applied() -> [UInt8] {
        guard isPlain && isCompact else { return rewritten() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count + Self.room)
        var copied = range.lowerBound
        for edit in edits {
            ByteRun.append(text, copied..<edit.place.lowerBound, to: &bytes)
            if edit.isQuoted { bytes.append(UInt8(ascii: "\"")) }
            ByteRun.append(edit.bytes, edit.bytes.indices, to: &bytes)
            if edit.isQuoted { bytes.append(UInt8(ascii: "\"")) }
            copied = edit.place.upperBound
        }
        ByteRun.append(text, copied..<range.upperBound, to: &bytes)
        return bytes
    }

    // For markers that are longer than what they stand for, and what is added later.
    private static let room = 160

    /// The same, token by token.
    private func rewritten() -> [UInt8] {
        var cursor = JSONCursor(text, in: range)
        var writer = JSONWriter(capacity: range.count + Self.room)
        var next = edits.startIndex
        while true {
            let token = cursor.next()
            if token.kind == .end { return writer.bytes }
            guard next < edits.endIndex, edits[next].place == token.range else {
                writer.copy(token, of: text)
                continue
            }
            var whole = token
            whole.kind = token.kind == .key ? .key : .string
            whole.range = edits[next].bytes.indices
            writer.copy(whole, of: edits[next].bytes)
            next += 1
        }
    }
}

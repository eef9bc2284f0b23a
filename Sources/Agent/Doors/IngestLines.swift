package import Events
package import Intake

/// One producer's bytes on the ingest socket, cut into lines.
package struct IngestLines {
    /// One line feed's worth of a group.
    package enum Line {
        /// White space alone: counted, nothing else.
        case blank
        /// An event, and where its JSON breaks off if it does.
        case event(Proposal, JSONError?)
        /// A line longer than an event may be; what came of it was thrown away.
        case oversize(byteCount: Int64)
    }

    private(set) var unfinished: [UInt8] = []
    private var discardedByteCount: Int64

    /// Begins with a new line, or in one of which so many bytes were thrown away already.
    package init(discardedByteCount: Int64 = 0) { self.discardedByteCount = discardedByteCount }

    /// Takes bytes and cuts off every line that they finish.
    ///
    /// - Returns: the text that the lines' ranges refer to, and the lines in order.
    package mutating func receive(_ bytes: [UInt8]) -> (text: [UInt8], lines: [Line]) {
        guard let lastFeed = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
            keep(bytes[...])
            return ([], [])
        }
        var text = unfinished
        unfinished = []
        text.append(contentsOf: bytes[...lastFeed])
        let lines = cut(text)
        keep(bytes[(lastFeed + 1)...])
        return (text, lines)
    }

    /// The peer has ended: a last line without its line feed is a line all the same.
    mutating func finish() -> (text: [UInt8], lines: [Line]) {
        guard !unfinished.isEmpty || discardedByteCount > 0 else { return ([], []) }
        return receive([UInt8(ascii: "\n")])
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        guard discardedByteCount == 0, unfinished.count + bytes.count <= Limits.eventBytes else {
            discardedByteCount += Int64(unfinished.count) + Int64(bytes.count)
            unfinished = []
            return
        }
        unfinished.append(contentsOf: bytes)
    }

    private mutating func cut(_ text: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            lines.append(line(text, start..<end))
            start = end + 1
        }
        return lines
    }

    private mutating func line(_ text: [UInt8], _ range: Range<Int>) -> Line {
        if discardedByteCount > 0 {
            defer { discardedByteCount = 0 }
            return .oversize(byteCount: discardedByteCount + Int64(range.count))
        }
        guard text[range].contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else {
            return .blank
        }
        let (proposal, error) = LineDialect.propose(text, in: range)
        return .event(proposal, error)
    }
}

/// Makes one answer of the bytes that a collector, or whatever stands in its way, sends back.
///
/// Pure, and bounded: a head of 16 KiB, a body of 1 MiB. Interim answers (1xx) are read over.
public struct ResponseParser: Sendable {
    /// One whole answer.
    public struct Answer: Hashable, Sendable {
        /// The status code, 200–599.
        public var status: Int
        /// The header fields, names lower case.
        public var fields: [HTTPField]
        /// The body, without its transfer coding.
        public var body: [UInt8]
        /// Whether the connection may carry another exchange.
        public var isKeepAlive: Bool
    }

    /// The bytes are no answer: not HTTP/1, framed wrongly, over a bound, or cut short.
    public struct Malformed: Error, Hashable {}

    /// The longest body of an answer: a receipt of 1000 refusals is under 100 KiB.
    public static let bodyLimitBytes = 1 << 20
    /// The most interim answers before the final one.
    static let interimLimit = 8

    private enum Phase: Sendable { case head, length(Int64), chunked, untilEnd, finished }

    private var phase = Phase.head
    private var lines = LineReader()
    private var chunks = ChunkReader()
    private var answer: Answer?
    private var interimCount = 0
    /// Whether any byte has come.
    public private(set) var hasBegun = false

    /// Makes a parser for one answer.
    public init() {}

    /// Takes the next bytes; gives the answer once it is whole.
    public mutating func feed(_ bytes: [UInt8]) throws(Malformed) -> Answer? {
        hasBegun = hasBegun || !bytes.isEmpty
        var cursor = 0
        while case .head = phase {
            guard let line = try nextLine(bytes, &cursor) else { return nil }
            try endLine(line)
        }
        try readBody(bytes, &cursor)
        guard case .finished = phase, var whole = answer else { return nil }
        // What nobody asked for leaves the connection in doubt.
        if cursor < bytes.count { whole.isKeepAlive = false }
        return whole
    }

    /// Says that the connection has ended; gives the answer where that is how its body ends.
    public mutating func end() throws(Malformed) -> Answer {
        guard case .untilEnd = phase, let answer else { throw Malformed() }
        phase = .finished
        return answer
    }

    private mutating func nextLine(_ bytes: [UInt8], _ cursor: inout Int) throws(Malformed)
        -> ArraySlice<UInt8>?
    {
        do throws(LineReader.Failure) {
            return try lines.next(in: bytes, from: &cursor, limit: RequestHead.limitBytes)
        } catch { throw Malformed() }
    }

    private mutating func endLine(_ line: ArraySlice<UInt8>) throws(Malformed) {
        guard answer != nil else {
            let (status, isKeepAlive) = try ResponseParser.statusLine(line)
            answer = Answer(status: status, fields: [], body: [], isKeepAlive: isKeepAlive)
            return
        }
        if line.isEmpty { return try endHead() }
        guard let field = FieldLine.field(line),
            answer?.fields.count ?? 0 < RequestHead.limitFields
        else { throw Malformed() }
        answer?.fields.append(field)
    }

    private mutating func endHead() throws(Malformed) {
        guard let head = answer else { throw Malformed() }
        lines = LineReader()
        if head.status < 200 {
            interimCount += 1
            // 101 leaves HTTP, which was not asked for.
            guard head.status != 101, interimCount <= ResponseParser.interimLimit else {
                throw Malformed()
            }
            answer = nil
            return
        }
        if HTTPField.names("close", in: "connection", of: head.fields) {
            answer?.isKeepAlive = false
        } else if HTTPField.names("keep-alive", in: "connection", of: head.fields) {
            answer?.isKeepAlive = true
        }
        phase = try bodyPhase(head)
    }

    private mutating func bodyPhase(_ head: Answer) throws(Malformed) -> Phase {
        let framing: BodyFraming
        do throws(BodyFraming.Failure) { framing = try BodyFraming(head.fields) } catch {
            throw Malformed()
        }
        if head.status == 204 || head.status == 304 { return .length(0) }
        switch framing {
        case .length(let length):
            guard length <= Int64(ResponseParser.bodyLimitBytes) else { throw Malformed() }
            return .length(length)
        case .chunked: return .chunked
        case .unsaid:
            answer?.isKeepAlive = false
            return .untilEnd
        }
    }

    private mutating func readBody(_ bytes: [UInt8], _ cursor: inout Int) throws(Malformed) {
        switch phase {
        case .head, .finished: return
        case .length(let rest):
            let count = Int(min(rest, Int64(bytes.count - cursor)))
            try append(bytes[cursor..<(cursor + count)])
            cursor += count
            phase = rest == Int64(count) ? .finished : .length(rest - Int64(count))
        case .untilEnd:
            try append(bytes[cursor...])
            cursor = bytes.count
        case .chunked:
            var pieces: [ArraySlice<UInt8>] = []
            do throws(ChunkReader.Failure) {
                try chunks.read(bytes, from: &cursor) { pieces.append($0) }
            } catch { throw Malformed() }
            for piece in pieces { try append(piece) }
            if chunks.isFinished { phase = .finished }
        }
    }

    private mutating func append(_ piece: ArraySlice<UInt8>) throws(Malformed) {
        guard (answer?.body.count ?? 0) + piece.count <= ResponseParser.bodyLimitBytes else {
            throw Malformed()
        }
        answer?.body.append(contentsOf: piece)
    }

    /// Reads `HTTP/1.1 200 OK`; the phrase may be missing.
    private static func statusLine(_ text: ArraySlice<UInt8>) throws(Malformed) -> (Int, Bool) {
        let line = Array(text)
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8),
            line[7] == UInt8(ascii: "0") || line[7] == UInt8(ascii: "1"),
            line[8] == UInt8(ascii: " "), line.count == 12 || line[12] == UInt8(ascii: " "),
            let status = ASCII.decimal(line[9..<12]), status >= 100, status <= 599
        else { throw Malformed() }
        return (Int(status), line[7] == UInt8(ascii: "1"))
    }
}

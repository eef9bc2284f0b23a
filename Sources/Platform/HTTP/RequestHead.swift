internal import Events

/// The head of one request while it arrives, line by line.
struct RequestHead: Sendable {
    static let limitBytes = 16 * 1024
    static let limitMilliseconds: Int64 = 5_000
    /// Browsers send about 20.
    static let limitFields = 100

    /// Why a head is none, with the status to answer.
    struct Refusal: Error {
        var status: Int
        var reason: String

        init(_ status: Int, _ reason: String) {
            self.status = status
            self.reason = reason
        }
    }

    private var lines = LineReader()
    private var requestLine: RequestLine?
    private var fields: [HTTPField] = []
    private var hasSkippedLine = false
    private var start: Instant?

    /// Whether nothing of a head has come.
    var isEmpty: Bool { start == nil }
    var bufferedBytes: Int { isEmpty ? 0 : lines.takenBytes }
    var deadline: Instant {
        start?.advanced(byMilliseconds: RequestHead.limitMilliseconds) ?? .never
    }

    /// Reads on from `cursor`; gives the request without its body once the head is whole.
    mutating func read(_ input: [UInt8], from cursor: inout Int, at now: Instant) throws(Refusal)
        -> HTTPRequest?
    {
        while cursor < input.count {
            if start == nil { start = now }
            guard let line = try nextLine(input, &cursor) else { return nil }
            if requestLine == nil {
                try begin(line)
                continue
            }
            if line.isEmpty { return try request() }
            guard let field = FieldLine.field(line) else {
                throw Refusal(400, "a header line is not a name and a value")
            }
            guard fields.count < RequestHead.limitFields else {
                throw Refusal(431, "more than 100 header fields")
            }
            fields.append(field)
        }
        return nil
    }

    private mutating func nextLine(_ input: [UInt8], _ cursor: inout Int) throws(Refusal)
        -> ArraySlice<UInt8>?
    {
        do throws(LineReader.Failure) {
            return try lines.next(in: input, from: &cursor, limit: RequestHead.limitBytes)
        } catch {
            switch error {
            case .tooLong: throw Refusal(431, "the head is over 16 KiB")
            case .bareLineFeed: throw Refusal(400, "a line ends in a bare line feed")
            case .bareReturn: throw Refusal(400, "a carriage return stands alone")
            case .controlCharacter: throw Refusal(400, "a control character in the head")
            }
        }
    }

    private mutating func begin(_ line: ArraySlice<UInt8>) throws(Refusal) {
        if line.isEmpty {
            // Some old clients end a body with an empty line that its length does not count.
            guard !hasSkippedLine else { throw Refusal(400, "empty lines before the request") }
            lines.restart()
            hasSkippedLine = true
            start = nil
            return
        }
        do throws(RequestLine.Failure) { requestLine = try RequestLine(line) } catch {
            switch error {
            case .malformed: throw Refusal(400, "the request line is malformed")
            case .unknownVersion: throw Refusal(505, "only HTTP/1.0 and HTTP/1.1 are spoken")
            }
        }
    }

    private func request() throws(Refusal) -> HTTPRequest? {
        guard let line = requestLine else { return nil }
        return HTTPRequest(
            method: line.method, path: line.path, query: line.query,
            host: try RequestHead.host(line, fields), version: line.version, fields: fields,
            isKeepAlive: RequestHead.isKeepAlive(line.version, fields), body: [])
    }

    private static func host(_ line: RequestLine, _ fields: [HTTPField]) throws(Refusal) -> String?
    {
        var host: String?
        for field in fields where field.name == "host" {
            let value = Array(field.value.utf8)
            guard host == nil else { throw Refusal(400, "two Host fields") }
            guard RequestLine.isHost(value[...]) else { throw Refusal(400, "a malformed Host") }
            host = field.value
        }
        if host == nil && line.version == .http11 { throw Refusal(400, "no Host field") }
        return line.host ?? host
    }

    private static func isKeepAlive(_ version: HTTPRequest.Version, _ fields: [HTTPField]) -> Bool {
        if HTTPField.names("close", in: "connection", of: fields) { return false }
        return version == .http11 || HTTPField.names("keep-alive", in: "connection", of: fields)
    }
}

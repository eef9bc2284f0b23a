/// An answer to a producer.
public struct HTTPResponse: Hashable, Sendable {
    /// The status code.
    public var status: Int
    /// Fields beside Content-Length and Connection, in the order of sending.
    public var fields: [HTTPField]
    /// The body.
    public var body: [UInt8]

    /// Makes an answer of its parts.
    public init(status: Int, fields: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The interim answer to `RequestOutcome.continueWanted`.
    public static let proceed = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The bytes to send in answer to `request`.
    ///
    /// Says that the connection closes where there is no request to go by, where the request wants
    /// no other, or where `isClosing`; then the caller closes. Field values must hold no line ends.
    public func bytes(answering request: HTTPRequest?, isClosing: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + body.count)
        bytes.append(contentsOf: "HTTP/1.1 \(status) ".utf8)
        bytes.append(contentsOf: HTTPResponse.reason(status).utf8)
        for field in fields { append(field.name, field.value, to: &bytes) }
        if status != 204 && status >= 200 {
            append("content-length", "\(body.count)", to: &bytes)
        }
        if let request, request.isKeepAlive, !isClosing {
            // An HTTP/1.0 client has to be told; an HTTP/1.1 client knows.
            if request.version == .http10 { append("connection", "keep-alive", to: &bytes) }
        } else {
            append("connection", "close", to: &bytes)
        }
        bytes.append(contentsOf: "\r\n\r\n".utf8)
        if request?.method != "HEAD" && status != 204 { bytes.append(contentsOf: body) }
        return bytes
    }

    private func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: ": ".utf8)
        bytes.append(contentsOf: value.utf8)
    }

    /// The phrase that belongs to a status; empty for one that the agent never sends.
    public static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}

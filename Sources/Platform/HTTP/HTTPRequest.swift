/// One request of a producer, whole.
public struct HTTPRequest: Hashable, Sendable {
    /// The protocol's version, as the request line says it.
    public enum Version: Sendable { case http10, http11 }

    /// The method as sent, such as `POST`; any token.
    public var method: String
    /// The target's path, percent-encoded as sent; `*` for `OPTIONS *`, empty for `CONNECT`.
    public var path: String
    /// What follows the first `?` of the target; nil without one.
    public var query: String?
    /// The host that was asked, with its port if one was sent: an absolute target's authority, else
    /// the Host field; nil on HTTP/1.0 without either.
    public var host: String?
    /// The protocol's version.
    public var version: Version
    /// The header fields as sent, names lower case.
    public var fields: [HTTPField]
    /// Whether the connection may carry another request.
    public var isKeepAlive: Bool
    /// The body, without its transfer coding.
    public var body: [UInt8]

    /// The value of the first field of this name, which must be lower case.
    public func field(_ name: String) -> String? { HTTPField.first(name, in: fields) }
}

extension HTTPField {
    /// The value of the first field of this name, which must be lower case.
    public static func first(_ name: String, in fields: [HTTPField]) -> String? {
        for field in fields where field.name == name { return field.value }
        return nil
    }

    /// Whether a comma-separated field names a token, in any of its occurrences and in any case.
    static func names(_ token: String, in name: String, of fields: [HTTPField]) -> Bool {
        for field in fields where field.name == name {
            let value = Array(field.value.utf8)
            for part in value.split(separator: UInt8(ascii: ",")) {
                let word = String(decoding: ASCII.trimmed(part), as: UTF8.self)
                if word.lowercased() == token { return true }
            }
        }
        return false
    }
}

/// What came next on a connection from a producer.
public enum RequestOutcome: Hashable, Sendable {
    /// More bytes are needed; at `RequestParser.deadline` they are late.
    case incomplete
    /// The peer wants `HTTPResponse.proceed` before it sends the body.
    case continueWanted
    /// A request with its body.
    case complete(HTTPRequest)
    /// A request whose body was over the limit; the head, and how many bytes of body came.
    ///
    /// Nothing follows: answer and close.
    case oversize(HTTPRequest, discardedBytes: Int64)
    /// Not a request. Nothing follows: answer with the status and close.
    case refused(status: Int, reason: String)
}

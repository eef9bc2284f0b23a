/// The first line of a request, such as `POST /v1/batch?a=b HTTP/1.1`.
struct RequestLine: Sendable {
    enum Failure: Error { case malformed, unknownVersion }

    var method: String
    var path: String
    var query: String?
    /// The authority of an absolute target.
    var host: String?
    var version: HTTPRequest.Version

    init(_ line: ArraySlice<UInt8>) throws(Failure) {
        let parts = line.split(
            separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, ASCII.isToken(parts[0]) else { throw .malformed }
        guard parts[1].allSatisfy({ ASCII.isVisible($0) && $0 != UInt8(ascii: "#") }) else {
            throw .malformed
        }
        method = String(decoding: parts[0], as: UTF8.self)
        version = try RequestLine.version(parts[2])
        (path, query, host) = try RequestLine.target(parts[1], method)
    }

    private static func version(_ text: ArraySlice<UInt8>) throws(Failure) -> HTTPRequest.Version {
        let bytes = Array(text)
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), isDigit(bytes[5]),
            bytes[6] == UInt8(ascii: "."), isDigit(bytes[7])
        else { throw .malformed }
        switch (bytes[5], bytes[7]) {
        case (0x31, 0x30): return .http10
        case (0x31, 0x31): return .http11
        default: throw .unknownVersion
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func target(_ target: ArraySlice<UInt8>, _ method: String) throws(Failure)
        -> (path: String, query: String?, host: String?)
    {
        guard let first = target.first else { throw .malformed }
        if method == "CONNECT" { return ("", nil, String(decoding: target, as: UTF8.self)) }
        if first == UInt8(ascii: "/") {
            let (path, query) = split(target)
            return (path, query, nil)
        }
        if method == "OPTIONS", Array(target) == [UInt8(ascii: "*")] { return ("*", nil, nil) }
        let scheme = "http://"
        guard target.count > 7, ASCII.lowered(target.prefix(7)) == scheme else { throw .malformed }
        let rest = target.dropFirst(7)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        let authority = rest[..<(end ?? rest.endIndex)]
        guard !authority.isEmpty, isHost(authority) else { throw .malformed }
        let (path, query) = split(rest[(end ?? rest.endIndex)...])
        return (path.isEmpty ? "/" : path, query, String(decoding: authority, as: UTF8.self))
    }

    private static func split(_ target: ArraySlice<UInt8>) -> (String, String?) {
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else {
            return (String(decoding: target, as: UTF8.self), nil)
        }
        return (
            String(decoding: target[..<mark], as: UTF8.self),
            String(decoding: target[(mark + 1)...], as: UTF8.self)
        )
    }

    /// Whether a text could be a host and port: user information, paths and lists could not.
    static func isHost(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { (byte) in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"), UInt8(ascii: "~"):
                true
            default: false
            }
        }
    }
}

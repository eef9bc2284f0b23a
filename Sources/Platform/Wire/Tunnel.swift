internal import CPlatform
internal import Events

/// A proxy that connections to the collector go through: HTTP CONNECT, RFC 9110 §9.3.6.
public struct Proxy: Hashable, Sendable {
    /// Its name or address.
    public var host: String
    /// Its TCP port.
    public var port: UInt16
    /// `user:password`, if it wants to know who asks.
    public var credentials: String?

    /// Makes it of its parts.
    public init(host: String, port: UInt16, credentials: String? = nil) {
        self.host = host
        self.port = port
        self.credentials = credentials
    }

    var destination: Destination { Destination(isSecure: false, host: host, port: port) }
}

/// The beginning of a connection through a proxy.
enum Tunnel {
    private static let headBytesMost = 16 << 10
    private static let headEnd = Array("\r\n\r\n".utf8)

    /// Has a proxy connect to a destination; afterwards the transport leads there.
    static func open(
        through transport: SocketTransport, _ proxy: Proxy, to destination: Destination,
        until deadline: Instant
    ) throws(Conversation.Failure) {
        let request = request(proxy, destination)
        let head: [UInt8]
        do throws(TransportFailure) {
            var sent = 0
            while sent < request.count {
                sent += try transport.send(request, from: sent, until: deadline)
            }
            head = try receiveHead(transport, until: deadline)
        } catch { throw Conversation.Failure(.proxy, -error.errno) }
        // `HTTP/1.1 200 `: what it says beside that is for people.
        guard head.count > 12, head.starts(with: "HTTP/1.".utf8),
            let status = ASCII.decimal(head[9..<12])
        else { throw Conversation.Failure(.proxy, 0) }
        guard 200...299 ~= status else {
            throw Conversation.Failure(.proxy, Int32(clamping: status))
        }
        // Whoever says more before it was asked is no proxy.
        guard head.suffix(4).elementsEqual(headEnd) else { throw Conversation.Failure(.proxy, 0) }
    }

    private static func request(_ proxy: Proxy, _ destination: Destination) -> [UInt8] {
        let host = destination.host.utf8.contains(UInt8(ascii: ":"))
        let name = host ? "[" + destination.host + "]" : destination.host
        let target = "\(name):\(destination.port)"
        var request = Array("CONNECT \(target) HTTP/1.1\r\nhost: \(target)\r\n".utf8)
        if let credentials = proxy.credentials {
            request += "proxy-authorization: Basic ".utf8
            request += Base64.text(Array(credentials.utf8))
            request += "\r\n".utf8
        }
        request += "\r\n".utf8
        return request
    }

    /// An answer up to its empty line at least: a refusal has a body.
    private static func receiveHead(
        _ transport: SocketTransport, until deadline: Instant
    ) throws(TransportFailure) -> [UInt8] {
        var head: [UInt8] = []
        while head.count < headBytesMost {
            let piece = try transport.receive(until: deadline)
            guard !piece.isEmpty else { throw .broken(WireErrno.cut) }
            // The end may have begun in the piece before.
            let from = max(0, head.count - headEnd.count + 1)
            head += piece
            if hasEnd(head, from) { return head }
        }
        throw .broken(EPROTO)
    }

    private static func hasEnd(_ head: [UInt8], _ from: Int) -> Bool {
        guard head.count >= headEnd.count else { return false }
        for start in from...(head.count - headEnd.count)
        where head[start..<(start + headEnd.count)].elementsEqual(headEnd) { return true }
        return false
    }
}

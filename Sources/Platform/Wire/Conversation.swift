internal import Events

/// One request and its answer over any stream of bytes.
struct Conversation {
    /// The step that failed, and why.
    struct Failure: Error {
        var step: ExchangeStep
        var code: Int32
        /// Whether another connection may well fare better: this one broke before it answered.
        var isRetryable = false

        init(_ step: ExchangeStep, _ code: Int32) {
            self.step = step
            self.code = code
        }
    }

    /// How long a peer that stops taking the request may take to say why.
    private static let lastWordMilliseconds: Int64 = 1_000

    private let bytes: [UInt8]
    private let limits: WireLimits
    private let deadline: Instant

    init(_ exchange: Exchange, _ limits: WireLimits, _ deadline: Instant) {
        bytes = Conversation.bytes(exchange)
        self.limits = limits
        self.deadline = deadline
    }

    /// Whether a peer may have lost its patience with a request that began to leave then.
    func isLong(since begun: Instant) -> Bool {
        SystemClock.monotonicNow().milliseconds(since: begun) >= limits.peerMilliseconds
    }

    /// Sends the request and receives the answer.
    func hold(over transport: some Transport) throws(Failure) -> ResponseParser.Answer {
        do throws(TransportFailure) { try send(over: transport) } catch {
            if case .broken(let errno) = error {
                return try lastWord(over: transport, errno)
            }
            throw Failure(error == .insecure ? .handshake : .send, error.errno)
        }
        return try receive(over: transport, limits.receiveMilliseconds)
    }

    private func send(over transport: some Transport) throws(TransportFailure) {
        var sent = 0
        while sent < bytes.count {
            sent += try transport.send(bytes, from: sent, until: limit(limits.sendMilliseconds))
        }
    }

    /// Some refuse a request before they have read it, and close; their answer still counts.
    private func lastWord(over transport: some Transport, _ errno: Int32) throws(Failure)
        -> ResponseParser.Answer
    {
        do throws(Failure) {
            var answer = try receive(over: transport, Conversation.lastWordMilliseconds)
            answer.isKeepAlive = false
            return answer
        } catch {
            var failure = Failure(.send, errno)
            failure.isRetryable = error.isRetryable
            throw failure
        }
    }

    private func receive(over transport: some Transport, _ milliseconds: Int64) throws(Failure)
        -> ResponseParser.Answer
    {
        var parser = ResponseParser()
        let end = limit(limits.answerMilliseconds)
        while true {
            let piece: [UInt8]
            do throws(TransportFailure) {
                piece = try transport.receive(until: min(limit(milliseconds), end))
            } catch {
                // With TLS 1.3 a peer refuses a certificate after hands were shaken.
                var failure = Failure(error == .insecure ? .handshake : .receive, error.errno)
                if case .broken = error { failure.isRetryable = !parser.hasBegun }
                throw failure
            }
            do throws(ResponseParser.Malformed) {
                if piece.isEmpty && parser.hasBegun { return try parser.end() }
                if let answer = try parser.feed(piece) { return answer }
            } catch { throw Failure(piece.isEmpty ? .receive : .malformed, 0) }
            if piece.isEmpty {
                var failure = Failure(.receive, 0)
                failure.isRetryable = true
                throw failure
            }
        }
    }

    private func limit(_ milliseconds: Int64) -> Instant {
        min(SystemClock.monotonicNow().advanced(byMilliseconds: milliseconds), deadline)
    }

    private static func bytes(_ exchange: Exchange) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + exchange.body.count)
        bytes.append(contentsOf: "POST \(exchange.path) HTTP/1.1".utf8)
        append("host", exchange.destination.authority, to: &bytes)
        for field in exchange.headers { append(field.name, field.value, to: &bytes) }
        append("content-length", "\(exchange.body.count)", to: &bytes)
        bytes.append(contentsOf: "\r\n\r\n".utf8)
        bytes.append(contentsOf: exchange.body)
        return bytes
    }

    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: ": ".utf8)
        let isOneLine = value.utf8.allSatisfy { $0 != 0x0D && $0 != 0x0A && $0 != 0 }
        require(isOneLine, "a header field is one line")
        bytes.append(contentsOf: value.utf8)
    }
}

internal import CPlatform
internal import Events

/// Performs exchanges on the wire's thread, and keeps the last connection for the next one.
struct Exchanger {
    private struct Kept {
        var line: Line
        var destination: Destination
        var until: Instant
    }

    private static let pauseMilliseconds: Int32 = 1_000

    private let mailbox: Mailbox
    private let limits: WireLimits
    private let trust: Trust
    private let proxy: Proxy?
    private var context: SecureContext?
    private var kept: Kept?
    /// Of the last connection with TLS.
    private(set) var certificates: CertificateDays?

    init(_ mailbox: Mailbox, _ limits: WireLimits, _ trust: Trust, _ proxy: Proxy?) {
        self.mailbox = mailbox
        self.limits = limits
        self.trust = trust
        self.proxy = proxy
    }

    /// Performs one exchange; blocks until it has an outcome or the loop gives it up.
    mutating func perform(_ exchange: Exchange, ticket: UInt64) -> ExchangeAnswer.Outcome {
        let deadline = SystemClock.monotonicNow().advanced(
            byMilliseconds: limits.exchangeMilliseconds)
        let conversation = Conversation(exchange, limits, deadline)
        if let old = reuse(exchange.destination, ticket) {
            do throws(Conversation.Failure) {
                return finish(try old.hold(conversation), old, exchange.destination)
            } catch {
                // The peer may close a connection at any time between exchanges; the collector
                // tells repeats apart, so one more try costs nothing.
                if !error.isRetryable { return .failure(error.step, code: error.code) }
            }
        }
        do throws(Conversation.Failure) {
            let dates = CertificateDates(knownSeconds: exchange.knownSeconds)
            let fresh = try connect(exchange.destination, dates, ticket, deadline)
            return finish(try fresh.hold(conversation), fresh, exchange.destination)
        } catch { return .failure(error.step, code: error.code) }
    }

    /// Waits for the next order; lets go of the kept connection when it ends or gets old.
    mutating func rest() {
        var entries = [pollfd(fd: mailbox.toWire.number, events: Int16(POLLIN), revents: 0)]
        var patience: Int32 = -1
        if let kept {
            entries.append(
                pollfd(fd: kept.line.carrier.number, events: Int16(POLLIN), revents: 0))
            let rest = kept.until.milliseconds(since: SystemClock.monotonicNow())
            patience = Int32(clamping: max(rest, 0))
        }
        let count = unsafe poll(&entries, nfds_t(entries.count), patience)
        if count < 0 && platform_errno() != EINTR {
            // No memory to wait in: better late than busy.
            _ = poll(nil, 0, Exchanger.pauseMilliseconds)
        }
        let isKeptOver = count == 0 || (entries.count > 1 && entries[1].revents != 0)
        if isKeptOver { kept = nil }
    }

    private mutating func finish(
        _ answer: ResponseParser.Answer, _ line: Line, _ destination: Destination
    ) -> ExchangeAnswer.Outcome {
        // What was not verified wholly is over with this answer: it may tell the time.
        if answer.isKeepAlive, !line.isUnchecked {
            let until = SystemClock.monotonicNow().advanced(
                byMilliseconds: limits.keepMilliseconds)
            kept = Kept(line: line, destination: destination, until: min(until, line.until))
        }
        return .response(status: answer.status, headers: answer.fields, body: answer.body)
    }

    private mutating func reuse(_ destination: Destination, _ ticket: UInt64) -> Line? {
        guard let old = kept.take(), old.destination == destination,
            SystemClock.monotonicNow() < old.until, old.line.isCurrent
        else { return nil }
        old.line.carrier.serve(ticket)
        return old.line
    }

    private mutating func connect(
        _ destination: Destination, _ dates: CertificateDates, _ ticket: UInt64,
        _ deadline: Instant
    ) throws(Conversation.Failure) -> Line {
        guard destination.isSecure else {
            return .plain(try approach(destination, ticket, deadline))
        }
        let context = try secureContext()
        let carrier = try approach(destination, ticket, deadline)
        guard let transport = SecureTransport(over: carrier, context, destination, dates) else {
            throw Conversation.Failure(.handshake, ENOMEM)
        }
        let limit = SystemClock.monotonicNow().advanced(
            byMilliseconds: limits.handshakeMilliseconds)
        do throws(TransportFailure) {
            try transport.shakeHands(until: min(limit, deadline))
        } catch {
            if case .untrusted(let code) = error { throw Conversation.Failure(.untrusted, code) }
            throw Conversation.Failure(.handshake, error.errno)
        }
        certificates = transport.certificates
        return .secure(transport)
    }

    private mutating func secureContext() throws(Conversation.Failure) -> SecureContext {
        if let context, context.isCurrent { return context }
        let fresh = try SecureContext(trust)
        context = fresh
        return fresh
    }

    /// Straight, or through the proxy.
    private func approach(
        _ destination: Destination, _ ticket: UInt64, _ deadline: Instant
    ) throws(Conversation.Failure) -> SocketTransport {
        guard let proxy else { return try reach(destination, ticket, deadline) }
        let transport = try reach(proxy.destination, ticket, deadline)
        let limit = SystemClock.monotonicNow().advanced(
            byMilliseconds: limits.connectMilliseconds)
        try Tunnel.open(
            through: transport, proxy, to: destination, until: min(limit, deadline))
        return transport
    }

    private func reach(_ destination: Destination, _ ticket: UInt64, _ deadline: Instant)
        throws(Conversation.Failure) -> SocketTransport
    {
        let addresses = try Addresses(destination)
        var failure = TransportFailure.broken(EHOSTUNREACH)
        var next = addresses.first
        while let address = next {
            let limit = SystemClock.monotonicNow().advanced(
                byMilliseconds: limits.connectMilliseconds)
            do throws(TransportFailure) {
                let transport = try address.open(mailbox, ticket)
                try transport.connect(until: min(limit, deadline))
                return transport
            } catch { failure = error }
            if failure == .abandoned { break }
            next = address.next
        }
        throw Conversation.Failure(.connect, failure.errno)
    }
}

/// A connection as the wire keeps it, with TLS or without.
enum Line {
    case plain(SocketTransport)
    case secure(SecureTransport)

    var carrier: SocketTransport {
        switch self {
        case .plain(let transport): transport
        case .secure(let transport): transport.carrier
        }
    }

    var isUnchecked: Bool {
        if case .secure(let transport) = self { transport.dates == .unchecked } else { false }
    }

    /// Whether it was begun with the files as they are: one in steady use would else outlive them.
    var isCurrent: Bool {
        switch self {
        case .plain: true
        case .secure(let transport): transport.context.isCurrent
        }
    }

    /// Until when it may be kept.
    var until: Instant {
        switch self {
        case .plain: .never
        case .secure(let transport): transport.context.until
        }
    }

    func hold(_ conversation: Conversation) throws(Conversation.Failure) -> ResponseParser.Answer {
        let begun = SystemClock.monotonicNow()
        do throws(Conversation.Failure) {
            switch self {
            case .plain(let transport): return try conversation.hold(over: transport)
            case .secure(let transport): return try conversation.hold(over: transport)
            }
        } catch {
            var failure = error
            // Not a peer that has the request and says nothing, or does not want it.
            let isLate = failure.code == WireErrno.late
            let isGivenUp = failure.isRetryable && conversation.isLong(since: begun)
            if isLate || isGivenUp, carrier.hasUnsent { failure.step = .slow }
            throw failure
        }
    }
}

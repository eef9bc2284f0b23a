internal import CPlatform
public import Events

/// The errnos that the wire uses for what no system call has said.
enum WireErrno {
    static let late = ETIMEDOUT
    static let abandoned = ECANCELED
    static let cut = ECONNRESET
    static let insecure = EPROTO
}

/// A TCP connection; each wait on it ends as well when the loop gives the exchange up.
public final class SocketTransport: Transport {
    private static let pieceBytes = 16_384

    private let socket: FileDescriptor
    private let mailbox: Mailbox
    private var ticket: UInt64

    /// Takes over a socket that has begun to connect.
    init(owning socket: FileDescriptor, _ mailbox: Mailbox, ticket: UInt64) {
        self.socket = socket
        self.mailbox = mailbox
        self.ticket = ticket
    }

    /// The socket, for the wire's poll between exchanges.
    var number: Int32 { socket.number }

    /// Whether the peer's system has not confirmed yet all that was sent.
    var hasUnsent: Bool { platform_socket_unsent(socket.number) > 0 }

    /// Serves another exchange from now on.
    func serve(_ ticket: UInt64) { self.ticket = ticket }

    /// Waits for the connection to stand.
    func connect(until deadline: Instant) throws(TransportFailure) {
        try wait(for: Int16(POLLOUT), until: deadline)
        let errno = platform_socket_error(socket.number)
        if errno != 0 { throw .broken(errno) }
    }

    /// Sends some of `bytes`, from `offset` on; returns how many, at least one.
    public func send(_ bytes: [UInt8], from offset: Int, until deadline: Instant)
        throws(TransportFailure) -> Int
    {
        while true {
            let count = unsafe platform_send(
                socket.number, bytes, offset, bytes.count - offset)
            if count > 0 { return count }
            try recover(platform_errno(), Int16(POLLOUT), deadline)
        }
    }

    /// Receives what has come, at least one byte; none when the peer has ended the stream.
    public func receive(until deadline: Instant) throws(TransportFailure) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: SocketTransport.pieceBytes)
        while true {
            let count = unsafe platform_receive(
                socket.number, &piece, SocketTransport.pieceBytes)
            if count >= 0 { return Array(piece[..<count]) }
            try recover(platform_errno(), Int16(POLLIN), deadline)
        }
    }

    private func recover(_ errno: Int32, _ events: Int16, _ deadline: Instant)
        throws(TransportFailure)
    {
        if errno == EINTR { return }
        guard errno == EAGAIN else { throw .broken(errno) }
        try wait(for: events, until: deadline)
    }

    private func wait(for events: Int16, until deadline: Instant) throws(TransportFailure) {
        var entries = [
            pollfd(fd: socket.number, events: events, revents: 0),
            pollfd(fd: mailbox.toWire.number, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            guard mailbox.isWanted(ticket) else { throw .abandoned }
            let rest = deadline.milliseconds(since: SystemClock.monotonicNow())
            if rest <= 0 { throw .late }
            let count = unsafe poll(&entries, 2, Int32(clamping: rest))
            if count < 0 && platform_errno() != EINTR { throw .broken(platform_errno()) }
            if count > 0 && entries[0].revents != 0 { return }
            // The order itself stays in the mailbox; only its bell is silenced.
            if count > 0 { Mailbox.lower(mailbox.toWire) }
        }
    }
}

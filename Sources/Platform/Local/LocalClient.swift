internal import CPlatform
public import Events

/// A command's connection to an agent on the same device, by a Unix socket; blocks.
public struct LocalClient: ~Copyable, Sendable {
    /// Why a command cannot reach an agent or go on with it.
    public enum Failure: Error, Hashable, Sendable {
        /// No agent listens there.
        case noAgent
        /// The socket's permissions forbid it.
        case forbidden
        /// The deadline came first.
        case late
        /// More came than was asked for.
        case tooLong
        /// The kernel's reason.
        case broken(PlatformError)
    }

    private static let pieceBytes = 65_536

    private let socket: FileDescriptor
    private let path: String

    /// Connects; waits for a busy agent until `deadline`.
    public init(connectingTo path: String, deadline: Instant = .never) throws(Failure) {
        let socket: FileDescriptor
        do throws(PlatformError) {
            socket = try FileDescriptor(owning: platform_socket_unix(), "open a socket")
        } catch { throw .broken(error) }
        try LocalClient.connect(socket.number, path, deadline)
        self.socket = socket
        self.path = path
    }

    /// Sends all of `bytes`.
    public func send(_ bytes: [UInt8], deadline: Instant = .never) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe platform_send(socket.number, bytes, sent, bytes.count - sent)
            if count > 0 { sent += count } else { try recover("write to", POLLOUT, deadline) }
        }
    }

    /// Says that nothing more will be sent; the agent can still answer.
    public func endSending() { _ = shutdown(socket.number, Int32(SHUT_WR)) }

    /// Receives what has come, at least one byte; none once the agent has ended.
    public func receive(deadline: Instant = .never) throws(Failure) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: LocalClient.pieceBytes)
        while true {
            let count = unsafe platform_receive(socket.number, &piece, LocalClient.pieceBytes)
            if count >= 0 { return Array(piece[..<count]) }
            try recover("read from", POLLIN, deadline)
        }
    }

    /// Receives all until the agent ends; throws `tooLong` beyond `limitBytes`.
    public func receiveAll(limitBytes: Int, deadline: Instant = .never) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let piece = try receive(deadline: deadline)
            if piece.isEmpty { return bytes }
            guard bytes.count + piece.count <= limitBytes else { throw .tooLong }
            bytes.append(contentsOf: piece)
        }
    }

    private func recover(_ verb: String, _ events: Int32, _ deadline: Instant) throws(Failure) {
        let error = PlatformError.last(verb + " " + path)
        if error.errno == EINTR { return }
        guard error.errno == EAGAIN else { throw .broken(error) }
        try LocalClient.wait(socket.number, Int16(events), deadline)
    }

    private static func connect(_ number: Int32, _ path: String, _ deadline: Instant)
        throws(Failure)
    {
        while unsafe platform_connect_unix(number, path) != 0 {
            let error = PlatformError.last("connect to " + path)
            switch error.errno {
            case ENOENT, ECONNREFUSED, ENOTDIR: throw .noAgent
            case EACCES, EPERM: throw .forbidden
            case EINTR: continue
            // The agent's queue of newcomers is full; the kernel offers nothing to wait on.
            case EAGAIN:
                if SystemClock.monotonicNow() >= deadline { throw .late }
                _ = poll(nil, 0, 10)
            default: throw .broken(error)
            }
        }
    }

    private static func wait(_ number: Int32, _ events: Int16, _ deadline: Instant)
        throws(Failure)
    {
        var entry = pollfd(fd: number, events: events, revents: 0)
        var patience: Int32 = -1
        if deadline != .never {
            let rest = deadline.milliseconds(since: SystemClock.monotonicNow())
            if rest <= 0 { throw .late }
            patience = Int32(clamping: rest)
        }
        if unsafe poll(&entry, 1, patience) < 0 {
            let error = PlatformError.last("wait for a socket")
            if error.errno != EINTR { throw .broken(error) }
        }
    }
}

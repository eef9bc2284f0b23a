internal import CPlatform
internal import Events

/// One accepted connection: its socket, what waits to leave, and how far it has been closed.
final class Connection {
    enum State {
        /// The loop knows of it.
        case open
        /// The loop has closed it: what is queued leaves, what comes is dropped, until then.
        case closing(Instant)
        /// The socket is closed; the loop is still to be told.
        case gone
    }

    let id: ConnectionID
    let door: Door
    /// Who is at the other end, where the kernel says.
    let peer: Peer?
    private var socket: DoorSocket?
    /// The peer's process, where the kernel tells; watched as long as it is there.
    var process: FileDescriptor?
    var state = State.open
    /// What the loop wants.
    var isReading = true
    /// Descriptors come next, which are not received on this thread.
    var isHandingOver = false
    /// The peer's process has ended; what it sent before is still to be received.
    var isOrphan = false
    /// The peer will send no more.
    var hasEnded = false
    /// The peer reads no more; what is meant for it is dropped.
    private(set) var isMute = false
    private var hasShutDown = false
    /// When bytes last moved, in either direction.
    var lastActivity: Instant
    /// What the poller watches now; 0 when it does not.
    var watched: UInt32 = 0
    private var outgoing: [UInt8] = []
    private var sentBytes = 0

    init(
        _ id: ConnectionID, _ door: Door, _ peer: Peer?, owning socket: DoorSocket, at now: Instant
    ) {
        self.id = id
        self.door = door
        self.peer = peer
        self.socket = socket
        lastActivity = now
    }

    /// The socket's number; nil once it is closed.
    var number: Int32? { socket?.number }

    var queuedBytes: Int { outgoing.count - sentBytes }

    var isClosing: Bool { if case .closing = state { true } else { false } }
    var isGone: Bool { if case .gone = state { true } else { false } }

    /// What to watch: no requests are read while answers wait, so that a peer which does not read
    /// cannot make the agent hold more than it has asked for already.
    var interest: UInt32 {
        let isWriting = queuedBytes > 0
        let wantsBytes = !isHandingOver && (isClosing || (isReading && !isWriting))
        return (wantsBytes && !hasEnded ? Poller.reading : 0) | (isWriting ? Poller.writing : 0)
    }

    /// Queues bytes and sends what the kernel takes.
    func send(_ bytes: [UInt8], at now: Instant) {
        if isMute || bytes.isEmpty { return }
        if queuedBytes == 0 {
            outgoing = bytes
            sentBytes = 0
        } else {
            // What has left is let go of before it outweighs what waits.
            if sentBytes > queuedBytes {
                outgoing.removeFirst(sentBytes)
                sentBytes = 0
            }
            outgoing.append(contentsOf: bytes)
        }
        flush(at: now)
    }

    /// Sends what the kernel takes of what is queued.
    func flush(at now: Instant) {
        guard let number else { return }
        while queuedBytes > 0 {
            let count = unsafe platform_send(number, outgoing, sentBytes, queuedBytes)
            if count > 0 {
                sentBytes += count
                lastActivity = now
                continue
            }
            let errno = platform_errno()
            if errno == EINTR { continue }
            if errno == EAGAIN { break }
            // Reading goes on: what the peer sent before it left still counts.
            isMute = true
            break
        }
        if queuedBytes == 0 || isMute {
            outgoing = []
            sentBytes = 0
        }
    }

    /// Tells the peer that nothing more comes, once.
    func shutDownSending() {
        guard let number, !hasShutDown else { return }
        hasShutDown = true
        _ = shutdown(number, Int32(SHUT_WR))
    }

    /// Closes the socket and lets go of what was queued.
    func release() {
        socket = nil
        process = nil
        outgoing = []
        sentBytes = 0
        watched = 0
    }
}

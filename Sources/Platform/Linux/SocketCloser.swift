internal import CPlatform

/// Closes sockets on a thread of its own.
///
/// What closes with a Unix socket nobody knows: descriptors that its peer sent and nobody received.
/// The last close of one may block for as long as its owner likes (a TCP socket with `SO_LINGER`
/// whose peer reads nothing). The thread waits for none longer than a few milliseconds.
final class SocketCloser: Sendable {
    private let toThread: FileDescriptor

    /// As many sockets more may wait to be closed before newcomers have to.
    private static let waitingMost: Int32 = 64
    static let patienceMilliseconds: Int64 = 1
    private static let stackBytes = 64 * 1024

    init() throws(PlatformError) {
        var ends: [Int32] = [-1, -1]
        let code = unsafe platform_pipe(&ends)
        let fromLoop = try FileDescriptor(owning: ends[0], "open a pipe")
        toThread = try FileDescriptor(owning: ends[1], "open a pipe")
        guard code == 0 else { throw PlatformError.last("open a pipe") }
        try BackgroundThread.start("the closing thread", stackBytes: SocketCloser.stackBytes) {
            closeSockets(fromLoop)
        }
    }

    /// Closes a socket soon, and never blocks.
    func close(_ number: Int32) {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        // The pipe has room for more numbers than there are descriptors.
        _ = unsafe platform_write(toThread.number, bytes, 0, 4)
    }

    /// Whether few sockets wait to be closed.
    var keepsUp: Bool {
        platform_unread_bytes(toThread.number) < SocketCloser.waitingMost * 4
    }
}

private func closeSockets(_ fromLoop: FileDescriptor) {
    _ = platform_impatience_open()
    var number: Int32 = -1
    while true {
        let count = unsafe read(fromLoop.number, &number, 4)
        if count < 0 && platform_errno() == EINTR { continue }
        guard count == 4 else { break }
        platform_impatience_set(SocketCloser.patienceMilliseconds)
        _ = close(Int32(littleEndian: number))
        platform_impatience_set(0)
    }
    platform_impatience_close()
}

/// A door's socket, for listening or of a connection; closed when its owner lets go of it.
final class DoorSocket {
    let number: Int32
    private let closer: SocketCloser?

    /// Takes over a socket; one with a closer is closed by that.
    init(owning number: Int32, closer: SocketCloser?) {
        self.number = number
        self.closer = closer
    }

    deinit { if let closer { closer.close(number) } else { _ = close(number) } }
}

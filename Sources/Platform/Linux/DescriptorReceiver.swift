internal import CPlatform

/// Receives, on a thread of its own, a descriptor that a peer has sent.
///
/// What is no memory never comes to the loop: to look at it or to close it may block, and so may
/// letting go of what came with it. The thread has descriptors of its own, so that what it cannot
/// get rid of (a file whose file system does not answer) keeps nothing else open. It does one job
/// at a time.
final class DescriptorReceiver {
    /// What a job came to.
    enum Report {
        /// Bytes were received, and this came with them.
        case received([UInt8], Handed)
        /// All else that came is closed: there may be a next job.
        case ready
    }

    /// What came with bytes.
    enum Handed {
        case nothing
        case memory(FileDescriptor)
        /// A descriptor of something else, which is closed.
        case other
    }

    /// The loop's end; the other is the thread's.
    private let socket: FileDescriptor
    private let threadsEnd: FileDescriptor
    /// Whose job it does; nil while it waits for one.
    private(set) var guest: (connection: UInt64, peer: Peer?)?

    /// A handing-over is one byte, or a word.
    fileprivate static let bytesMost = 64
    private static let stackBytes = 64 * 1024

    init() throws(PlatformError) {
        var ends: [Int32] = [-1, -1]
        let code = unsafe platform_socket_pair(&ends)
        socket = try FileDescriptor(owning: ends[0], "open a pair of sockets")
        let threadsEnd = try FileDescriptor(owning: ends[1], "open a pair of sockets")
        self.threadsEnd = threadsEnd
        guard code == 0 else { throw PlatformError.last("open a pair of sockets") }
        let number = threadsEnd.number
        try BackgroundThread.start(
            "a receiving thread", stackBytes: DescriptorReceiver.stackBytes
        ) {
            receiveDescriptors(number)
        }
        // Until the thread has descriptors of its own, the number must stay what it is: else it
        // would leave with whatever has it next, and hear what is somebody else's.
        while !isReady() {}
    }

    /// Waits for the thread to say that it has left.
    private func isReady() -> Bool {
        var asked = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&asked, 1, -1)
        if case .ready = report() { return true }
        return false
    }

    /// Readable when `report` has something.
    var number: Int32 { socket.number }

    /// Begins a job; false where the kernel does not let the socket be passed on.
    func begin(_ number: Int32, of connection: UInt64, _ peer: Peer?) -> Bool {
        guard unsafe platform_send_descriptor(socket.number, [0], 1, number) == 1 else {
            return false
        }
        guest = (connection, peer)
        return true
    }

    /// What the thread has to say; nil for nothing more.
    func report() -> Report? {
        var message = [UInt8](repeating: 0, count: DescriptorReceiver.bytesMost + 1)
        var handed: Int32 = -1
        let count = unsafe platform_receive_descriptor(
            socket.number, &message, message.count, &handed)
        guard count > 0 else { return nil }
        guard message[0] != Word.ready else {
            guest = nil
            return .ready
        }
        var what = message[0] == Word.other ? Handed.other : .nothing
        if handed >= 0 {
            do throws(PlatformError) {
                what = .memory(try FileDescriptor(owning: handed, "take memory"))
            } catch { failRequirement("a descriptor that came is one") }
        }
        return .received(Array(message[1..<count]), what)
    }
}

/// The first byte of what the thread says.
private enum Word {
    static let received: UInt8 = 1
    static let other: UInt8 = 2
    static let ready: UInt8 = 3
}

private func receiveDescriptors(_ toLoop: Int32) {
    _ = platform_impatience_open()
    platform_impatience_set(SocketCloser.patienceMilliseconds)
    _ = platform_descriptors_leave(toLoop)
    platform_impatience_set(0)
    _ = unsafe platform_send_descriptor(toLoop, [Word.ready], 1, -1)
    var message = [UInt8](repeating: 0, count: DescriptorReceiver.bytesMost + 1)
    while true {
        var connection: Int32 = -1
        let count = unsafe platform_receive_descriptor(toLoop, &message, 1, &connection)
        if count < 0 && platform_errno() == EINTR { continue }
        guard count > 0 else { break }
        platform_impatience_set(SocketCloser.patienceMilliseconds)
        receive(connection, &message, toLoop)
        platform_impatience_set(0)
        _ = unsafe platform_send_descriptor(toLoop, [Word.ready], 1, -1)
    }
    platform_impatience_close()
}

/// One job: tells what came, then lets go of it.
private func receive(_ connection: Int32, _ message: inout [UInt8], _ toLoop: Int32) {
    guard connection >= 0 else { return }
    var handed: Int32 = -1
    var piece = [UInt8](repeating: 0, count: DescriptorReceiver.bytesMost)
    var count = unsafe platform_receive_descriptor(connection, &piece, piece.count, &handed)
    while count < 0 && platform_errno() == EINTR {
        count = unsafe platform_receive_descriptor(connection, &piece, piece.count, &handed)
    }
    for index in 0..<max(0, count) { message[index + 1] = piece[index] }
    let isMemory = handed >= 0 && platform_memory_is_memory(handed) != 0
    message[0] = handed >= 0 && !isMemory ? Word.other : Word.received
    _ = unsafe platform_send_descriptor(
        toLoop, message, max(0, count) + 1, isMemory ? handed : -1)
    _ = close(connection)
    if handed >= 0 { _ = close(handed) }
}

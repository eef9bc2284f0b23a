internal import CPlatform
internal import Platform
internal import Ring
internal import Synchronization

/// The region, its threads, and the socket by which the agent has it.
@safe final class Producer: Sendable {
    let options: Options
    nonisolated(unsafe) let region: Region
    nonisolated(unsafe) let ledger: UnsafeMutablePointer<UInt8>
    /// Whether fences are needed, for want of the kernel's barrier.
    let fences: Bool
    /// The socket that wakes the agent; negative while there is none.
    let socket = Atomic<Int>(-1)
    /// Threads that are done and have seen all their records stored.
    let finished = Atomic<Int>(0)
    /// Whose turn it is, where they take turns.
    let turn = Atomic<Int>(0)

    init(_ options: Options) throws(PlatformError) {
        self.options = options
        fences = !Doorbell.register() || options.fences == 1
        guard
            let geometry = RegionGeometry(
                lanes: options.threads + 1, capacity: options.capacity)
        else { throw PlatformError(operation: "make so many lanes", errno: EINVAL) }
        do throws(RegionError) {
            unsafe region = try Region(
                making: geometry,
                identifier: (SystemRandomness.next(), SystemRandomness.next()), process: 0)
        } catch { throw PlatformError(operation: "make a region", errno: EIO) }
        let bytes = max(1, options.threads * options.records)
        let file = unsafe platform_open(options.ledgerPath, O_RDWR | O_CREAT, 0o600)
        guard file >= 0, ftruncate(file, off_t(bytes)) == 0,
            let memory = unsafe platform_memory_map(file, bytes)
        else {
            throw PlatformError(operation: "map " + options.ledgerPath, errno: platform_errno())
        }
        unsafe ledger = memory.assumingMemoryBound(to: UInt8.self)
    }

    /// Writes everything, and returns once all of it is stored.
    func run() throws(PlatformError) {
        for number in 0..<options.threads { try LaneThread(self, number).start() }
        while finished.load(ordering: .acquiring) < options.threads {
            guard let number = attach() else {
                usleep(20_000)
                continue
            }
            socket.store(Int(number), ordering: .releasing)
            watch(number)
            socket.store(-1, ordering: .releasing)
            // A thread may be about to send by it.
            usleep(20_000)
            _ = platform_close(number)
        }
    }

    /// Wakes the agent, if one is there.
    func ring() {
        let number = socket.load(ordering: .acquiring)
        let byte: [UInt8] = [0]
        if number >= 0 { _ = unsafe platform_send(Int32(number), byte, 0, 1) }
    }

    /// Hands the region over; nil where no agent takes it.
    private func attach() -> Int32? {
        let number = platform_socket_unix()
        guard number >= 0 else { return nil }
        let word = Array("FFRING1\0".utf8)
        if unsafe platform_connect_unix(number, options.socketPath) == 0,
            let descriptor = unsafe region.descriptor,
            unsafe platform_send_descriptor(number, word, word.count, descriptor) == word.count,
            isAttached(number)
        {
            return number
        }
        _ = platform_close(number)
        return nil
    }

    private func isAttached(_ number: Int32) -> Bool {
        var answer: [UInt8] = []
        while answer.last != UInt8(ascii: "\n") {
            var piece = [UInt8](repeating: 0, count: 256)
            guard waitReadable(number, milliseconds: 10_000) else { return false }
            let count = unsafe platform_receive(number, &piece, piece.count)
            guard count > 0 else { return false }
            answer += piece[..<count]
        }
        let isAttached = answer == Array("attached\n".utf8)
        StandardStream.error.write(line: answer.dropLast())
        return isAttached
    }

    /// Returns once the agent is gone, or all is stored.
    private func watch(_ number: Int32) {
        while finished.load(ordering: .acquiring) < options.threads {
            if waitReadable(number, milliseconds: 20) { return }
        }
    }

    private func waitReadable(_ number: Int32, milliseconds: Int32) -> Bool {
        var asked = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&asked, 1, milliseconds) > 0
    }
}

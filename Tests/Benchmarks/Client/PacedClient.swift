internal import CPlatform
internal import Foundation
internal import Synchronization

/// A client of an agent that is a process of its own, and a view of the word by which that says
/// that it rests.
@safe final class PacedClient {
    private let library: ClientLibrary
    private let client: UInt32
    /// The region's header, mapped once more; read alone.
    nonisolated(unsafe) private let header: UnsafeMutableRawPointer
    private static let headerBytes = 4096
    /// As the table of the ring's page has it.
    private static let restOffset = 256
    private static let flushMilliseconds: UInt32 = 20_000

    init(_ library: ClientLibrary, folder: String) throws {
        self.library = library
        let before = try Self.regions()
        client = try library.open(attachedIn: folder)
        guard let descriptor = try Self.regions().subtracting(before).first,
            let header = unsafe platform_memory_map(descriptor, Self.headerBytes)
        else { throw BenchError("the client has no region") }
        unsafe self.header = header
    }

    deinit { _ = unsafe platform_memory_unmap(header, Self.headerBytes) }

    /// Hands over an event so many times, so many nanoseconds apart.
    func run(
        _ event: ProductEvent, _ count: Int, _ gapNanoseconds: Int, _ flags: UInt32
    ) throws -> PacedCalls {
        let track = unsafe library.track
        var calls = PacedCalls()
        calls.nanoseconds.reserveCapacity(count / 2)
        var due = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &due)
        for number in 0..<count {
            due.tv_nsec += gapNanoseconds
            due.tv_sec += due.tv_nsec / 1_000_000_000
            due.tv_nsec %= 1_000_000_000
            while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) != 0 {}
            if number % 2 == 0 {
                let start = MonotonicClock.now()
                let status = unsafe track(client, event.name, event.properties, flags)
                calls.nanoseconds.append(UInt32(clamping: MonotonicClock.now() - start))
                try calls.count(status)
            } else {
                let isResting = rests
                try calls.count(unsafe track(client, event.name, event.properties, flags))
                calls.watchedCount += 1
                if isResting { calls.restingCount += 1 }
                if isResting, !rests { calls.rungCount += 1 }
            }
        }
        return calls
    }

    /// Waits until all is stored, and closes it.
    func end() throws {
        guard library.flush(client, Self.flushMilliseconds) == 0 else {
            throw BenchError("not all was stored")
        }
        _ = library.close(client)
    }

    /// Whether the agent rests, if never so lightly.
    private var rests: Bool {
        // Relaxed: nothing is read by it.
        unsafe (header + Self.restOffset).assumingMemoryBound(to: Atomic<UInt64>.self)
            .pointee.load(ordering: .relaxed) != 0
    }

    /// The descriptors of this process that are regions of shared memory.
    private static func regions() throws -> Set<Int32> {
        let files = FileManager.default
        let names = try files.contentsOfDirectory(atPath: "/proc/self/fd")
        return Set(
            names.compactMap(Int32.init).filter { (number) in
                let path = readLink("/proc/self/fd/\(number)")
                return path.hasPrefix("/memfd:footfall")
            })
    }

    /// What a link leads to; empty for one that is gone.
    private static func readLink(_ path: String) -> String {
        var bytes = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink(path, &bytes, bytes.count)
        return String(
            decoding: bytes.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension ClientLibrary {
    /// Opens a client, and waits until the agent has its memory.
    func open(attachedIn folder: String) throws -> UInt32 {
        let client = try open(in: folder, laneBytes: 0, isThreaded: true)
        for _ in 0..<2000 where !(try state(of: client).isAttached) { usleep(5000) }
        guard try state(of: client).isAttached else {
            throw BenchError("the agent does not take the client's memory")
        }
        return client
    }
}

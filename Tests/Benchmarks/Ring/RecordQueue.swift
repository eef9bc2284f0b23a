internal import CPlatform
internal import Glibc

/// The side of a queue that hands records over.
protocol RecordSender: ~Copyable {
    /// Hands over one record; false where there is no room just now.
    mutating func send(_ record: UnsafeRawBufferPointer) -> Bool
    /// Hands over the same record so many times, or until there is no room; how many it was.
    mutating func send(_ record: UnsafeRawBufferPointer, times: Int) -> Int
}

extension RecordSender where Self: ~Copyable {
    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer, times: Int) -> Int {
        var count = 0
        while count < times, unsafe send(record) { count += 1 }
        return count
    }
}

/// The side of a queue that takes them.
protocol RecordReceiver: ~Copyable {
    /// Takes what is there, copied out; how many records. A queue of the kernel's waits for one.
    mutating func receive() -> Int
}

/// One queue from producers to a consumer, each a thread.
///
/// What is timed is generic over sender and receiver and is called where they are known: nothing
/// stands between the clock and the queue.
protocol RecordQueue: AnyObject, Sendable {
    var name: String { get }
    /// How many records a producer may hand over while nobody takes any; 0 where it then waits.
    var holdCount: Int { get }
    /// How many producers it has been made for.
    var producerCount: Int { get }
    /// How many records it is given where each is timed.
    var pacedCount: Int { get }
    /// Whether records may be handed over without a pause between them.
    var streams: Bool { get }

    /// Hands records over in the calling thread.
    func send(_ load: SendLoad, from producer: Int) throws -> SendTimes
    /// Takes so many records in the calling thread.
    func receive(_ count: Int) throws
}

extension RecordQueue {
    var streams: Bool { true }
    var pacedCount: Int { 20_000 }
}

/// What one producer is to do.
enum SendLoad {
    /// So many records one after the other, into an empty queue.
    case burst(Int)
    /// So many, and where there is no room it tries again.
    case stream(Int)
    /// So many, each timed, with two microseconds between them.
    case paced(Int)

    /// Bytes of each record: an event as kiosks have them.
    static let recordBytes = 300
    private static let pacedGapNanoseconds: UInt64 = 2000

    /// Does it, and says how long it took.
    @inline(__always)
    func run<Sender: RecordSender & ~Copyable>(_ sender: inout Sender) throws -> SendTimes {
        try unsafe withUnsafeTemporaryAllocation(byteCount: Self.recordBytes, alignment: 8) {
            unsafe _ = $0.initializeMemory(as: UInt8.self, repeating: 0x61)
            let record = UnsafeRawBufferPointer($0)
            switch self {
            case .burst(let count):
                let start = MonotonicClock.now()
                let sent = unsafe sender.send(record, times: count)
                let nanoseconds = MonotonicClock.now() - start
                guard sent == count else { throw BenchError("a queue is full after \(sent)") }
                return SendTimes(total: nanoseconds)
            case .stream(let count):
                let start = MonotonicClock.now()
                for _ in 0..<count {
                    while unsafe !sender.send(record) { MonotonicClock.pause() }
                }
                return SendTimes(total: MonotonicClock.now() - start)
            case .paced(let count):
                return unsafe paced(&sender, record, count)
            }
        }
    }

    private func paced<Sender: RecordSender & ~Copyable>(
        _ sender: inout Sender, _ record: UnsafeRawBufferPointer, _ count: Int
    ) -> SendTimes {
        var times = SendTimes()
        times.each.reserveCapacity(count)
        for _ in 0..<count {
            let due = MonotonicClock.now() + Self.pacedGapNanoseconds
            while MonotonicClock.now() < due {}
            let start = MonotonicClock.now()
            while unsafe !sender.send(record) {}
            times.each.append(UInt32(clamping: MonotonicClock.now() - start))
        }
        return times
    }
}

/// How long it took, in nanoseconds.
struct SendTimes {
    /// All records together; 0 where each was timed.
    var total: UInt64 = 0
    /// Each record, where they were timed one by one.
    var each: [UInt32] = []
}

/// Takes so many records; after a look that found none it pauses, as the agent does.
///
/// One that looks again at once has the writer's line travel between the processors for each
/// record.
@inline(__always)
func take<Receiver: RecordReceiver & ~Copyable>(_ count: Int, from receiver: inout Receiver) {
    var taken = 0
    while taken < count {
        let found = receiver.receive()
        if found == 0 { MonotonicClock.pause() }
        taken += found
    }
}

/// A clock of nanoseconds, without a system call.
enum MonotonicClock {
    private static let pauseNanoseconds: UInt64 = 2000

    @inline(__always)
    static func now() -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
            &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }

    /// Two microseconds without looking at anything shared.
    static func pause() {
        let end = now() + pauseNanoseconds
        while now() < end {}
    }
}

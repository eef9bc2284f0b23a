internal import Synchronization

/// The lane that the threads write in turn which have none of their own.
///
/// Not wait-free, and no thread waits: the lock is tried three times. Copies mean the same lane;
/// none may outlive the region. For any thread.
@safe public struct OverflowLane {
    private let shared: SharedBytes
    private let lane: UnsafeMutableRawPointer
    private let capacity: Int
    private static let triesMost = 3

    init(lane: UnsafeMutableRawPointer, capacity: Int) {
        unsafe shared = SharedBytes(lane: lane)
        unsafe self.lane = lane
        self.capacity = capacity
    }

    /// Writes one record, as ``LaneWriter/write(_:kind:flags:at:)``, or drops and counts it where
    /// another thread is writing.
    ///
    /// - Parameters:
    ///   - fill: writes `count` bytes to where the record stands.
    ///   - mustRing: set where the reader must be woken: then the caller must send it a byte.
    ///   - isGone: whether a thread of this process is no longer there.
    public func write(
        _ count: Int, kind: UInt16, flags: RecordFlags = [], at time: UInt64,
        by thread: UInt32, _ bell: Doorbell, mustRing: inout Bool,
        where isGone: (UInt32) -> Bool, fill: (UnsafeMutableRawPointer) -> Void
    ) -> HandOver {
        guard lock(thread, isGone) else {
            countDrop(count)
            return .full
        }
        var writer = unsafe LaneWriter(lane: lane, capacity: capacity)
        var outcome = HandOver.full
        if let room = unsafe writer.claim(count, flags, at: time) {
            unsafe fill(room)
            writer.commit(count, kind: kind, flags: flags)
            mustRing = writer.mustRing(bell, flags)
            outcome = .written
        }
        // Release: the partner of the acquire in `lock`; hands the lane to the next.
        unsafe shared.word(LaneLayout.lockOffset).pointee.store(0, ordering: .releasing)
        return outcome
    }

    /// Counts a record of so many bytes as dropped, for a thread that does not hold the lane.
    public func countDrop(_ count: Int) {
        // Relaxed: counts; added in one step, since others may count as well.
        unsafe shared.word(LaneLayout.busyOffset).pointee.wrappingAdd(1, ordering: .relaxed)
        unsafe shared.word(LaneLayout.busyBytesOffset).pointee.wrappingAdd(
            UInt64(truncatingIfNeeded: count), ordering: .relaxed)
    }

    private func lock(_ thread: UInt32, _ isGone: (UInt32) -> Bool) -> Bool {
        let word = unsafe shared.word(LaneLayout.lockOffset)
        var holder: UInt64 = 0
        for _ in 0..<Self.triesMost where unsafe take(word, from: 0, thread, &holder) {
            return true
        }
        // A thread that comes back into its own write, from a signal's handler, must not get it.
        let last = UInt32(truncatingIfNeeded: holder)
        guard last != thread, isGone(last) else { return false }
        return unsafe take(word, from: holder, thread, &holder)
    }

    private func take(
        _ word: UnsafeMutablePointer<Atomic<UInt64>>, from expected: UInt64, _ thread: UInt32,
        _ holder: inout UInt64
    ) -> Bool {
        // Acquire: the partner of the release in `write`; what the last holder wrote is there.
        let (exchanged, original) = unsafe word.pointee.compareExchange(
            expected: expected, desired: UInt64(thread), ordering: .acquiring)
        holder = original
        return exchanged
    }
}

internal import Synchronization

/// What became of a record.
public enum HandOver: Sendable {
    /// The reader will see it, whatever becomes of the writer.
    case written
    /// There was no room; it is counted as dropped.
    case full
    /// It is longer than the lane takes, or of the kind of padding; it is counted as dropped.
    case refused
}

/// The one thread that writes a lane.
///
/// Wait-free: no loop, no lock, no system call, no read-modify-write, no allocation. At every
/// instruction the lane is whole (invariant 3), so the thread may stop or die at any.
///
/// For one thread at a time. Nothing here traps: the memory is the process's own, but another
/// thread of it may have scribbled there.
@safe public struct LaneWriter: ~Copyable {
    private let shared: SharedBytes
    private let capacity: UInt64
    private let payloadMost: UInt64
    private var tail: UInt64
    /// `head` as it was last seen: the room is at least what it says.
    private var headSeen: UInt64
    private var hasDropped: Bool
    /// Where the record begins that was claimed: at `tail`, or behind padding.
    private var start: UInt64

    /// Goes on at the end of what a lane holds.
    ///
    /// - Parameters:
    ///   - lane: where its header begins, a multiple of 8, mapped as long as the writer is there.
    ///   - capacity: a power of two, at least 64 bytes.
    public init(lane: UnsafeMutableRawPointer, capacity: Int) {
        unsafe shared = SharedBytes(lane: lane)
        self.capacity = UInt64(truncatingIfNeeded: capacity)
        payloadMost = UInt64(
            truncatingIfNeeded: LaneLayout.payloadMost(capacity: capacity))
        // Acquire, though this writer's forerunner wrote it: it may have been another thread.
        tail = unsafe shared.word(LaneLayout.tailOffset).pointee.load(ordering: .acquiring)
        // Acquire: the partner of ``LaneReader/release()``.
        headSeen = unsafe shared.word(LaneLayout.headOffset).pointee.load(ordering: .acquiring)
        start = tail
        hasDropped = shared.dropCount != shared.count(LaneLayout.toldOffset)
    }

    /// Writes one record.
    ///
    /// - Parameters:
    ///   - kind: any but 65,535.
    ///   - time: remembered if the record is dropped, in the unit that both sides agree on.
    @inline(__always)
    public mutating func write(
        _ payload: UnsafeRawBufferPointer, kind: UInt16, flags: RecordFlags = [], at time: UInt64
    ) -> HandOver {
        let count = payload.count
        guard count <= payloadMost, kind != LaneLayout.paddingKind else {
            drop(count, at: time)
            return .refused
        }
        guard let room = unsafe claim(count, flags, at: time) else { return .full }
        if let source = payload.baseAddress {
            unsafe room.copyMemory(from: source, byteCount: count)
        }
        commit(count, kind: kind, flags: flags)
        return .written
    }

    /// Room for the payload of one record of at most `count` bytes, at a multiple of 8.
    ///
    /// Nothing is written before ``commit(_:kind:flags:)``, which may be left out. nil where there
    /// is no room, or for more than the lane takes: the record is counted as dropped.
    @inline(__always)
    public mutating func claim(
        _ count: Int, _ flags: RecordFlags = [], at time: UInt64
    ) -> UnsafeMutableRawPointer? {
        let payload = UInt64(truncatingIfNeeded: count)
        guard payload <= payloadMost else {
            drop(count, at: time)
            return nil
        }
        let bytes = LaneLayout.recordBytes(payload: payload)
        let offset = tail & (capacity &- 1)
        let toEnd = capacity &- offset
        let padding = bytes > toEnd ? toEnd : 0
        let end = tail &+ padding &+ bytes
        let bytesMost = flags.contains(.critical) ? capacity : capacity &- capacity >> 3
        if end &- headSeen > bytesMost {
            // Acquire: the partner of ``LaneReader/release()``. What is written from here on
            // stands where the reader has read its last byte.
            headSeen = unsafe shared.word(LaneLayout.headOffset).pointee.load(ordering: .acquiring)
            guard end &- headSeen <= bytesMost else {
                drop(count, at: time)
                return nil
            }
        }
        if padding > 0 {
            shared.setRecordHead(
                RecordHead(count: toEnd, kind: LaneLayout.paddingKind),
                at: Int(truncatingIfNeeded: offset))
        }
        start = tail &+ padding
        return unsafe room(at: start)
    }

    /// Hands over the record that was claimed last.
    ///
    /// - Parameter count: of what was claimed, so much from its beginning.
    @inline(__always)
    public mutating func commit(_ count: Int, kind: UInt16, flags: RecordFlags = []) {
        let payload = UInt64(truncatingIfNeeded: count)
        shared.setRecordHead(
            RecordHead(
                count: payload, kind: kind, flags: hasDropped ? flags.union(.afterDrop) : flags),
            at: Int(truncatingIfNeeded: start & (capacity &- 1)))
        if hasDropped { tell() }
        tail = start &+ LaneLayout.recordBytes(payload: payload)
        start = tail
        // Release: the partner of the acquire in ``LaneReader/next(into:)``; hands over the record.
        unsafe shared.word(LaneLayout.tailOffset).pointee.store(tail, ordering: .releasing)
    }

    /// Where the lane ends: behind the last record.
    public var end: UInt64 { tail }

    /// Where what is stored ends: with the lane's end, all that was written is.
    public var durableEnd: UInt64 {
        // Acquire: the partner of the release in ``LaneReader/release()``.
        unsafe shared.word(LaneLayout.durableOffset).pointee.load(ordering: .acquiring)
    }

    /// Records of this lane that were dropped, by whichever thread.
    public var dropCount: UInt64 { shared.dropCount }

    @inline(__always)
    private func room(at position: UInt64) -> UnsafeMutableRawPointer {
        unsafe shared.address(Int(truncatingIfNeeded: position & (capacity &- 1)) &+ 8)
    }

    /// Counts a record that is not written.
    ///
    /// This thread alone writes the counts: no addition that
    /// is one step is needed, and none is lost.
    @inline(never)
    private mutating func drop(_ count: Int, at time: UInt64) {
        hasDropped = true
        shared.setCount(
            LaneLayout.droppedOffset, shared.count(LaneLayout.droppedOffset) &+ 1)
        shared.setCount(
            LaneLayout.droppedBytesOffset,
            shared.count(LaneLayout.droppedBytesOffset) &+ UInt64(truncatingIfNeeded: count))
        shared.setCount(LaneLayout.lastDropOffset, time)
    }

    /// Remembers for the lane's next writer what this record's flag says.
    @inline(never)
    private mutating func tell() {
        hasDropped = false
        shared.setCount(LaneLayout.toldOffset, shared.dropCount)
    }

    /// Whether the reader must be woken for a record with these flags that was just committed; then
    /// the caller must send it a byte.
    ///
    /// While the reader is awake it is one load.
    @inline(__always)
    public mutating func mustRing(_ bell: Doorbell, _ flags: RecordFlags = []) -> Bool {
        bell.isResting ? mustRingNow(bell, flags) : false
    }

    @inline(never)
    private mutating func mustRingNow(_ bell: Doorbell, _ flags: RecordFlags) -> Bool {
        var urgency = flags.urgency
        if tail &- headSeen > capacity / 2 {
            // Acquire: as in ``claim(_:_:at:)``.
            headSeen = unsafe shared.word(LaneLayout.headOffset).pointee.load(ordering: .acquiring)
            if tail &- headSeen > capacity / 2 { urgency = .critical }
        }
        return bell.take(for: urgency)
    }
}

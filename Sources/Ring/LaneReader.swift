internal import Synchronization

/// What a lane's writer did that no writer does.
public enum LaneFault: Error, Sendable {
    /// `tail` is behind what was read, or further ahead than the lane is long, or no multiple of 8.
    case tail
    /// A record is longer than a lane takes, or reaches over `tail` or the lane's end.
    case length
    /// Padding stands at the lane's beginning or does not reach to its end.
    case padding
}

/// One record, as it was when it was read.
public struct Record: Hashable, Sendable {
    /// Where it begins; never the same twice in a lane.
    public let position: UInt64
    /// Bytes of payload.
    public let count: Int
    /// What the producer and the agent agree on; never 65,535.
    public let kind: UInt16
    /// What the record says of itself.
    public let flags: RecordFlags
}

/// What a lane's writer says that it dropped.
public struct Drops: Hashable, Sendable {
    /// How many records.
    public let records: UInt64
    /// Their payload.
    public let bytes: UInt64
    /// When the last of them was, as the writer states it.
    public let lastAt: UInt64
}

/// The agent's side of a lane, whose writer is not to be trusted.
///
/// Its own position and the geometry that it was made with are the truth; of the lane it believes
/// nothing that it has not checked (invariant 5). For one thread at a time. A lane that faulted
/// faults again until ``skip()``.
@safe public struct LaneReader: ~Copyable {
    private let shared: SharedBytes
    private let capacity: UInt64
    private let payloadMost: UInt64
    /// Where it reads on: behind the last record that was read.
    public private(set) var position: UInt64
    private var released: UInt64
    private var tailSeen: UInt64

    /// Reads on at a position, whatever the lane says of its `head`.
    ///
    /// - Parameters:
    ///   - lane: where its header begins, a multiple of 8, mapped as long as the reader is there.
    ///   - capacity: a power of two, at least 64 bytes.
    ///   - position: a multiple of 8: the one that was stored with the last events, or 0.
    public init(lane: UnsafeMutableRawPointer, capacity: Int, from position: UInt64 = 0) {
        unsafe shared = SharedBytes(lane: lane)
        self.capacity = UInt64(capacity)
        payloadMost = UInt64(LaneLayout.payloadMost(capacity: capacity))
        self.position = position & ~7
        released = self.position
        tailSeen = self.position
    }

    /// Reads the next record into `payload`, in place of what is in it; nil where there is none.
    ///
    /// Every byte is looked at once. Until ``release()`` the record stays where it is.
    public mutating func next(into payload: inout [UInt8]) throws(LaneFault) -> Record? {
        if position == tailSeen {
            // Acquire: the partner of ``LaneWriter/commit(_:kind:flags:)``.
            let tail = unsafe shared.word(LaneLayout.tailOffset).pointee.load(ordering: .acquiring)
            guard tail &- released <= capacity, tail &- position <= capacity, tail & 7 == 0
            else { throw .tail }
            tailSeen = tail
        }
        guard position != tailSeen else { return nil }
        var head = shared.recordHead(offset)
        if head.kind == LaneLayout.paddingKind {
            // Before a record that begins the lane again, both written as one.
            let toEnd = capacity &- UInt64(offset)
            guard head.count == toEnd, toEnd < tailSeen &- position
            else { throw .padding }
            position &+= toEnd
            head = shared.recordHead(offset)
            guard head.kind != LaneLayout.paddingKind else { throw .padding }
        }
        let bytes = LaneLayout.recordBytes(payload: head.count)
        guard head.count <= payloadMost, bytes <= tailSeen &- position,
            bytes <= capacity &- UInt64(offset)
        else { throw .length }
        let record = Record(
            position: position, count: Int(head.count), kind: head.kind, flags: head.flags)
        payload.removeAll(keepingCapacity: true)
        unsafe payload.append(
            contentsOf: UnsafeRawBufferPointer(
                start: shared.address(offset + 8), count: record.count))
        position &+= bytes
        return record
    }

    /// Writes zeroes over the payload of a record that was read and not yet released.
    ///
    /// A record from elsewhere is left alone; false then.
    @discardableResult
    public func overwrite(_ record: Record) -> Bool {
        guard record.position &- released < position &- released, record.count >= 0,
            UInt64(record.count) <= payloadMost,
            LaneLayout.recordBytes(payload: UInt64(record.count)) <= position &- record.position
        else { return false }
        let start = Int(record.position & (capacity &- 1)) + 8
        guard start + record.count <= Int(capacity) else { return false }
        unsafe shared.address(start).initializeMemory(
            as: UInt8.self, repeating: 0, count: record.count)
        return true
    }

    /// Says that all that was read is stored, and gives its room back to the writer.
    public mutating func release() {
        // Release, for whoever waits until its records are stored.
        unsafe shared.word(LaneLayout.durableOffset).pointee.store(position, ordering: .releasing)
        giveBack()
    }

    /// Goes to the lane's end past what cannot be read, and counts it as a fault.
    ///
    /// False where even its end is none: then no more is to be
    /// read from this writer.
    public mutating func skip() -> Bool {
        let faults = unsafe shared.word(LaneLayout.faultsOffset)
        // Relaxed: a count hands nothing over.
        unsafe faults.pointee.store(
            faults.pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        // Acquire: what stands before it is given back to the writer, as after reading.
        let tail = unsafe shared.word(LaneLayout.tailOffset).pointee.load(ordering: .acquiring)
        guard tail & 7 == 0, tail &- position <= capacity else { return false }
        position = tail
        tailSeen = tail
        giveBack()
        return true
    }

    /// Bytes that wait to be read, as far as the writer tells the truth.
    public var waitingBytes: UInt64 {
        // Relaxed: an estimate.
        let tail = unsafe shared.word(LaneLayout.tailOffset).pointee.load(ordering: .relaxed)
        return tail &- position <= capacity ? tail &- position : 0
    }

    /// What the writer says that it dropped.
    public var drops: Drops {
        // Relaxed: counts, each by itself.
        unsafe Drops(
            records: shared.word(LaneLayout.droppedOffset).pointee.load(ordering: .relaxed),
            bytes: shared.word(LaneLayout.droppedBytesOffset).pointee.load(ordering: .relaxed),
            lastAt: shared.word(LaneLayout.lastDropOffset).pointee.load(ordering: .relaxed))
    }

    private var offset: Int { Int(truncatingIfNeeded: position & (capacity &- 1)) }

    private mutating func giveBack() {
        released = position
        // Release: the partner of the acquire in ``LaneWriter/claim(_:_:at:)``.
        unsafe shared.word(LaneLayout.headOffset).pointee.store(position, ordering: .releasing)
    }
}

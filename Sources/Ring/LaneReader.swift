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
    /// How many records, in want of room or of the overflow lane.
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
    /// Where the last ``skip()`` ended; nil before the first.
    ///
    /// Whoever sets a lane back gives it to the new reader, which meets what was skipped again.
    public var skippedTo: UInt64?

    /// Reads on at a position, or at the lane's `head` where that is further: what lies before it
    /// may be overwritten already.
    ///
    /// - Parameters:
    ///   - lane: where its header begins, a multiple of 8, mapped as long as the reader is there.
    ///   - capacity: a power of two, at least 64 bytes.
    ///   - position: a multiple of 8: the one that was stored with the last events; nil for a lane
    ///     of which nothing is stored.
    public init(lane: UnsafeMutableRawPointer, capacity: Int, from position: UInt64?) {
        unsafe shared = SharedBytes(lane: lane)
        self.capacity = UInt64(capacity)
        payloadMost = UInt64(LaneLayout.payloadMost(capacity: capacity))
        // Relaxed: this side's own word; of a writer that scribbled on it, what it says is checked
        // against `tail` like any position.
        let head = unsafe shared.word(LaneLayout.headOffset).pointee.load(ordering: .relaxed)
        // Relaxed: to see which of the two may be, nothing is read by it.
        let tail = unsafe shared.word(LaneLayout.tailOffset).pointee.load(ordering: .relaxed)
        if let position, tail &- position <= UInt64(capacity),
            head == position || head &- position > UInt64(capacity)
        {
            self.position = position & ~7
        } else {
            self.position = head & ~7
        }
        released = self.position
        tailSeen = self.position
    }

    /// Sees what has been written since, which ``next(into:)`` then reads.
    ///
    /// Walks over the new records' first words, at most ``walkRecordsMost`` of them.
    ///
    /// - Returns: the greatest urgency among the new records, critical where they are more than it
    ///   walks over or one of them cannot be read; nil where nothing is new.
    public mutating func look() throws(LaneFault) -> Urgency? {
        // Acquire: the partner of ``LaneWriter/commit(_:kind:flags:)``.
        let tail = unsafe shared.word(LaneLayout.tailOffset).pointee.load(ordering: .acquiring)
        guard tail != tailSeen else { return nil }
        guard tail &- released <= capacity, tail &- position <= capacity, tail & 7 == 0,
            tail &- position >= tailSeen &- position
        else { throw .tail }
        var place = tailSeen
        tailSeen = tail
        var urgency = Urgency.ambient
        var count = 0
        while place != tail {
            let record: Record
            do throws(LaneFault) {
                record = try self.record(at: place)
            } catch {
                // Those before it are to be read first.
                return .critical
            }
            urgency = max(urgency, record.flags.urgency)
            count += 1
            guard urgency < .critical, count < Self.walkRecordsMost else { return .critical }
            place = record.position &+ LaneLayout.recordBytes(payload: UInt64(record.count))
        }
        return urgency
    }

    /// As many records are worth being read, whatever they are.
    public static let walkRecordsMost = 256

    /// Reads the next record into `payload`, in place of what is in it.
    ///
    /// nil where ``look()`` has seen no more.
    /// Every byte of it is looked at once. Until ``release()`` the record stays where it is.
    public mutating func next(into payload: inout [UInt8]) throws(LaneFault) -> Record? {
        guard position != tailSeen else { return nil }
        let record = try record(at: position)
        // Taken as long as it has to be, and then filled: to empty and to fill it takes longer.
        let excess = payload.count &- record.count
        if excess > 0 {
            payload.removeLast(excess)
        } else if excess < 0 {
            payload.append(contentsOf: repeatElement(0, count: 0 &- excess))
        }
        let source = unsafe shared.address(offset(record.position) + 8)
        unsafe payload.withUnsafeMutableBytes { (room) in
            unsafe room.baseAddress?.copyMemory(from: source, byteCount: record.count)
        }
        position = record.position &+ LaneLayout.recordBytes(payload: UInt64(record.count))
        return record
    }

    /// The record at a place before ``tailSeen``, or behind the padding there.
    private func record(at place: UInt64) throws(LaneFault) -> Record {
        var place = place
        var head = shared.recordHead(offset(place))
        if head.kind == LaneLayout.paddingKind {
            // Before a record that begins the lane again, both written as one.
            let toEnd = capacity &- UInt64(offset(place))
            guard head.count == toEnd, toEnd < tailSeen &- place else { throw .padding }
            place &+= toEnd
            head = shared.recordHead(offset(place))
            guard head.kind != LaneLayout.paddingKind else { throw .padding }
        }
        let bytes = LaneLayout.recordBytes(payload: head.count)
        guard head.count <= payloadMost, bytes <= tailSeen &- place,
            bytes <= capacity &- UInt64(offset(place))
        else { throw .length }
        return Record(position: place, count: Int(head.count), kind: head.kind, flags: head.flags)
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

    /// Takes back the last record that was read: it is the next one again.
    public mutating func putBack(_ record: Record) {
        guard record.position &- released < position &- released else { return }
        position = record.position
    }

    /// Where what ``look()`` has seen ends.
    public var seen: UInt64 { tailSeen }

    /// Says that all that was read is stored, and gives its room back to the writer.
    public mutating func release() {
        // Release, for whoever waits until its records are stored.
        unsafe shared.word(LaneLayout.durableOffset).pointee.store(position, ordering: .releasing)
        released = position
        // Release: the partner of the acquire in ``LaneWriter/claim(_:_:at:)``.
        unsafe shared.word(LaneLayout.headOffset).pointee.store(position, ordering: .releasing)
    }

    /// Whether what cannot be read here was not skipped before: one lie is one fault.
    public var isBehindSkipped: Bool {
        skippedTo.map { Int64(bitPattern: position &- $0) >= 0 } ?? true
    }

    /// Goes to the lane's end past what cannot be read, and counts it as a fault, once; its room is
    /// given back with what was read before it.
    ///
    /// False where even its end is none: then no more is to be read from this writer.
    public mutating func skip() -> Bool {
        let faults = unsafe shared.word(LaneLayout.faultsOffset)
        if isBehindSkipped {
            // Relaxed: a count hands nothing over.
            unsafe faults.pointee.store(
                faults.pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        }
        // Acquire: what stands before it will be given back to the writer, as after reading.
        let tail = unsafe shared.word(LaneLayout.tailOffset).pointee.load(ordering: .acquiring)
        guard tail & 7 == 0, tail &- position <= capacity else { return false }
        position = tail
        tailSeen = tail
        skippedTo = tail
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
        Drops(
            records: shared.count(LaneLayout.droppedOffset)
                &+ shared.count(LaneLayout.busyOffset),
            bytes: shared.count(LaneLayout.droppedBytesOffset)
                &+ shared.count(LaneLayout.busyBytesOffset),
            lastAt: shared.count(LaneLayout.lastDropOffset))
    }

    /// Drops that this side has counted, kept in the lane for whoever reads it next.
    public var countedDrops: UInt64 {
        get { shared.count(LaneLayout.countedOffset) }
        nonmutating set { shared.setCount(LaneLayout.countedOffset, newValue) }
    }

    /// Whether the writer is more than half a lane ahead of what was released.
    public var isHalfFull: Bool { tailSeen &- released > capacity / 2 }

    private func offset(_ place: UInt64) -> Int {
        Int(truncatingIfNeeded: place & (capacity &- 1))
    }
}

internal import Ring
internal import Synchronization

/// A mistake that a writer may make, and what it is called in which mode.
enum Mistake: String, CaseIterable {
    case tailBeforePayload, tailBeforeHead, paddingAlone, handsOverLate, retracts, writesTwice
    case saysFull, forgetsDrops, overwritesUnread, forgetsHead, waitsForRoom, locks

    var inCrash: Fault? {
        switch self {
        case .tailBeforePayload, .tailBeforeHead, .paddingAlone, .writesTwice, .saysFull,
            .forgetsDrops, .overwritesUnread:
            .corrupt
        case .handsOverLate, .retracts: .lost
        case .forgetsHead, .waitsForRoom, .locks: .wedged
        }
    }

    /// nil where nobody sees it as long as the writer lives.
    var inStop: Fault? {
        switch self {
        case .locks: nil
        case .retracts: .corrupt
        default: inCrash
        }
    }
}

/// A writer of lanes after the module's page, which makes one mistake or none.
///
/// It shares no line with ``LaneWriter``: without a mistake it shows that what judges them knows a
/// good one.
@safe struct PlantedWriter: LaneWriting, ~Copyable {
    private static let lockOffset = 512
    private static let patience = 10_000

    private let mistake: Mistake?
    private let lane: UnsafeMutableRawPointer
    private var tail: UInt64
    private var hasDropped = false
    private var writeCount = 0

    init(_ mistake: Mistake?, _ lane: Lane) {
        self.mistake = mistake
        unsafe self.lane = lane.start
        tail = unsafe (self.lane + 128).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .load(ordering: .acquiring)
    }

    mutating func write(
        _ payload: UnsafeRawBufferPointer, kind: UInt16, flags: RecordFlags, at time: UInt64
    ) -> HandOver {
        if mistake == .locks, !lock() { return .full }
        let outcome = unsafe put(payload, kind, flags, time)
        if mistake == .locks { set(PlantedWriter.lockOffset, 0) }
        return outcome
    }

    private mutating func put(
        _ payload: UnsafeRawBufferPointer, _ kind: UInt16, _ flags: RecordFlags, _ time: UInt64
    ) -> HandOver {
        writeCount += 1
        guard payload.count <= Script.payloadMost, kind != Script.paddingKind else {
            return drop(payload.count, time, .refused)
        }
        let place = Place(payload: payload.count, behind: tail)
        guard hasRoom(place, flags.contains(.critical)) else {
            return drop(payload.count, time, .full)
        }
        if place.start > tail { pad(to: place.start) }
        let head = PlantedWriter.head(
            payload.count, kind, hasDropped ? flags.union(.afterDrop) : flags)
        if mistake == .tailBeforePayload || mistake == .tailBeforeHead { set(128, place.end) }
        if mistake != .tailBeforeHead { setData(place.start, head) }
        let offset = Int(place.start % UInt64(Script.capacity))
        unsafe (lane + LaneLayout.headerBytes + offset + 8).copyMemory(
            from: payload.baseAddress ?? UnsafeRawPointer(lane), byteCount: payload.count)
        if mistake == .tailBeforeHead { setData(place.start, head) }
        hasDropped = false
        handOver(place.end)
        if mistake == .writesTwice, writeCount % 16 == 1 {
            unsafe mistakenlyAgain(payload, head)
        }
        return mistake == .saysFull && writeCount % 16 == 1 ? .full : .written
    }

    private mutating func handOver(_ end: UInt64) {
        if mistake != .handsOverLate {
            set(128, end)
        } else if end > tail {
            // What was written before, and not this.
            set(128, tail)
        }
        if mistake == .retracts {
            set(128, tail)
            set(128, end)
        }
        tail = end
    }

    private mutating func mistakenlyAgain(_ payload: UnsafeRawBufferPointer, _ head: UInt64) {
        let place = Place(payload: payload.count, behind: tail)
        guard place.start == tail, place.fits(head: word(256), isCritical: false) else { return }
        setData(place.start, head)
        let offset = Int(place.start % UInt64(Script.capacity))
        unsafe (lane + LaneLayout.headerBytes + offset + 8).copyMemory(
            from: payload.baseAddress ?? UnsafeRawPointer(lane), byteCount: payload.count)
        set(128, place.end)
        tail = place.end
    }

    private func hasRoom(_ place: Place, _ isCritical: Bool) -> Bool {
        switch mistake {
        case .overwritesUnread: return true
        // What was given back since this writer began.
        case .forgetsHead: return place.fits(head: 0, isCritical: isCritical)
        case .waitsForRoom:
            for _ in 0..<PlantedWriter.patience
            where place.fits(head: word(256), isCritical: isCritical) {
                return true
            }
            return false
        default: return place.fits(head: word(256), isCritical: isCritical)
        }
    }

    private func pad(to start: UInt64) {
        setData(tail, PlantedWriter.head(Int(start - tail), Script.paddingKind, []))
        if mistake == .paddingAlone { set(128, start) }
    }

    private mutating func drop(_ count: Int, _ time: UInt64, _ outcome: HandOver) -> HandOver {
        hasDropped = true
        if mistake == .forgetsDrops { return outcome }
        set(136, word(136) + 1)
        set(144, word(144) + UInt64(count))
        set(152, time)
        return outcome
    }

    private func lock() -> Bool {
        let lock = unsafe (lane + PlantedWriter.lockOffset).assumingMemoryBound(
            to: Atomic<UInt64>.self)
        for _ in 0..<PlantedWriter.patience {
            let (isTaken, _) = unsafe lock.pointee.compareExchange(
                expected: 0, desired: 1, ordering: .acquiring)
            if isTaken { return true }
        }
        return false
    }

    private static func head(_ count: Int, _ kind: UInt16, _ flags: RecordFlags) -> UInt64 {
        UInt64(count) | UInt64(kind) << 32 | UInt64(flags.rawValue) << 48
    }

    // Sequentially consistent: a mistake is made where it stands, and nowhere else.
    private func set(_ offset: Int, _ value: UInt64) {
        unsafe (lane + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .store(value, ordering: .sequentiallyConsistent)
    }

    private func setData(_ position: UInt64, _ value: UInt64) {
        set(LaneLayout.headerBytes + Int(position % UInt64(Script.capacity)), value)
    }

    private func word(_ offset: Int) -> UInt64 {
        unsafe (lane + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .load(ordering: .sequentiallyConsistent)
    }
}

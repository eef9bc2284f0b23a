internal import Events
internal import Intake
internal import Ring

/// One lane of a producer, with the record that comes next in it.
final class RingLane {
    private var reader: LaneReader
    private(set) var next: Record?
    private(set) var payload: [UInt8] = []
    /// When the next record happened, in the producer's nanoseconds.
    private(set) var nextTime: UInt64 = 0
    /// Read and not yet stored, to be overwritten then.
    private var identities: [Record] = []
    /// Drops that are counted, those not yet stored with them.
    private(set) var countedDrops: UInt64

    /// Begins where the store says, or where the lane does; nil for a lane that is not there.
    ///
    /// - Parameter skippedTo: of a lane that is set back.
    init?(_ region: Region, _ index: Int, from place: LanePlace?, skippedTo: UInt64?) {
        guard let reader = region.reader(ofLane: index, from: place?.position) else { return nil }
        self.reader = reader
        self.reader.skippedTo = skippedTo
        countedDrops = place?.drops ?? self.reader.countedDrops
        // What is stored was perhaps never given back: its agent ended in between.
        if let stale = region.reader(ofLane: index) { wipe(stale) }
        self.reader.release()
    }

    /// Overwrites all up to where this reader begins: which of it says who somebody is, nobody
    /// knows any more.
    private func wipe(_ stale: consuming LaneReader) {
        do throws(LaneFault) {
            _ = try stale.look()
            while (reader.position &- stale.position) &- 1 < UInt64(Int64.max),
                let record = try stale.next(into: &payload)
            {
                stale.overwrite(record)
            }
        } catch {
            // Whoever spoilt it has overwritten it.
        }
    }

    /// Behind the last record that was taken.
    var position: UInt64 { next?.position ?? reader.position }
    /// Where what had been seen ended at the first of two looks.
    private var end: UInt64 = 0
    var hasSeenMore: Bool { next != nil || reader.position != reader.seen }
    var isHalfFull: Bool { reader.isHalfFull }
    var waitingBytes: UInt64 { reader.waitingBytes }
    var drops: UInt64 { reader.drops.records }

    func look() throws(LaneFault) -> Urgency? { try reader.look() }

    /// Remembers where what has been seen ends.
    func setEnd() { end = reader.seen }

    /// Whether something is left of what was seen when the end was set.
    var isBeforeEnd: Bool { (end &- position) &- 1 < UInt64(Int64.max) }

    /// Where what had been seen ended when the producer left.
    private var last: UInt64 = 0

    /// Remembers where all that will be read ends.
    func setLast() { last = reader.seen }

    /// Whether something is left of what was there when the producer left.
    var isBeforeLast: Bool { (last &- position) &- 1 < UInt64(Int64.max) }

    /// Makes the next record ready, if one was seen; false where none was.
    func fetch() throws(LaneFault) -> Bool {
        if next != nil { return true }
        guard let record = try reader.next(into: &payload) else { return false }
        next = record
        nextTime = RecordDialect.nanoseconds(payload) ?? 0
        return true
    }

    /// The record that was fetched has been dealt with; its memory is wiped once it is stored.
    func take(isWiped: Bool) {
        if isWiped, let next { identities.append(next) }
        next = nil
    }

    /// Leaves the record that was fetched for another time.
    func leave() {
        if let next { reader.putBack(next) }
        next = nil
    }

    /// New drops since this was asked last.
    func countDrops() -> UInt64 {
        let new = reader.drops.records &- countedDrops
        // A count that goes back is a lie. One that leaps is believed bit by bit: counters are sums
        // for years.
        guard new <= UInt64(Int64.max) else { return 0 }
        countedDrops &+= min(new, RingLane.dropsMost)
        return min(new, RingLane.dropsMost)
    }

    private static let dropsMost: UInt64 = 1 << 20

    /// All that was taken is stored.
    func settle() {
        for record in identities { reader.overwrite(record) }
        identities.removeAll(keepingCapacity: true)
        reader.countedDrops = countedDrops
        reader.release()
    }

    /// Where what was skipped ends.
    var skippedTo: UInt64? { reader.skippedTo }

    /// Whether what cannot be read here is another lie than those that were skipped.
    var isBehindSkipped: Bool { reader.isBehindSkipped }

    /// Goes past what cannot be read; false where nothing more is to be read here.
    func skip() -> Bool {
        leave()
        let isLane = reader.skip()
        // Where it ended before is of no account in a lane that was rewritten.
        (end, last) = (reader.position, reader.position)
        return isLane
    }
}

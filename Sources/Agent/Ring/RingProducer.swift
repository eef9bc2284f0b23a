internal import Events
internal import Intake
internal import Platform
internal import Ring

/// What became of one record that was taken.
struct Taken {
    /// Whether no more is to be taken for now.
    var isEnough: Bool
    /// Whether its memory must not keep it.
    var hasIdentity: Bool
}

/// One process that hands over events in shared memory.
///
/// Its records are taken in the order in which it handed them over, over all its lanes (promise 7).
final class RingProducer {
    /// nil for one that an agent before this one had.
    let connection: ConnectionID?
    let peer: Peer?
    let identifier: StreamID
    /// This object's own: closed with it.
    let region: Region
    private var lanes: [RingLane] = []
    /// The greatest urgency of what was seen and not taken.
    private(set) var waiting: Urgency?
    /// The process is gone or has let go: what was there then is all that is read.
    private(set) var isGone = false
    /// Whether records were taken that are not stored.
    private(set) var hasTaken = false
    private(set) var faultCount = 0
    private(set) var eventCount: Int64 = 0
    private(set) var dropCount: Int64 = 0
    /// Taken, and not yet stored.
    private(set) var takenCount: Int64 = 0
    private var takenDropCount: Int64 = 0
    /// Whether the store may have a mark of it.
    private(set) var hasMark = false
    var rate: EventRate
    /// Whether the process waits until all is stored that it has handed over.
    var isAwaited = false

    /// What the process sends by its connection when it waits.
    static let flushByte: UInt8 = 1
    /// A producer whose lanes lied so often is not read any more.
    private static let faultsMost = 3

    init(
        _ connection: ConnectionID?, _ peer: Peer?, _ region: Region, mark: [UInt8]?,
        at now: Instant
    ) {
        self.connection = connection
        self.peer = peer
        self.region = region
        identifier = StreamID(high: region.identifier.high, low: region.identifier.low)
        rate = EventRate(at: now)
        rewind(to: mark)
    }

    deinit { region.close() }

    /// Whether it is gone, and all is taken that was there then.
    var isOver: Bool { isGone && !lanes.contains { $0.isBeforeLast } }

    /// The process is gone or has let go.
    func leave() {
        isGone = true
        look()
        for lane in lanes { lane.setLast() }
    }

    /// Whether it is to be read no more.
    var isBanned: Bool { faultCount >= Self.faultsMost }
    var waitingBytes: UInt64 { lanes.reduce(0) { $0 + $1.waitingBytes } }

    /// Begins where a mark says, or else where its lanes do.
    func rewind(to mark: [UInt8]?) {
        let places = mark.flatMap { RegionPlaces(bytes: $0) } ?? RegionPlaces()
        // A commit that failed is there all the same.
        if hasTaken, mark == self.mark { countTaken() }
        let before = lanes
        lanes.removeAll(keepingCapacity: true)
        hasTaken = false
        (takenCount, takenDropCount) = (0, 0)
        hasMark = hasMark || mark != nil
        waiting = nil
        for index in 0..<region.geometry.lanes {
            let place = index < places.lanes.count ? places.lanes[index] : nil
            // What cannot be read will be met again, and is no new fault.
            let skippedTo = index < before.count ? before[index].skippedTo : nil
            if let lane = RingLane(region, index, from: place, skippedTo: skippedTo) {
                lanes.append(lane)
            }
        }
        if isGone { leave() }
    }

    /// Whether what it waits for is still to be stored; where all is, it is told.
    var hasToStore: Bool {
        guard isAwaited else { return false }
        if waiting != nil { return true }
        if !hasTaken { answer() }
        return false
    }

    private func answer() {
        isAwaited = waiting != nil
        region.wakeWaiters()
    }

    /// Where its lanes were read to, for the store.
    var mark: [UInt8] {
        RegionPlaces(
            lanes: lanes.map { LanePlace(position: $0.position, drops: $0.countedDrops) }
        ).bytes
    }

    /// Looks at every lane for what is new.
    func look() {
        guard !isBanned else { return }
        for lane in lanes {
            do throws(LaneFault) {
                guard let urgency = try lane.look() else { continue }
                waiting = max(waiting ?? .ambient, lane.isHalfFull ? .critical : urgency)
            } catch {
                skip(lane)
            }
        }
    }

    /// Takes records, the one that happened first before the others, until `take` says that it has
    /// enough or all are taken that were there at the call.
    ///
    /// A record that was handed over because of another comes after it: whatever a lane was seen to
    /// hold at the first look, what happened before is there at the second (Lamport, 1978).
    func drain(_ take: (_ payload: [UInt8], _ record: Record) -> Taken) {
        look()
        for lane in lanes { lane.setEnd() }
        waiting = nil
        look()
        let active = lanes.filter { $0.hasSeenMore }
        var isEnough = false
        while !isEnough, !isBanned, let lane = earliest(of: active), let record = lane.next {
            // What came with the second look alone may be without what it was handed over after.
            if lanes.count > 1, !active.contains(where: { $0.isBeforeEnd }) { break }
            hasTaken = true
            takenCount += 1
            let taken = take(lane.payload, record)
            isEnough = taken.isEnough
            lane.take(isWiped: taken.hasIdentity || record.flags.contains(.identity))
        }
        for lane in active { lane.leave() }
        if isEnough { waiting = .critical }
        if !active.contains(where: { $0.hasSeenMore }) { waiting = nil }
    }

    private func earliest(of active: [RingLane]) -> RingLane? {
        var earliest: RingLane?
        for lane in active {
            do throws(LaneFault) {
                guard try lane.fetch(), !isGone || lane.isBeforeLast else { continue }
            } catch {
                skip(lane)
                continue
            }
            if let best = earliest, best.nextTime <= lane.nextTime { continue }
            earliest = lane
        }
        return earliest
    }

    private func skip(_ lane: RingLane) {
        lane.leave()
        if lane.isBehindSkipped { faultCount += 1 }
        hasTaken = true
        if !lane.skip() { faultCount = Self.faultsMost }
    }

    /// How long the record that waits longest has done so; nil where none waits.
    func lagMilliseconds(at now: Instant) -> Int64? {
        var oldest: UInt64?
        for lane in lanes {
            do throws(LaneFault) {
                if try lane.fetch() { oldest = min(oldest ?? .max, lane.nextTime) }
                lane.leave()
            } catch { continue }
        }
        return oldest.map { max(0, now.milliseconds - Int64($0 / 1_000_000)) }
    }

    /// New drops, over all lanes.
    func countDrops() -> Int64 {
        var count: UInt64 = 0
        for lane in lanes { count += lane.countDrops() }
        // What is counted is stored with the mark that says so.
        if count > 0 { hasTaken = true }
        takenDropCount += Int64(count)
        return Int64(count)
    }

    /// All that was taken is stored: its room goes back to the producer.
    func settle() {
        guard hasTaken else { return }
        (hasTaken, hasMark) = (false, true)
        countTaken()
        for lane in lanes { lane.settle() }
        if isAwaited { answer() }
    }

    private func countTaken() {
        eventCount += takenCount
        dropCount += takenDropCount
        (takenCount, takenDropCount) = (0, 0)
    }
}

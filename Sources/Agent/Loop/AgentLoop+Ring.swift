internal import Events
internal import Intake
internal import Platform
internal import Ring
internal import Store

/// The producers that share memory, and when they are read next.
struct RingDoor {
    /// In the order in which they came.
    var producers: [RingProducer] = []
    /// Connections that have not handed a region over yet.
    var guests: [ConnectionID: RingGuest] = [:]
    /// Regions that are not taken again.
    var bans = RegionBans()
    /// Regions that are over, to be forgotten with the next commit.
    var endedRegions: [StreamID] = []
    /// When what was seen is to be stored; `never` while nothing was.
    var due = Instant.never
    /// Whether the store's marks are to be asked before anything is taken.
    var isUnsure = false
    let barrier = RestBarrier()
    /// Who is read first, in turn.
    private var turn = 0

    /// Whether records were taken that only a commit gives back.
    var hasTaken: Bool { producers.contains { $0.hasTaken } }

    /// The producers, another one first each time.
    mutating func inTurn() -> [RingProducer] {
        guard !producers.isEmpty else { return [] }
        turn = (turn + 1) % producers.count
        return Array(producers[turn...] + producers[..<turn])
    }

    /// How soon what waits is to be stored, after it was seen.
    static func windowMilliseconds(_ urgency: Urgency) -> Int64 {
        switch urgency {
        case .ambient: 30_000
        case .normal: 1_000
        case .critical: 0
        }
    }
}

/// A connection that is to hand a region over.
struct RingGuest {
    /// Who it is; nil where the kernel does not say.
    var peer: Peer?
    var deadline: Instant
}

/// The ring door: records in shared memory, which leave it with the commit of their events.
extension AgentLoop {
    /// What one quantum takes of one producer, so that no other waits for it.
    private static let takenBytesMost = 256 << 10
    // What a record costs beside its bytes, however small it is.
    private static let recordBytes = 256
    // While the store fails, the lanes hold what comes.
    private static let retryMilliseconds: Int64 = 1_000
    // Without the kernel's barrier nothing vouches for a wake-up at the very moment of falling
    // asleep.
    private static let beltMilliseconds: Int64 = 100

    /// A producer sent bytes, of which any wakes the loop.
    ///
    /// A 1 says that somebody waits until all is stored that is there.
    func hear(_ bytes: [UInt8], _ connection: ConnectionID) {
        guard bytes.contains(RingProducer.flushByte) else { return }
        for producer in ring.producers where producer.connection == connection {
            producer.isAwaited = true
        }
    }

    /// Nobody has to wake a loop that looks by itself.
    func wakeForRings() {
        for producer in ring.producers { producer.region.set(.awake) }
    }

    /// Looks at every lane, and says when what is there is to be stored.
    func lookAtRings(_ now: Instant) {
        if ring.isUnsure, !rewindRings() {
            ring.due = now.advanced(byMilliseconds: Self.retryMilliseconds)
            return
        }
        for producer in ring.producers {
            producer.look()
            if producer.isGone || producer.isBanned || producer.hasToStore { ring.due = now }
            guard let urgency = producer.waiting else { continue }
            ring.due = min(
                ring.due, now.advanced(byMilliseconds: RingDoor.windowMilliseconds(urgency)))
        }
    }

    /// Admits what the lanes hold, as far as one quantum goes.
    func drainRings(_ world: inout some World & ~Copyable) {
        guard !ring.producers.isEmpty else {
            ring.due = .never
            return
        }
        guard !ring.isUnsure else { return }
        let now = eventTime(&world)
        ring.due = .never
        var counters = CounterDeltas()
        swap(&counters, &pending.counters)
        // One is read however much has come by other doors.
        var takenBytes = 0
        for producer in ring.inTurn() {
            guard takenBytes == 0 || takenBytes + pending.byteCount < Self.pendingBytesMost else {
                ring.due = now.monotonic
                break
            }
            takenBytes += drain(producer, now)
            guard let urgency = producer.waiting else { continue }
            let window = RingDoor.windowMilliseconds(urgency)
            ring.due = min(ring.due, now.monotonic.advanced(byMilliseconds: window))
        }
        pending.ringCounters = pending.counters
        for delta in counters.deltas {
            pending.counters.add(delta.value, to: delta.name, lane: delta.lane)
        }
    }

    /// The bytes that were taken.
    private func drain(_ producer: RingProducer, _ now: EventTime) -> Int {
        let before = producer.takenCount
        var takenBytes = 0
        producer.drain { (payload, record) in
            let hasIdentity = admit(payload, record, now)
            takenBytes += payload.count + Self.recordBytes
            return Taken(
                isEnough: takenBytes >= Self.takenBytesMost, hasIdentity: hasIdentity)
        }
        producer.rate.add(producer.takenCount - before, at: now.monotonic)
        countDrops(of: producer)
        return takenBytes
    }

    /// Whether the record says who somebody is, or could not be asked.
    private func admit(_ payload: [UInt8], _ record: Record, _ now: EventTime) -> Bool {
        guard let (proposal, error) = RecordDialect.propose(payload, kind: record.kind) else {
            countRefusal("ring_record", now.monotonic)
            return true
        }
        let handover = Handover(
            producer: 0, time: RecordDialect.eventTime(payload, now: now), isMeasured: true)
        if let error {
            admitter.quarantine(
                .notJSON, body: [], byteCount: Int64(proposal.range.count), offset: error.offset,
                from: handover, into: &pending, sequence: &nextSequence)
            return true
        }
        return admitter.admit(
            [proposal], of: payload, from: handover, into: &pending, sequence: &nextSequence
        ).hasIdentity
    }

    /// What a producer dropped was offered all the same (promise 3).
    private func countDrops(of producer: RingProducer) {
        let drops = producer.countDrops()
        guard drops > 0 else { return }
        pending.counters.add(drops, to: CounterName.offered, lane: .normal)
        pending.counters.add(drops, to: CounterName.refused("ring_full"), lane: .normal)
    }

    /// How far the lanes were read, for the commit of what was read there.
    var regionMarks: [RegionMark] {
        var marks = ring.endedRegions.map { RegionMark(region: $0, bytes: []) }
        for producer in ring.producers where producer.hasTaken {
            marks.append(RegionMark(region: producer.identifier, bytes: producer.mark))
        }
        return marks
    }

    /// After a commit: what is stored leaves the lanes; what is not is read again.
    ///
    /// A commit that failed may be there all the same: where to go on, the store alone can say.
    func settleRings(isStored: Bool) {
        guard isStored else {
            ring.isUnsure = ring.isUnsure || ring.hasTaken
            return
        }
        ring.endedRegions.removeAll()
        for producer in ring.producers { producer.settle() }
    }

    private func rewindRings() -> Bool {
        do throws(StoreError) {
            for producer in ring.producers {
                producer.rewind(to: try store.regionMark(producer.identifier))
            }
            ring.isUnsure = false
            return true
        } catch {
            complain(error)
            return false
        }
    }

    /// Lets go of producers of which all is stored: those that are gone, and those that broke the
    /// rules.
    func letGo(_ world: inout some World & ~Copyable) {
        guard !ring.isUnsure else { return }
        for producer in ring.producers
        where producer.isBanned || producer.isOver {
            guard !producer.hasTaken else { continue }
            world.forgetKept(producer.identifier.hexadecimal)
            if producer.hasMark { ring.endedRegions.append(producer.identifier) }
            ring.producers.removeAll { $0 === producer }
            guard producer.isBanned else { continue }
            ban(producer, world.monotonicNow())
            guard let connection = producer.connection else { continue }
            turnAway(connection, "your memory breaks the rules", &world)
        }
    }

    private func ban(_ producer: RingProducer, _ now: Instant) {
        guard ring.bans.add(producer.identifier, of: producer.peer?.userID, at: now) else { return }
        Log.line(
            "the memory that process \(producer.peer?.processID ?? 0) shares breaks the rules; "
                + "nothing more is read from it")
    }

    /// Goes to rest at the lanes.
    ///
    /// - Returns: when to step again though nobody wakes the loop; now, where there is news.
    func restAtRings(until deadline: Instant, _ now: Instant) -> Instant {
        guard !ring.producers.isEmpty else { return min(deadline, ring.due) }
        guard !ring.isUnsure else {
            ring.due = now.advanced(byMilliseconds: Self.retryMilliseconds)
            return min(deadline, ring.due)
        }
        for producer in ring.producers {
            let rest: Rest =
                switch producer.waiting {
                case nil: .asleep
                case .ambient: .drowsy
                case .normal, .critical: .dozing
                }
            producer.region.set(rest)
        }
        ring.barrier.cross()
        lookAtRings(now)
        let belt = ring.barrier.needsFences ? Self.beltMilliseconds : .max
        return min(deadline, ring.due, now.advanced(byMilliseconds: belt))
    }
}

public import Events
internal import Identity
internal import Intake
public import Platform
internal import Store
internal import Sync

/// The order of things: doors, admission, commit, upload, operators; one bounded quantum a step.
///
/// Owned by one thread. All I/O goes through the world, but the disk, which is SQLite's.
public final class AgentLoop {
    let configuration: Configuration
    let rules: HTTPRules
    let writeKey: [UInt8]
    var store: EventStore
    var admitter: Admitter
    var pending = PendingCommit()
    var http: [ConnectionID: HTTPConnection] = [:]
    var ingest: [ConnectionID: IngestConnection] = [:]
    var control: [ConnectionID: ControlConnection] = [:]
    var ring = RingDoor()
    var budget = BufferBudget()
    var courier: Courier
    var flushes: [WaitingFlush] = []
    /// The next sequence number: those in `pending` are taken already.
    var nextSequence: UInt32
    /// The store's epoch and next number when the first of those in `pending` was taken.
    private(set) var numbersFrom: (epoch: UInt32, first: UInt32)
    /// Why the last commit failed; nil while the store works.
    var storeFault: String?
    /// Whether something in the database was found to be damaged since it was last set aside.
    var isDamaged = false
    let startedAt: Instant
    /// Connections whose answer has left and whose next request may be read.
    var resumable: [ConnectionID] = []
    /// When counters without an event of their own are written; `never` while there are none.
    var countersDue = Instant.never
    /// Before this no more rows are walked over.
    var walkDue: Instant
    /// When memory is given back; `never` while nothing was done since.
    var restDue = Instant.never
    /// Whether SIGTERM has been heeded and the loop may end.
    public private(set) var isFinished = false

    init(
        configuration: Configuration, rules: HTTPRules, writeKey: [UInt8], store: EventStore,
        admitter: Admitter, courier: consuming Courier, startedAt: Instant
    ) {
        self.configuration = configuration
        self.rules = rules
        self.writeKey = writeKey
        self.store = store
        self.admitter = admitter
        self.courier = courier
        self.startedAt = startedAt
        walkDue = startedAt.advanced(byMilliseconds: Self.walkPauseMilliseconds)
        nextSequence = store.nextSequence
        numbersFrom = (store.epoch, store.nextSequence)
    }

    /// Goes on with the store's numbers; for whoever has none of its own in `pending`.
    ///
    /// A store that was opened again after the disk failed may have begun another epoch, at
    /// whichever call it was that opened it: numbers from before would leave a hole there.
    func takeUpNumbers() {
        nextSequence = store.nextSequence
        numbersFrom = (store.epoch, store.nextSequence)
        admitter.numbering = numbering
        admitter.visits.takeUpNumbers(of: store.stream, epoch: store.epoch)
    }

    /// Whose numbers the next events take.
    private var numbering: SealedID {
        SealedID(
            device: configuration.device, stream: store.stream, epoch: store.epoch, sequence: 0)
    }

    // One quantum: enough to fill a commit, little enough to answer within milliseconds.
    private static let inputsMost = 64
    static let pendingBytesMost = 1 << 20
    // Counters of refusals wait this long for a commit to ride on.
    static let counterDelayMilliseconds: Int64 = 30_000
    // What was delivered waits longer, for the next event: lost, it is sent again and found known.
    static let settlementDelayMilliseconds: Int64 = 300_000

    /// Does one quantum: takes what happened, commits, answers, decides about the upload.
    ///
    /// - Returns: when to step again though nothing happens.
    public func step(_ world: inout some World & ~Copyable) -> Instant {
        resumeAnswered(&world)
        wakeForRings()
        if !pending.isUrgent { takeUpNumbers() }
        var inputCount = 0
        var isMore = true
        while inputCount < Self.inputsMost, pending.byteCount < Self.pendingBytesMost {
            guard let input = world.nextInput() else {
                isMore = false
                break
            }
            inputCount += 1
            take(input, &world)
        }
        let now = world.monotonicNow()
        if inputCount > 0 || ring.due <= now { stir(now) }
        expireHTTP(&world, now)
        expireGuests(&world, now)
        lookAtRings(now)
        if !pending.isUrgent { takeUpNumbers() }
        let isDue = countersDue <= now || isFinished
        if isDue || pending.isUrgent || ring.due <= now { drainRings(&world) }
        if isDue {
            commit(&world)
        } else if pending.isUrgent || ring.hasTaken {
            commit(&world, leavingSettlement: shouldLeaveSettlement)
        }
        letGo(&world)
        mend(&world)
        upload(&world, world.monotonicNow())
        answerFlushes(&world, world.monotonicNow())
        if !isMore { walk(&world) }
        mend(&world)
        rest(&world, now)
        if isMore || pending.isUrgent || !resumable.isEmpty { return world.monotonicNow() }
        return restAtRings(until: deadline(), world.monotonicNow())
    }

    private func take(_ input: Input, _ world: inout some World & ~Copyable) {
        switch input {
        case .opened(let connection, .http, _): http[connection] = HTTPConnection()
        case .opened(let connection, .ingest, _): ingest[connection] = IngestConnection()
        case .opened(let connection, .control, let peer):
            control[connection] = ControlConnection(peer: peer)
        case .opened(let connection, .ring, let peer): welcome(connection, peer, &world)
        case .handed(let connection, let descriptor): attach(descriptor, connection, &world)
        case .inherited(let descriptor, let name): takeUp(descriptor, name, &world)
        case .received(let connection, let bytes): receive(bytes, connection, &world)
        case .ended(let connection): end(connection, &world)
        case .closed(let connection): forget(connection)
        case .answered(let answer): settle(answer, &world)
        case .terminate: isFinished = true
        }
    }

    private func receive(
        _ bytes: [UInt8], _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        if http[connection] != nil {
            receiveHTTP(bytes, connection, &world)
        } else if ingest[connection] != nil {
            receiveLines(bytes, connection, &world)
        } else if control[connection] != nil {
            receiveControl(bytes, connection, &world)
        } else {
            hear(bytes, connection)
        }
    }

    private func end(
        _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        if http[connection] != nil {
            endHTTP(connection, &world)
        } else if ingest[connection] != nil {
            endLines(connection, &world)
        } else if let request = control[connection] {
            control[connection] = nil
            obey(request, connection, &world)
        } else {
            world.close(connection)
            leaveRing(connection)
        }
    }

    /// Drops what is known of a connection that is gone.
    func forget(_ connection: ConnectionID) {
        if let gone = http.removeValue(forKey: connection) {
            budget.replace(gone.bufferedBytes, with: 0)
        }
        if let gone = ingest.removeValue(forKey: connection) {
            budget.replace(gone.bufferedBytes, with: 0)
        }
        control[connection] = nil
        leaveRing(connection)
        flushes.removeAll { $0.connection == connection }
    }

    private func deadline() -> Instant {
        var deadline = min(courier.deadline, countersDue, restDue)
        for connection in http.values where !connection.isAwaitingCommit {
            deadline = min(deadline, connection.parser.deadline)
        }
        for guest in ring.guests.values { deadline = min(deadline, guest.deadline) }
        for flush in flushes { deadline = min(deadline, flush.deadline) }
        return deadline
    }

    /// What the clocks say, as an event carries it.
    func eventTime(_ world: inout some World & ~Copyable) -> EventTime {
        let wall = world.wallNow()
        if wall.quality != .synchronised { courier.hasUnsynchronised = true }
        return EventTime(
            monotonic: world.monotonicNow(), wallMilliseconds: wall.milliseconds,
            quality: wall.quality)
    }

    /// Counts what was refused before it became an event; written with the next commit.
    func countRefusal(_ reason: String, _ now: Instant) {
        pending.counters.add(1, to: CounterName.offered, lane: .normal)
        pending.counters.add(1, to: CounterName.refused(reason), lane: .normal)
        countersDue = min(
            countersDue, now.advanced(byMilliseconds: Self.counterDelayMilliseconds))
    }
}

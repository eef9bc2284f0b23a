internal import Blocks
internal import Events
internal import Platform
internal import Store
internal import Sync

/// A block as it is sent, and what the collector needs to read it.
struct Parcel {
    var block: [UInt8]
    /// The dictionary that the block was written with.
    var dictionary: BlockDictionary?
    /// Whether the collector may keep the dictionary that the block leaves.
    var isOffered = false
}

/// One block on its way to the collector.
struct BlockInFlight {
    var exchangeNumber: UInt64
    /// The rows that the block was made of; empty for one of tombstones alone.
    var rows: [RowKey]
    var lane: Lane
    var tombstoneIDs: [Int64]
    var sent: Sent
    var parcel: Parcel
    /// When it was handed to the wire.
    var sentAt: Instant
    /// What was said of the clocks with it.
    var anchors: [ClockAnchor]
}

/// The upload's side of the loop: what is on its way, and when the next thing is due.
struct Courier: ~Copyable {
    var machine: SyncMachine
    var inFlight: BlockInFlight?
    var writer = BlockWriter()
    /// What the collector keeps, as far as it has said.
    var dictionary: BlockDictionary?
    /// When a full dictionary may be followed by the next.
    var dictionaryDue = Instant(milliseconds: 0)
    /// New events that wait for others.
    var gathering = Gathering()
    /// Their lines.
    var fresh = FreshLines()
    /// What the collector may have set aside.
    var poisonBudget = PoisonBudget()
    /// What was sent last and not answered for good.
    private var unanswered: BlockInFlight?
    private var exchangeCount: UInt64 = 0
    /// At which step the last exchange failed, and why; nil once the collector has answered.
    var lastFailure: String?
    /// How long certificates hold, as far as the wire has said.
    var certificates: CertificateDays?
    /// What is known of the clocks of this boot and of those before it.
    var clock = ClockAnchors()
    /// What the last signed answer of this run showed of the time, in Unix milliseconds, and when.
    private var shown: (milliseconds: Int64, at: Instant)?
    /// Whether events may be queued whose wall time nothing vouches for.
    var hasUnsynchronised = false
    /// Until when no tombstones are sent, since the collector refused some; nil if they may be.
    private(set) var tombstonesDue: Instant?
    /// Whether rows go one by one, since a block of several could not be read back.
    var isWary = false
    /// Events that are too long for somebody on the way, or for the line.
    private(set) var withheld = Withheld()
    /// How much is sent at once: less where the line was too slow for it.
    private(set) var shipmentBytes = Self.shipmentBytesMost
    /// When the collector last took something, by the monotonic clock.
    var lastDelivery: Instant?

    static let shipmentBytesMost: Int64 = 256 << 10
    // What no line is too slow for.
    static let shipmentBytesLeast: Int64 = 4096
    private static let shipmentBytesMore: Int64 = 1024

    init(machine: SyncMachine) { self.machine = machine }

    /// When there is something to decide though nothing happens.
    var deadline: Instant {
        let due = min(machine.deadline, tombstonesDue ?? .never, withheld.until)
        // While the machine waits, what is gathered waits with it.
        return machine.state == .ready ? min(due, gathering.deadline ?? .never) : due
    }

    /// Keeps nothing that can be made again.
    mutating func rest() {
        writer.rest()
        fresh.forget()
    }

    mutating func hasten() {
        machine.hasten()
        gathering.leave(isAll: false)
        withheld.release()
    }

    /// Has an event step aside; false if there is no room for it there.
    mutating func withhold(
        _ key: RowKey, byteCount: Int, quotaBytes: Int64, at now: Instant
    ) -> Bool {
        withheld.add(key, byteCount: byteCount, quotaBytes: quotaBytes, at: now)
    }

    /// The line was too slow for what was sent: half as much from now on, and with each receipt a
    /// little more again.
    mutating func slowDown() {
        shipmentBytes = max(Self.shipmentBytesLeast, shipmentBytes / 2)
    }

    /// The block in flight has come to an end, or will be sent again as it is.
    mutating func land(_ verdict: Verdict) {
        switch verdict {
        case .receipt, .refused:
            unanswered = nil
            withheld.remove(inFlight?.rows ?? [])
            shipmentBytes = min(Self.shipmentBytesMost, shipmentBytes + Self.shipmentBytesMore)
        case .outdated, .rejecting, .tooLarge, .unauthorised, .misconfigured, .captive,
            .rateLimited, .failing, .unreachable:
            unanswered = inFlight
            fresh.forget()
        case .clock: return
        }
        inFlight = nil
    }

    /// The block that was sent before and is neither taken nor refused, if it is the beginning of
    /// what is to be sent: the same bytes again, whatever has come behind it.
    ///
    /// A newer critical event goes before it, in a block with it.
    func parcel(beginning shipment: Shipment) -> (Shipment, Parcel)? {
        guard let unanswered, !shipment.isSealed, !unanswered.rows.isEmpty,
            shipment.rows.count == unanswered.rows.count
                || (shipment.lane != .critical && shipment.rows.count > unanswered.rows.count),
            zip(shipment.rows, unanswered.rows).allSatisfy({ $0.key == $1 })
        else { return nil }
        var sent = shipment
        sent.rows = Array(shipment.rows.prefix(unanswered.rows.count))
        return (sent, unanswered.parcel)
    }

    /// Lets the events go first for a quarter of an hour.
    mutating func deferTombstones(_ now: Instant) {
        tombstonesDue = now.advanced(byMilliseconds: 15 * 60 * 1000)
    }

    /// Forgets what is deferred no longer.
    mutating func resume(_ now: Instant) {
        if let due = tombstonesDue, due <= now { tombstonesDue = nil }
        withheld.resume(now)
    }

    /// Remembers what a signed answer shows of the time; one before this software shows nothing.
    mutating func show(_ milliseconds: Int64, at now: Instant) {
        guard milliseconds >= TimeQuality.plausibleFromMilliseconds else { return }
        shown = (milliseconds, now)
    }

    /// The time by the last signed answer, in seconds since 1970.
    func knownSeconds(at now: Instant) -> Int64? {
        shown.map { $0.milliseconds.addingSaturated(now.milliseconds(since: $0.at)) / 1000 }
    }

    mutating func nextExchangeNumber() -> UInt64 {
        exchangeCount += 1
        return exchangeCount
    }
}

internal import Events
internal import SeededText
internal import Store

/// A store over the simulated disk and the model beside it, driven by one list of actions.
final class ModelRun {
    static let quotaBytes: Int64 = 16_000_000

    let disk: SimulatedDisk
    private var chance: Seeded
    // Nil only between two processes.
    private var live: EventStore?
    private(set) var model: StoreModel
    private var pending: [PendingTombstone] = []
    var found: Violation?
    /// A planted fault: whether a row goes that the model knows nothing of.
    var losesRow = false
    private(set) var actionCount = 0
    private(set) var evictedCount: Int64 = 0

    init(seed: UInt64) throws(StoreError) {
        var chance = Seeded(seed)
        disk = SimulatedDisk(chance: Seeded(chance.next()))
        SimulatedVFS.mount(disk)
        let store = try Self.open(disk, &chance)
        live = store
        model = StoreModel(
            stream: store.stream, epoch: store.epoch, quotaBytes: Self.quotaBytes)
        self.chance = chance
    }

    var store: EventStore {
        guard let live else { preconditionFailure("a process is there") }
        return live
    }

    private static func open(
        _ disk: SimulatedDisk, _ chance: inout Seeded
    ) throws(StoreError) -> EventStore {
        disk.life = Life()
        return try EventStore(
            directory: Site.directory, quotaBytes: quotaBytes,
            boot: StreamID(high: 1, low: chance.next()),
            freshStream: StreamID(high: 2, low: chance.next()), wallMilliseconds: 0, vfs: nil,
            fileSystem: .simulated(disk))
    }

    /// Does so many actions, and compares after each one.
    func go(actionCount count: Int) throws(Violation) {
        for _ in 0..<count {
            actionCount += 1
            do throws(StoreError) {
                try act()
                try compare()
            } catch {
                throw Violation(.model, "\(error.operation): \(error.detail)")
            }
            if let found { throw found }
        }
    }

    private func act() throws(StoreError) {
        if losesRow, actionCount > 50, let row = model.rows.first {
            losesRow = false
            var change = Change(for: store)
            change.removed = [row.stored.key]
            try store.commit(change)
        }
        switch chance.below(16) {
        case 0...5: try insert(largest: chance.oneIn(2) ? 400_000 : 3000)
        case 6: try seal()
        case 7, 8: try settle()
        case 9: try quarantine()
        case 10: try part()
        case 11: try deliverTombstones()
        case 12: try reopen()
        case 13: try begin()
        case 14: try keepText()
        default: try refuse()
        }
    }

    /// Commits a change, and lets the model take it.
    private func commit(_ change: Change, streams: [StreamID]? = nil) throws(StoreError) {
        let evicted = try store.commit(change)
        evictedCount += evicted
        let own = change.inserted.map { _ in store.stream }
        do throws(Violation) {
            try model.take(change, streams: streams ?? own, evictedCount: evicted)
        } catch {
            found = error
        }
    }

    private func body(_ count: Int) -> [UInt8] {
        let byte = UInt8(truncatingIfNeeded: chance.next())
        return [UInt8](repeating: byte, count: count)
    }

    private func insert(largest: Int) throws(StoreError) {
        var change = Change(for: store)
        var next = change.endSequence
        for lane in Lane.allCases where !chance.oneIn(3) {
            let count = UInt32(1 + chance.below(9))
            change.inserted.append(
                StoredRow(
                    .tail, lane: lane, epoch: store.epoch,
                    ranges: [SequenceRange(next, next + count - 1)],
                    body: body(1 + chance.below(largest))))
            change.counters.append(CounterDelta(lane, "accepted", Int64(count)))
            next += count + (chance.oneIn(4) ? 1 : 0)
        }
        change.endSequence = next
        try commit(change)
    }

    /// Rows of `tail` become one of `block`.
    private func seal() throws(StoreError) {
        guard
            let shipment = try store.sealable(
                waitingLeast: 20, eventsMax: 20, bytesMax: 100_000)
        else { return }
        var ranges: [SequenceRange] = []
        for range in shipment.rows.flatMap(\.ranges) { SequenceRange.append(range, to: &ranges) }
        var change = Change(for: store)
        change.removed = shipment.rows.map(\.key)
        change.inserted = [
            StoredRow(
                .block, lane: shipment.lane, epoch: shipment.epoch.epoch, ranges: ranges,
                body: body(300))
        ]
        try commit(change, streams: [shipment.epoch.stream])
    }

    /// A receipt: the next shipment leaves.
    private func settle() throws(StoreError) {
        let shipment = try store.nextShipment(eventsMax: 50)
        model.shipped = shipment?.rows.map(\.key) ?? []
        let begins = shipment?.lane == .critical ? shipment?.rows.last : shipment?.rows.first
        if begins?.key != model.nextKey { found = Violation(.model, "another row is sent next") }
        guard let shipment, !chance.oneIn(3) else { return }
        var change = Change(for: store)
        change.removed = shipment.rows.map(\.key)
        let count = shipment.rows.reduce(0) { $0 + $1.eventCount }
        change.counters = [CounterDelta(shipment.lane, "delivered", count)]
        try commit(change)
    }

    private func quarantine() throws(StoreError) {
        var change = Change(for: store)
        for _ in 0..<1 + chance.below(5) {
            change.quarantined.append(
                QuarantinedEvent(
                    lane: .normal, epoch: store.epoch, sequence: change.endSequence,
                    wallMilliseconds: 0, reason: chance.pick(["not_json", "too_big"]),
                    producer: 0, byteCount: 9,
                    body: body(chance.below(chance.oneIn(5) ? 60_000 : 4000))))
            change.endSequence += 1
        }
        let range = SequenceRange(change.firstSequence, change.endSequence - 1)
        change.tombstones = [
            Tombstone(
                stream: store.stream, epoch: store.epoch, sequences: [range],
                reason: "quarantined:x")
        ]
        try commit(change)
    }

    /// A block that is not taken whole: its halves take its place.
    private func part() throws(StoreError) {
        guard let shipment = try store.nextShipment(eventsMax: 50) else { return }
        model.shipped = shipment.rows.map(\.key)
        let numbers = shipment.rows.flatMap(\.ranges).flatMap { Array($0.first...$0.last) }
        guard numbers.count > 1 else { return }
        var change = Change(for: store)
        change.removed = shipment.rows.map(\.key)
        for half in [numbers[..<(numbers.count / 2)], numbers[(numbers.count / 2)...]] {
            var ranges: [SequenceRange] = []
            for number in half { SequenceRange.append(number, to: &ranges) }
            change.inserted.append(
                StoredRow(
                    .block, lane: shipment.lane, epoch: shipment.epoch.epoch, ranges: ranges,
                    body: body(100)))
        }
        let stream = shipment.epoch.stream
        try commit(change, streams: [stream, stream])
    }

    private func deliverTombstones() throws(StoreError) {
        pending = try store.pendingTombstones(limit: 1 + chance.below(20))
        guard !chance.oneIn(3) else { return }
        var change = Change(for: store)
        change.deliveredTombstones = pending.map(\.id)
        try commit(change)
        for tombstone in pending { model.unbury(tombstone.tombstone) }
    }

    /// Everything that was committed is there after any end of the process.
    private func reopen() throws(StoreError) {
        let isCut = chance.oneIn(2)
        if chance.oneIn(3) { store.close() }
        disk.life.end()
        live = nil
        if isCut { disk.losePower() }
        live = try Self.open(disk, &chance)
        model.shipped = []
        model.epoch += 1
        model.nextSequence = 0
    }

    private func begin() throws(StoreError) {
        if chance.oneIn(3) {
            model.stream = StreamID(high: 3, low: chance.next())
            try store.beginStream(model.stream)
        } else {
            try store.beginEpoch()
        }
        model.epoch += 1
        model.nextSequence = 0
    }

    private func keepText() throws(StoreError) {
        var change = Change(for: store)
        change.texts = [KeptText(chance.pick(["a", "b"]), chance.pick(["", "x", "y"]))]
        try commit(change)
    }

    /// A change that does not fit is refused whole.
    private func refuse() throws(StoreError) {
        var change = Change(for: store)
        change.removed = [
            RowKey(.block, RowID(lane: .normal, epoch: store.epoch + 1, first: 0))
        ]
        change.counters = [CounterDelta(.normal, "accepted", 1)]
        do throws(StoreError) {
            try store.commit(change)
            found = Violation(.model, "a row that is not there was removed")
        } catch {
            guard error.code == .stale else { throw error }
        }
    }
}

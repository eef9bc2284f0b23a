internal import Events
internal import Store

/// What the store is held against: the same promises, kept in plain arrays, without a disk.
struct StoreModel {
    /// A row as it should be stored.
    struct Row: Equatable {
        var stored: StoredRow
        var stream: StreamID
        var lane: Lane
    }

    /// A quarantined event as it should be stored.
    struct Quarantined {
        var epoch: UInt32
        var sequence: UInt32
        var reason: String
        var bodyBytes: Int64
    }

    /// An event in a statement that waits.
    struct Buried: Hashable {
        var id: EventID
        var reason: String
    }

    private(set) var rows: [Row] = []
    private(set) var counters: [String: Int64] = [:]
    private(set) var quarantine: [Quarantined] = []
    private(set) var buried: Set<Buried> = []
    private(set) var texts: [String: String] = [:]
    var stream: StreamID
    var epoch: UInt32
    var nextSequence: UInt32 = 0
    /// Rows of the last shipment, which are not evicted.
    var shipped: [RowKey] = []
    private let quotaBytes: Int64

    init(stream: StreamID, epoch: UInt32, quotaBytes: Int64) {
        self.stream = stream
        self.epoch = epoch
        self.quotaBytes = quotaBytes
    }

    static func name(_ lane: Lane, _ counter: String) -> String { lane.word + " " + counter }

    /// Takes a change that the store says it has stored, evicting so many events.
    ///
    /// Which ones go is not the store's to choose; how many is, for it alone knows its pages.
    mutating func take(
        _ change: Change, streams: [StreamID], evictedCount: Int64
    ) throws(Violation) {
        rows.removeAll { change.removed.contains($0.stored.key) }
        try evict(evictedCount)
        for (row, stream) in zip(change.inserted, streams) {
            rows.append(Row(stored: row, stream: stream, lane: row.key.id.lane ?? .normal))
        }
        for event in change.quarantined { take(event) }
        for tombstone in change.tombstones { bury(tombstone) }
        for delta in change.counters {
            counters[Self.name(delta.lane, delta.name), default: 0] += delta.value
        }
        for text in change.texts { texts[text.name] = text.text.isEmpty ? nil : text.text }
        shipped.removeAll { change.removed.contains($0) }
        nextSequence = change.endSequence
    }

    /// The oldest rows of the least important lane go first.
    private mutating func evict(_ count: Int64) throws(Violation) {
        var left = count
        for lane in [Lane.ambient, .normal, .critical] {
            while left > 0 {
                let candidates = rows.indices.filter {
                    rows[$0].lane == lane && !shipped.contains(rows[$0].stored.key)
                }
                // Of two rows of one id the one in `tail` is looked at first.
                let oldest = candidates.min {
                    let (one, other) = (rows[$0].stored.key, rows[$1].stored.key)
                    return (one.id.value, one.table.rawValue) < (
                        other.id.value, other.table.rawValue
                    )
                }
                guard let oldest else { break }
                let row = rows.remove(at: oldest)
                left -= row.stored.eventCount
                counters[Self.name(lane, "dropped:evicted"), default: 0] += row.stored.eventCount
                bury(
                    Tombstone(
                        stream: row.stream, epoch: row.stored.key.id.epoch,
                        sequences: row.stored.ranges, reason: "evicted"))
            }
        }
        guard left == 0 else {
            throw Violation(.model, "\(count) events evicted are no whole rows: \(left) over")
        }
    }

    /// The oldest give way once all together are over a hundredth of the quota.
    private mutating func take(_ event: QuarantinedEvent) {
        let most = quotaBytes / 100
        let isLarge = Int64(event.body.count) >= most / 4
        quarantine.append(
            Quarantined(
                epoch: event.epoch, sequence: event.sequence, reason: event.reason,
                bodyBytes: isLarge ? 0 : Int64(event.body.count)))
        quarantine.sort { ($0.epoch, $0.sequence) < ($1.epoch, $1.sequence) }
        while quarantine.reduce(0, { $0 + 64 + $1.bodyBytes }) > most { quarantine.removeFirst() }
    }

    private mutating func bury(_ tombstone: Tombstone) {
        for range in tombstone.sequences {
            for sequence in range.first...range.last {
                buried.insert(
                    Buried(
                        id: EventID(
                            stream: tombstone.stream, epoch: tombstone.epoch, sequence: sequence),
                        reason: tombstone.reason))
            }
        }
    }

    /// Statements that were delivered wait no more.
    mutating func unbury(_ tombstone: Tombstone) {
        for range in tombstone.sequences {
            for sequence in range.first...range.last {
                buried.remove(
                    Buried(
                        id: EventID(
                            stream: tombstone.stream, epoch: tombstone.epoch, sequence: sequence),
                        reason: tombstone.reason))
            }
        }
    }

    /// What the next shipment begins with: the newest critical row, else the oldest of the others.
    var nextKey: RowKey? {
        let critical = rows.filter { $0.lane == .critical }.map(\.stored.key)
        if let newest = critical.max(by: { $0.id < $1.id }) { return newest }
        return rows.map(\.stored.key).min { one, other in
            (one.id.age, one.table.rawValue, one.id.value) < (
                other.id.age, other.table.rawValue, other.id.value
            )
        }
    }
}

extension RowID {
    /// The number without the lane: the age over all lanes.
    fileprivate var age: Int64 { value & (1 << 60 - 1) }
}

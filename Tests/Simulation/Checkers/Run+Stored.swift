internal import Events
internal import Store

/// Promise 1, asked each time that a process has begun: what was acknowledged and has not arrived
/// is in the store, or a tombstone or a stated gap tells of it.
extension Run {
    func checkStored() throws(Violation) {
        // What a restored collector misses shows only once it is told of later numbers.
        guard !losses.hasCollectorLost, let stored = storedIDs() else { return }
        let state = site.collector.state
        for (number, entry) in site.ledger.entries.enumerated() where entry.isAcknowledged {
            if state.arrivals[number] != nil { continue }
            if let id = entry.id, stored.contains(id) || !state.reasons(for: id).isEmpty {
                continue
            }
            guard isStatedLost(entry, isStored: { stored.contains($0) }) else {
                throw Violation(
                    .exactlyOnce,
                    "event \(number) of producer \(entry.producer), acknowledged, "
                        + (entry.id.map { Self.list([$0]) } ?? "no known id")
                        + ", is gone when the agent starts")
            }
        }
    }

    /// Every event in both tables and in the tombstones that wait; nil where that cannot be read.
    private func storedIDs() -> IDSet? {
        site.observe { (store) throws(StoreError) in
            var ids = IDSet()
            for table in RowTable.allCases {
                for lane in Lane.allCases {
                    for row in try store.rows(of: table, lane, fromEpoch: 0, sequence: 0) {
                        let epoch = row.key.id.epoch
                        let stream = try store.epochInfo(epoch)?.stream ?? store.stream
                        ids.insert(row.ranges, stream, epoch)
                    }
                }
            }
            for pending in try store.allTombstones() {
                let tombstone = pending.tombstone
                ids.insert(tombstone.sequences, tombstone.stream, tombstone.epoch)
            }
            return ids
        }
    }
}

/// Events by the ranges of their numbers.
private struct IDSet {
    private var ranges: [CollectorState.Epoch: [SequenceRange]] = [:]

    mutating func insert(_ added: [SequenceRange], _ stream: StreamID, _ epoch: UInt32) {
        ranges[CollectorState.Epoch(stream: stream, epoch: epoch), default: []] += added
    }

    func contains(_ id: EventID) -> Bool {
        let epoch = CollectorState.Epoch(stream: id.stream, epoch: id.epoch)
        return ranges[epoch]?.contains { $0.first <= id.sequence && id.sequence <= $0.last }
            ?? false
    }
}

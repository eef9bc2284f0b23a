internal import Events

/// The rows that a commit gives up to stay within the quota.
struct Eviction {
    var eventCount: Int64 = 0
    fileprivate var eventCounts: [Int64] = [0, 0, 0]
    fileprivate var ranges: [(epoch: UInt32, ranges: [SequenceRange])] = []

    /// The counter of events that were evicted.
    static let counter = "dropped:evicted"
    /// The tombstones' reason.
    static let reason = "evicted"

    fileprivate mutating func add(_ id: RowID, _ added: [SequenceRange], lane: Lane) {
        let count = added.reduce(0) { $0 + $1.count }
        eventCount += count
        eventCounts[Int(lane.rawValue)] += count
        if let index = ranges.firstIndex(where: { $0.epoch == id.epoch }) {
            ranges[index].ranges = RangeCoding.union(ranges[index].ranges, added)
        } else {
            ranges.append((id.epoch, added))
        }
    }
}

/// Making room.
extension EventStore {
    /// Pages that are left free for what every commit changes beside its rows.
    private static let reservePages: Int64 = 32

    /// Evicts until the change fits, and `excessPages` more.
    func makeRoom(
        for change: Change, in database: Database, excessPages: Int64, _ applied: inout Applied
    ) throws(StoreError) {
        let needed = EventStore.pages(for: change)
        guard needed > 0 else { return }
        let limit = pagesAllowed(try database.allPages())
        while try database.usedPages() + needed + excessPages + Self.reservePages > limit {
            guard try evictOldest(from: database, &applied) else { break }
        }
        if excessPages > 1 && applied.evicted.eventCount == 0 {
            throw StoreError(.full, "commit", detail: "nothing is left to evict")
        }
        // The quota is SQLite's to hold; of the file system's end it knows nothing.
        if limit < pagesMax, try database.usedPages() + needed > limit {
            throw StoreError(.full, "commit", detail: "the disk is nearly full")
        }
        try record(applied.evicted, in: database)
    }

    static func pages(for change: Change) -> Int64 {
        var pages: Int64 = 0
        for row in change.inserted { pages += 2 + Int64(row.body.count) / 4000 }
        for event in change.quarantined { pages += 2 + Int64(event.body.count) / 4000 }
        if let messages = change.messages { pages += 2 + Int64(messages.bytes.count) / 4000 }
        return pages
    }

    /// Deletes the oldest row of the least important lane that has one; false if none may go.
    private func evictOldest(
        from database: Database, _ applied: inout Applied
    ) throws(StoreError) -> Bool {
        for lane in [Lane.ambient, .normal, .critical] {
            var oldest: (key: RowKey, ranges: [SequenceRange])?
            for span in RowSpan.all(of: lane) {
                guard let row = try oldestRow(in: span, database) else { continue }
                if let known = oldest, known.key.id.age < row.key.id.age { continue }
                oldest = row
            }
            guard let oldest else { continue }
            guard try remove(oldest.key, from: database, &applied) else { return false }
            applied.evicted.add(oldest.key.id, oldest.ranges, lane: lane)
            return true
        }
        return false
    }

    private func oldestRow(
        in span: RowSpan, _ database: Database
    ) throws(StoreError) -> (key: RowKey, ranges: [SequenceRange])? {
        let rows = database.oldestRows[Int(span.table.rawValue)]
        try span.bind(to: rows)
        defer { rows.reset() }
        while try rows.step() {
            let key = RowKey(span.table, stored: rows.integer(0))
            if shipped.contains(key) { continue }
            return (key, try RangeCoding.stored(rows.bytes(1)))
        }
        return nil
    }

    private func record(_ evicted: Eviction, in database: Database) throws(StoreError) {
        for (epoch, ranges) in evicted.ranges {
            let info = try epochInfo(epoch, in: database)
            let tombstone = Tombstone(
                stream: info?.stream ?? stream, epoch: epoch, sequences: ranges,
                reason: Eviction.reason)
            try Tombstones.insert(tombstone, into: database, above: tombstonesShippedThrough)
        }
        for lane in Lane.allCases where evicted.eventCounts[Int(lane.rawValue)] > 0 {
            try database.addCounter.run(
                .integer(Int64(lane.rawValue)), .text(Eviction.counter),
                .integer(evicted.eventCounts[Int(lane.rawValue)]))
        }
    }
}

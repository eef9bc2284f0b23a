public import Events

/// A statement that waits to be delivered.
public struct PendingTombstone: Hashable, Sendable {
    /// Names it to `Change.deliveredTombstones`.
    public var id: Int64
    /// What it states.
    public var tombstone: Tombstone
}

extension EventStore {
    /// The oldest statements that wait, at most so many; they stay until a change removes them.
    public func pendingTombstones(limit: Int) throws(StoreError) -> [PendingTombstone] {
        let pending = try guarded { (database) throws(StoreError) in
            try Tombstones.pending(in: database, limit: limit)
        }
        tombstonesShippedThrough = max(tombstonesShippedThrough, pending.last?.id ?? 0)
        return pending
    }
}

/// The table `tombstone`.
enum Tombstones {
    /// A row grows no longer than this; the next one begins.
    private static let rangesBytesMax = 2048

    /// Adds a statement, to the last row if that says the same of the same epoch.
    ///
    /// Rows up to `shipped` may be under way and are left as they are.
    static func insert(
        _ tombstone: Tombstone, into database: Database, above shipped: Int64
    ) throws(StoreError) {
        let last = try database.connection.prepare(
            "SELECT id, ranges, stream, epoch, reason FROM tombstone WHERE id > ? "
                + "ORDER BY id DESC LIMIT 1")
        try last.bind(.integer(shipped))
        if try last.step(), last.bytes(2) == tombstone.stream.bytes,
            last.integer(3) == Int64(tombstone.epoch), last.text(4) == tombstone.reason,
            last.bytes(1).count < rangesBytesMax
        {
            let id = last.integer(0)
            let ranges = try RangeCoding.stored(last.bytes(1))
            last.reset()
            try database.connection.prepare("UPDATE tombstone SET ranges = ? WHERE id = ?").run(
                .blob(RangeCoding.bytes(RangeCoding.union(ranges, tombstone.sequences))),
                .integer(id))
            return
        }
        last.reset()
        try database.connection.prepare(
            "INSERT INTO tombstone(stream, epoch, ranges, reason) VALUES (?, ?, ?, ?)"
        ).run(
            .blob(tombstone.stream.bytes), .integer(Int64(tombstone.epoch)),
            .blob(RangeCoding.bytes(tombstone.sequences)), .text(tombstone.reason))
    }

    static func remove(_ ids: [Int64], from database: Database) throws(StoreError) {
        guard !ids.isEmpty else { return }
        let delete = try database.connection.prepare("DELETE FROM tombstone WHERE id = ?")
        for id in ids { try delete.run(.integer(id)) }
    }

    static func pending(in database: Database, limit: Int) throws(StoreError) -> [PendingTombstone]
    {
        let rows = try database.connection.prepare(
            "SELECT id, stream, epoch, ranges, reason FROM tombstone ORDER BY id LIMIT ?")
        try rows.bind(.integer(Int64(limit)))
        var pending: [PendingTombstone] = []
        while try rows.step() {
            guard let stream = StreamID(bytes: rows.bytes(1)) else {
                throw StoreError(.corrupt, "read a tombstone", detail: "no stream")
            }
            let tombstone = Tombstone(
                stream: stream, epoch: UInt32(truncatingIfNeeded: rows.integer(2)),
                sequences: try RangeCoding.stored(rows.bytes(3)), reason: rows.text(4))
            pending.append(PendingTombstone(id: rows.integer(0), tombstone: tombstone))
        }
        return pending
    }
}

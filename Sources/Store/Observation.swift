package import Events

/// For a checker beside the agent: changes nothing, not even what may be evicted or joined.
extension EventStore {
    /// The rows of a table and lane, from the one that begins at (epoch, sequence) on.
    package func rows(
        of table: RowTable, _ lane: Lane, fromEpoch epoch: UInt32, sequence: UInt32
    ) throws(StoreError) -> [StoredRow] {
        try guarded { (database) throws(StoreError) in
            let rows = try database.connection.prepare(
                "SELECT id, ranges, body FROM " + table.name
                    + " WHERE id BETWEEN ? AND ? ORDER BY id")
            try rows.bind(
                .integer(RowID(lane: lane, epoch: epoch, first: sequence).value),
                .integer(Eviction.range(of: lane).last))
            var found: [StoredRow] = []
            while try rows.step() {
                found.append(
                    StoredRow(
                        key: RowKey(table, RowID(value: rows.integer(0))),
                        ranges: try RangeCoding.stored(rows.bytes(1)), body: rows.bytes(2)))
            }
            return found
        }
    }

    /// Every statement that waits, without taking it for one that is under way.
    package func allTombstones() throws(StoreError) -> [PendingTombstone] {
        try guarded { (database) throws(StoreError) in
            try Tombstones.pending(in: database, limit: .max)
        }
    }
}

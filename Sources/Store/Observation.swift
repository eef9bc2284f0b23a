package import Events

/// For a checker beside the agent: changes nothing, not even what may be evicted or joined.
extension EventStore {
    /// The version of the schema that this software writes.
    package static var schemaVersion: Int64 { Schema.version }

    /// The rows of a table and lane, from the one that begins at (epoch, sequence) on.
    package func rows(
        of table: RowTable, _ lane: Lane, fromEpoch epoch: UInt32, sequence: UInt32
    ) throws(StoreError) -> [StoredRow] {
        try guarded { (database) throws(StoreError) in
            var found: [StoredRow] = []
            for span in RowSpan.all(of: lane, fromEpoch: epoch, sequence: sequence)
            where span.table == table {
                let rows = try database.connection.prepare(
                    "SELECT id, ranges, body FROM " + table.name + " WHERE "
                        + RowSpan.condition + " ORDER BY id")
                try span.bind(to: rows)
                while try rows.step() {
                    found.append(
                        StoredRow(
                            key: RowKey(table, stored: rows.integer(0)),
                            ranges: try RangeCoding.stored(rows.bytes(1)), body: rows.bytes(2)))
                }
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

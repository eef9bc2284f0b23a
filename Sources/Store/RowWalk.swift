internal import Events

/// The walk over what waits: damage is found long before it is due.
extension EventStore {
    /// Reads on where it stopped, about `bytesMax` and at least a row, and checks each row; true
    /// when it came to the last, after which it begins anew.
    ///
    /// Throws `corrupt` at a row that is not as it was stored, and stays there.
    @discardableResult
    public func checkRows(bytesMax: Int64) throws(StoreError) -> Bool {
        let start = walked
        let (reached, isEnd) = try guarded { (database) throws(StoreError) -> (RowKey?, Bool) in
            var reached = start
            var bytes: Int64 = 0
            for table in RowTable.allCases {
                if let start, start.table.rawValue > table.rawValue { continue }
                let rows = try database.connection.prepare(
                    "SELECT * FROM " + table.name + " WHERE id > ? ORDER BY id")
                try rows.bind(.integer(start?.table == table ? start?.stored ?? .min : .min))
                while bytes < bytesMax {
                    guard try rows.step() else { break }
                    let row = rows.values()
                    bytes += try Self.checkedBytes(of: row)
                    reached = RowKey(table, stored: rows.integer(0))
                }
                if bytes >= bytesMax { return (reached, false) }
            }
            return (nil, true)
        }
        walked = reached
        return isEnd
    }

    /// The bytes that a row is made of, if it is as it was stored.
    private static func checkedBytes(of row: [Value]) throws(StoreError) -> Int64 {
        guard RowCheck.holds(row), row.count == EventColumn.count,
            case .blob(let ranges) = row[EventColumn.ranges],
            case .blob(let body) = row[EventColumn.body],
            case .integer(let count) = row[EventColumn.events],
            try RangeCoding.stored(ranges).reduce(0, { $0 + $1.count }) == count
        else { throw StoreError(.corrupt, "check a row", detail: "it is not as it was stored") }
        return Int64(ranges.count) + Int64(body.count) + 32
    }
}

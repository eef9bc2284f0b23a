internal import Events

/// What SQL has left out, from the pages themselves.
extension Salvager {
    /// Carries over what rows of events the pages hold that are not there yet.
    ///
    /// Sealed rows first: where free pages are not all known, rows from before they were sealed may
    /// turn up too, and those are left out whose events are there already.
    func carve() throws(StoreError) {
        var carver = Carver(PageReader(path: path, system: system))
        let held = try HeldEvents(in: database)
        do throws(StoreError) {
            for table in RowTable.allCases.reversed() {
                carver.rewind()
                while let row = carver.next() {
                    guard Carver.table(of: row) == table, takeEvents(row) else { continue }
                    try take(RowCheck.row(row, in: table), in: table.name, unless: held)
                }
                try store(in: table.name, unless: held)
            }
        } catch {
            guard error.code == .full else { throw error }
            salvage.gaps.append("the rest of its pages, for want of room")
        }
    }

    /// Counts what has been carried over in the end, by a salvage that was broken off too.
    func countRows() throws(StoreError) {
        let read = (rows: salvage.rowCount, events: salvage.eventCount)
        (salvage.rowCount, salvage.eventCount) = (0, 0)
        for table in RowTable.allCases {
            let rows = try database.connection.prepare(
                "SELECT count(*), sum(events) FROM " + table.name)
            guard try rows.step() else { continue }
            salvage.rowCount += rows.integer(0)
            salvage.eventCount += rows.integer(1)
        }
        salvage.carvedRowCount = max(0, salvage.rowCount - read.rows)
        salvage.carvedEventCount = max(0, salvage.eventCount - read.events)
    }
}

/// Tells whether all events of a row are in other rows, or in statements that they are gone.
struct HeldEvents {
    private let ranges: Statement

    init(in database: Database) throws(StoreError) {
        var sql: [String] = []
        for (table, lane) in [("block", ""), ("tail", " AND id & 3 = ?2 & 3")] {
            let (first, here, last) = table == "block" ? ("?4", "?5", "?6") : ("?1", "?2", "?3")
            // The row before may reach into this one's events.
            sql.append(
                "SELECT ranges FROM " + table + " WHERE id BETWEEN coalesce((SELECT max(id) FROM "
                    + table + " WHERE id BETWEEN " + first + " AND " + here + lane + "), " + here
                    + ") AND " + last + lane)
        }
        sql.append("SELECT ranges FROM tombstone WHERE epoch = ?7")
        ranges = try database.connection.prepare(sql.joined(separator: " UNION ALL "))
    }

    /// Whether nothing of the row would be new.
    func hold(_ row: [Value]) throws(StoreError) -> Bool {
        guard case .integer(let id) = row[EventColumn.id],
            case .blob(let bytes) = row[EventColumn.ranges],
            let wanted = RangeCoding.ranges(bytes), let last = wanted.last
        else { return false }
        let row = RowID(stored: id)
        let ids = [row.group.first, row.value, row.group.first | Int64(last.last)]
        try ranges.bind(
            ids.map { .integer(RowID(value: $0).stored(in: .tail)) } + ids.map { .integer($0) }
                + [.integer(Int64(row.epoch))])
        defer { ranges.reset() }
        var there: [SequenceRange] = []
        while try ranges.step() { there += RangeCoding.ranges(ranges.bytes(0)) ?? [] }
        there = RangeCoding.union(there, [])
        return wanted.allSatisfy { range in
            there.contains { $0.first <= range.first && range.last <= $0.last }
        }
    }
}

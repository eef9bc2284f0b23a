public import Events

/// Rows of one lane and epoch, to be sent together or sealed.
public struct Shipment: Hashable, Sendable {
    /// The rows' lane.
    public var lane: Lane
    /// The rows' epoch.
    public var epoch: EpochInfo
    /// Whether it is one row of `block`, to be sent as it is.
    public var isSealed: Bool
    /// At least one row, in ascending order.
    public var rows: [StoredRow]
}

/// What to send next, and what to seal.
extension EventStore {
    /// What to send next: the newest critical row, else the oldest of the other lanes; nil if
    /// nothing.
    ///
    /// A row of `tail` comes with its neighbours up to the limits, but always comes. Rows that are
    /// `settled` do not: their removal waits for the next commit. Nothing is changed; neither are
    /// the rows evicted until the next call or until they are removed, nor those that are settled.
    public func nextShipment(
        eventsMax: Int64 = Int64(Limits.blockEvents), bytesMax: Int64 = Int64(Limits.blockBytes),
        settled: Set<RowKey> = []
    ) throws(StoreError) -> Shipment? {
        let shipment = try guarded { (database) throws(StoreError) -> Shipment? in
            var first = try newestCritical(database, settled)
            if first == nil { first = try oldest(of: [.normal, .ambient], database, settled) }
            guard let key = first else { return nil }
            let limits = (events: key.table == .tail ? eventsMax : 0, bytes: bytesMax)
            // The newest critical row is sent with older ones, the oldest row with newer ones.
            return try gather(
                from: key, limits, isDescending: key.id.lane == .critical, settled, database)
        }
        shipped = settled.union(shipment?.rows.map { $0.key } ?? [])
        return shipment
    }

    /// Whether there are rows to be sent beside these; nothing else changes.
    public func holdsOthers(than known: Set<RowKey>) throws(StoreError) -> Bool {
        try guarded { (database) throws(StoreError) -> Bool in
            for span in Lane.allCases.flatMap({ RowSpan.all(of: $0) }) {
                let rows = database.oldestRows[Int(span.table.rawValue)]
                if try first(of: span, rows, known) != nil { return true }
            }
            return false
        }
    }

    /// Rows of `tail` that are better sealed into one of `block`: the oldest, once `waitingLeast`
    /// events or `bytesMax` wait in a lane, or all that an epoch which is over has left; nil if
    /// there are none.
    ///
    /// The caller commits the block and the rows' removal in one change.
    public func sealable(
        waitingLeast: Int64 = Int64(Limits.blockEvents),
        eventsMax: Int64 = Int64(Limits.blockEvents), bytesMax: Int64 = Int64(Limits.blockBytes)
    ) throws(StoreError) -> Shipment? {
        try guarded { (database) throws(StoreError) -> Shipment? in
            for lane in Lane.allCases {
                let index = Int(lane.rawValue)
                guard tailEvents[index] >= waitingLeast || tailBytes[index] >= bytesMax else {
                    continue
                }
                let span = RowSpan.tail(of: lane, from: RowID(lane: lane, epoch: epoch, first: 0))
                let rows = database.oldestRows[Int(RowTable.tail.rawValue)]
                guard let key = try first(of: span, rows, []) else { continue }
                return try gather(
                    from: key, (eventsMax, bytesMax), isDescending: false, [], database)
            }
            return try sealableOfEarlierEpochs((eventsMax, bytesMax), database)
        }
    }

    private func sealableOfEarlierEpochs(
        _ limits: (events: Int64, bytes: Int64), _ database: Database
    ) throws(StoreError) -> Shipment? {
        // Mostly there is nothing to look for, and this is asked again and again.
        guard unsealedFrom != nil else { return nil }
        let next = try database.connection.prepare(
            "SELECT id FROM tail WHERE id >= ? ORDER BY id LIMIT 1")
        while let start = unsealedFrom {
            try next.bind(.integer(start))
            let found = try next.step() ? next.integer(0) : nil
            next.reset()
            guard let found, case let key = RowKey(.tail, stored: found), key.id.epoch != epoch
            else {
                // Those of this epoch are the last.
                unsealedFrom = nil
                return nil
            }
            let shipment = try gather(from: key, limits, isDescending: false, [], database)
            if shipment.rows.count > 1 { return shipment }
            unsealedFrom = found + 1
        }
        return nil
    }

    private func newestCritical(
        _ database: Database, _ settled: Set<RowKey>
    ) throws(StoreError) -> RowKey? {
        var newest: RowKey?
        for span in RowSpan.all(of: .critical) {
            let rows = try database.connection.prepare(
                "SELECT id FROM " + span.table.name + " WHERE " + RowSpan.condition
                    + " ORDER BY id DESC")
            guard let key = try first(of: span, rows, settled) else { continue }
            if let known = newest, known.id.age >= key.id.age { continue }
            newest = key
        }
        return newest
    }

    private func oldest(
        of lanes: [Lane], _ database: Database, _ settled: Set<RowKey>
    ) throws(StoreError) -> RowKey? {
        var oldest: RowKey?
        for span in lanes.flatMap({ RowSpan.all(of: $0) }) {
            let rows = database.oldestRows[Int(span.table.rawValue)]
            guard let key = try first(of: span, rows, settled) else { continue }
            if let known = oldest, known.id.age <= key.id.age { continue }
            oldest = key
        }
        return oldest
    }

    /// The first row of a statement over a span that is not settled.
    private func first(
        of span: RowSpan, _ rows: Statement, _ settled: Set<RowKey>
    ) throws(StoreError) -> RowKey? {
        try span.bind(to: rows)
        defer { rows.reset() }
        while try rows.step() {
            let key = RowKey(span.table, stored: rows.integer(0))
            if !settled.contains(key) { return key }
        }
        return nil
    }

    /// The row `key` and its neighbours of the same lane and epoch, up to the limits.
    private func gather(
        from key: RowKey, _ limits: (events: Int64, bytes: Int64), isDescending: Bool,
        _ settled: Set<RowKey>, _ database: Database
    ) throws(StoreError) -> Shipment {
        guard let lane = key.id.lane, let info = try epochInfo(key.id.epoch, in: database) else {
            throw StoreError(.corrupt, "read a row", detail: "no valid lane or epoch")
        }
        var span = RowSpan.group(of: key)
        let rows = try database.connection.prepare(
            "SELECT id, events, ranges, body, mark, length(body) FROM " + key.table.name
                + " WHERE " + RowSpan.condition + " ORDER BY id" + (isDescending ? " DESC" : ""))
        let end = try nextBlock(from: key, isDescending, database)
        if isDescending {
            (span.first, span.last) = (end ?? span.first, key.stored)
        } else {
            (span.first, span.last) = (key.stored, end ?? span.last)
        }
        try span.bind(to: rows)
        var taken: [StoredRow] = []
        var events: Int64 = 0
        var bytes: Int64 = 0
        while try rows.step() {
            if settled.contains(RowKey(key.table, stored: rows.integer(0))) { continue }
            events += try rows.count(1)
            bytes += try rows.count(5)
            guard taken.isEmpty || (events <= limits.events && bytes <= limits.bytes) else { break }
            taken.append(try row(rows, of: key.table))
        }
        guard !taken.isEmpty else {
            throw StoreError(.corrupt, "read a row", detail: "a row is gone")
        }
        if isDescending { taken.reverse() }
        return Shipment(lane: lane, epoch: info, isSealed: key.table == .block, rows: taken)
    }

    /// The row of `block` that stands between a row of `tail` and its neighbours, which are not
    /// joined across it, by the id that it would have in `tail`.
    private func nextBlock(
        from key: RowKey, _ isDescending: Bool, _ database: Database
    ) throws(StoreError) -> Int64? {
        guard key.table == .tail else { return nil }
        let row = try database.connection.prepare(
            "SELECT id FROM block WHERE id BETWEEN ? AND ? ORDER BY id"
                + (isDescending ? " DESC" : "") + " LIMIT 1")
        let group = key.id.group
        try row.bind(
            .integer(isDescending ? group.first : key.id.value),
            .integer(isDescending ? key.id.value : group.last))
        return try row.step() ? RowID(value: row.integer(0)).stored(in: .tail) : nil
    }

    private func row(_ rows: Statement, of table: RowTable) throws(StoreError) -> StoredRow {
        let (id, ranges, body) = (rows.integer(0), rows.bytes(2), rows.bytes(3))
        guard RowCheck.holds(rows.value(4), id: id, ranges: ranges, body: body) else {
            throw StoreError(.corrupt, "read a row", detail: "it is not as it was stored")
        }
        let row = StoredRow(
            key: RowKey(table, stored: id), ranges: try RangeCoding.stored(ranges),
            body: body)
        guard row.eventCount == rows.integer(1) else {
            throw StoreError(.corrupt, "read a row", detail: "its ranges hold other events")
        }
        return row
    }
}

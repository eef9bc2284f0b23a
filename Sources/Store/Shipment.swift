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
    /// A row of `tail` comes with its neighbours up to the limits, but always comes. Nothing is
    /// changed; the rows are not evicted until the next call or until they are removed.
    public func nextShipment(
        eventsMax: Int64 = Int64(Limits.blockEvents), bytesMax: Int64 = Int64(Limits.blockBytes)
    ) throws(StoreError) -> Shipment? {
        let shipment = try guarded { (database) throws(StoreError) -> Shipment? in
            var first = try newestCritical(database)
            if first == nil { first = try oldest(of: [.normal, .ambient], database) }
            guard let key = first else { return nil }
            let limits = (events: key.table == .tail ? eventsMax : 0, bytes: bytesMax)
            // The newest critical row is sent with older ones, the oldest row with newer ones.
            return try gather(
                from: key, limits, isDescending: key.id.lane == .critical, database)
        }
        shipped = shipment?.rows.map { $0.key } ?? []
        return shipment
    }

    /// Rows of `tail` that are better sealed into one of `block`: enough for a whole one, or all
    /// that an epoch which is over has left; nil if there are none.
    ///
    /// The caller commits the block and the rows' removal in one change.
    public func sealable(
        eventsMax: Int64 = Int64(Limits.blockEvents), bytesMax: Int64 = Int64(Limits.blockBytes)
    ) throws(StoreError) -> Shipment? {
        try guarded { (database) throws(StoreError) -> Shipment? in
            for lane in Lane.allCases {
                let index = Int(lane.rawValue)
                guard tailEvents[index] >= eventsMax || tailBytes[index] >= bytesMax else {
                    continue
                }
                let first = RowID(lane: lane, epoch: epoch, first: 0)
                guard let id = try nextTailID(from: first.value, database) else { continue }
                return try gather(
                    from: RowKey(.tail, RowID(value: id)), (eventsMax, bytesMax),
                    isDescending: false, database)
            }
            return try sealableOfEarlierEpochs((eventsMax, bytesMax), database)
        }
    }

    private func sealableOfEarlierEpochs(
        _ limits: (events: Int64, bytes: Int64), _ database: Database
    ) throws(StoreError) -> Shipment? {
        while let start = unsealedFrom {
            guard let id = try nextTailID(from: start, database) else {
                unsealedFrom = nil
                return nil
            }
            let row = RowID(value: id)
            if row.epoch != epoch {
                let shipment = try gather(
                    from: RowKey(.tail, row), limits, isDescending: false, database)
                if shipment.rows.count > 1 { return shipment }
                unsealedFrom = id + 1
            } else {
                unsealedFrom = id | Int64(UInt32.max)
            }
        }
        return nil
    }

    private func nextTailID(from id: Int64, _ database: Database) throws(StoreError) -> Int64? {
        let rows = database.oldestRows[Int(RowTable.tail.rawValue)]
        try rows.bind(.integer(id), .integer(.max))
        defer { rows.reset() }
        return try rows.step() ? rows.integer(0) : nil
    }

    private func newestCritical(_ database: Database) throws(StoreError) -> RowKey? {
        var newest: RowKey?
        for table in RowTable.allCases {
            let row = try database.connection.prepare(
                "SELECT max(id) FROM " + table.name + " WHERE id BETWEEN 0 AND ?")
            try row.bind(.integer(Eviction.range(of: .critical).last))
            guard try row.step(), case .integer(let id)? = row.values().first else { continue }
            let key = RowKey(table, RowID(value: id))
            if let known = newest, known.id >= key.id { continue }
            newest = key
        }
        return newest
    }

    private func oldest(of lanes: [Lane], _ database: Database) throws(StoreError) -> RowKey? {
        var oldest: RowKey?
        for table in RowTable.allCases {
            let rows = database.oldestRows[Int(table.rawValue)]
            for lane in lanes {
                let range = Eviction.range(of: lane)
                try rows.bind(.integer(range.first), .integer(range.last))
                defer { rows.reset() }
                guard try rows.step() else { continue }
                let key = RowKey(table, RowID(value: rows.integer(0)))
                if let known = oldest, known.id.age <= key.id.age { continue }
                oldest = key
            }
        }
        return oldest
    }

    /// The row `key` and its neighbours of the same lane and epoch, up to the limits.
    private func gather(
        from key: RowKey, _ limits: (events: Int64, bytes: Int64), isDescending: Bool,
        _ database: Database
    ) throws(StoreError) -> Shipment {
        guard let lane = key.id.lane, let info = try epochInfo(key.id.epoch, in: database) else {
            throw StoreError(.corrupt, "read a row", detail: "no valid lane or epoch")
        }
        let group = RowID(lane: lane, epoch: key.id.epoch, first: 0).value
        let rows = try database.connection.prepare(
            "SELECT id, events, ranges, mark, length(body), body FROM " + key.table.name
                + " WHERE id BETWEEN ? AND ? ORDER BY id" + (isDescending ? " DESC" : ""))
        try rows.bind(
            .integer(isDescending ? group : key.id.value),
            .integer(isDescending ? key.id.value : group | Int64(UInt32.max)))
        var taken: [StoredRow] = []
        var events: Int64 = 0
        var bytes: Int64 = 0
        while try rows.step() {
            events += try rows.count(1)
            bytes += try rows.count(4)
            guard taken.isEmpty || (events <= limits.events && bytes <= limits.bytes) else { break }
            taken.append(try row(rows, of: key.table))
        }
        guard !taken.isEmpty else {
            throw StoreError(.corrupt, "read a row", detail: "a row is gone")
        }
        if isDescending { taken.reverse() }
        return Shipment(lane: lane, epoch: info, isSealed: key.table == .block, rows: taken)
    }

    private func row(_ rows: Statement, of table: RowTable) throws(StoreError) -> StoredRow {
        let (id, ranges, body) = (rows.integer(0), rows.bytes(2), rows.bytes(5))
        guard rows.integer(3) == RowCheck.value(id: id, ranges: ranges, body: body) else {
            throw StoreError(.corrupt, "read a row", detail: "it is not as it was stored")
        }
        let row = StoredRow(
            key: RowKey(table, RowID(value: id)), ranges: try RangeCoding.stored(ranges),
            body: body)
        guard row.eventCount == rows.integer(1) else {
            throw StoreError(.corrupt, "read a row", detail: "its ranges hold other events")
        }
        return row
    }
}

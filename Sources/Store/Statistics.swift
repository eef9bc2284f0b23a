public import Events

/// What one lane has queued, counted from the rows themselves.
public struct LaneStatistics: Hashable, Sendable {
    /// The lane.
    public var lane: Lane
    /// Rows in both tables.
    public var rowCount: Int64 = 0
    /// Events in them.
    public var eventCount: Int64 = 0
    /// Bytes of their bodies.
    public var byteCount: Int64 = 0
    /// The oldest row; nil if there is none.
    public var oldest: RowID?
}

/// What the quarantine has of one reason.
public struct QuarantineStatistics: Hashable, Sendable {
    /// The reason.
    public var reason: String
    /// Events whose row is still there.
    public var eventCount: Int64
    /// Bytes of their texts.
    public var byteCount: Int64
}

/// What is in the store.
extension EventStore {
    /// What each lane has queued; reads every row's head, so it is for the operator, not for a
    /// loop.
    public func statistics() throws(StoreError) -> [LaneStatistics] {
        try guarded { (database) throws(StoreError) in
            var lanes = Lane.allCases.map { LaneStatistics(lane: $0) }
            for table in RowTable.allCases {
                let rows = try database.connection.prepare(
                    "SELECT id, ranges, length(body) FROM " + table.name + " ORDER BY id")
                while try rows.step() {
                    let id = RowID(stored: rows.integer(0))
                    guard let lane = id.lane else {
                        throw StoreError(.corrupt, "count rows", detail: "no valid lane")
                    }
                    let index = Int(lane.rawValue)
                    lanes[index].rowCount += 1
                    lanes[index].eventCount += try RangeCoding.stored(rows.bytes(1))
                        .reduce(0) { $0 + $1.count }
                    lanes[index].byteCount += rows.integer(2)
                    if let oldest = lanes[index].oldest, oldest.age < id.age { continue }
                    lanes[index].oldest = id
                }
            }
            return lanes
        }
    }

    /// How many events up to and with (epoch, sequence) are still queued, over all lanes.
    public func queuedEventCount(
        throughEpoch epoch: UInt32, sequence: UInt32
    ) throws(StoreError) -> Int64 {
        try guarded { (database) throws(StoreError) in
            var count: Int64 = 0
            let last = (epoch, sequence)
            for span in Lane.allCases.flatMap({ RowSpan.all(of: $0) }) {
                let rows = try database.connection.prepare(
                    "SELECT id, events, ranges FROM " + span.table.name + " WHERE "
                        + RowSpan.condition + " ORDER BY id")
                try span.bind(to: rows)
                while try rows.step() {
                    let id = RowID(stored: rows.integer(0))
                    if (id.epoch, id.first) > last { break }
                    guard id.epoch == epoch else {
                        count += try rows.count(1)
                        continue
                    }
                    for range in try RangeCoding.stored(rows.bytes(2))
                    where range.first <= sequence {
                        count += SequenceRange(range.first, min(range.last, sequence)).count
                    }
                }
            }
            return count
        }
    }

    /// What the counters stand at, by lane and name.
    public func counters() throws(StoreError) -> [CounterDelta] {
        try guarded { (database) throws(StoreError) in
            let rows = try database.connection.prepare(
                "SELECT kind, name, value FROM state WHERE kind >= 0 ORDER BY kind, name")
            var counters: [CounterDelta] = []
            while try rows.step() {
                guard let lane = Lane(rawValue: UInt8(truncatingIfNeeded: rows.integer(0))) else {
                    throw StoreError(.corrupt, "read a counter", detail: "no valid lane")
                }
                counters.append(CounterDelta(lane, rows.text(1), rows.integer(2)))
            }
            return counters
        }
    }

    /// What the quarantine still has, by reason.
    public func quarantineStatistics() throws(StoreError) -> [QuarantineStatistics] {
        try guarded { (database) throws(StoreError) in
            let rows = try database.connection.prepare(
                "SELECT reason, count(*), total(length(body)) FROM quarantine "
                    + "GROUP BY reason ORDER BY reason")
            var reasons: [QuarantineStatistics] = []
            while try rows.step() {
                reasons.append(
                    QuarantineStatistics(
                        reason: rows.text(0), eventCount: rows.integer(1),
                        byteCount: rows.integer(2)))
            }
            return reasons
        }
    }

    /// How many message ids are remembered, as their chunks say.
    public var rememberedCount: Int64 { messageCount }

    /// Shows the chunks of remembered message ids, the oldest first.
    public func rememberedMessages(_ visit: (MessageChunk) -> Void) throws(StoreError) {
        try guarded { (database) throws(StoreError) in
            try Messages.visit(in: database, visit)
        }
    }

    /// A text that was kept by name; nil if there is none.
    public func text(_ name: String) throws(StoreError) -> String? {
        try guarded { (database) throws(StoreError) in try Texts.text(name, in: database) }
    }

    /// The disk that the store takes now, and the most that it may: database, log, ballast,
    /// set-aside.
    public func diskBytes() throws(StoreError) -> (used: Int64, quota: Int64) {
        let pages = try guarded { (database) throws(StoreError) in try database.allPages() }
        let ballast = files.hasBallast ? StateFiles.ballastBytes : 0
        return (
            pages * Schema.pageBytes + Schema.logBytes + ballast + files.setAsideBytes, quotaBytes
        )
    }
}

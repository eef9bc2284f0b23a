internal import Events
internal import GRDB

extension Archive {
    /// Events in a transaction: a block waits for no more than these.
    static let settledAtOnceMost: Int64 = 1000

    /// Solves some of the stored events whose times wait for it; whether there may be more.
    ///
    /// What it has done is durable; a process that is killed leaves the rest to the next one.
    func settle() async throws -> Bool {
        try await database.write { database in
            if try database.solveUntimed(limit: Self.settledAtOnceMost) { return true }
            return try database.solveNoted(limit: Self.settledAtOnceMost)
        }
    }

    /// How many events of an archive of an earlier version wait for their times.
    func untimedCount() async throws -> Int64 {
        try await database.read { database in
            try database.number("SELECT count(*) FROM event WHERE time_quality IS NULL", []) ?? 0
        }
    }
}

extension Database {
    /// Solves events that an archive of version 1 or 2 held; whether there were any.
    ///
    /// When they arrived was not noted then: nothing bounds from above what no clock tells. What
    /// the producer said of the time was their time.
    fileprivate func solveUntimed(limit: Int64) throws -> Bool {
        let rows = try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT event.id, mono, wall, quality, nullif(time, wall), arrival,
                        event.stream, event.epoch, epoch.boot, device
                    FROM event JOIN stream ON stream.id = event.stream
                    LEFT JOIN epoch ON epoch.stream = event.stream AND epoch.epoch = event.epoch
                    WHERE time_quality IS NULL ORDER BY event.id LIMIT ?
                    """), arguments: [limit])
        guard !rows.isEmpty else { return false }
        var anchors: [Int64: [ClockAnchor]] = [:]
        for row in rows {
            guard let anchor = ClockAnchor(of: row) else { continue }
            anchors[row[9], default: []].append(anchor)
        }
        for (device, anchors) in anchors.sorted(by: { $0.key < $1.key }) {
            var solver = TimeSolver(self, device: device)
            try solver.learn(anchors)
        }
        var known: (stream: Int64, epoch: Int64, clock: BootClock, span: BootSpan)?
        for row in rows {
            let (stream, epoch): (Int64, Int64) = (row[6], row[7])
            if known?.stream != stream || known?.epoch != epoch {
                let boot: String = row[8] ?? ""
                known = (
                    stream, epoch, try clock(of: boot, row[9]), try span(stream, epoch)
                )
            }
            guard let known else { continue }
            let moment = EventMoment(row)
            if let stated = moment.stated {
                try run(
                    "UPDATE event SET producer_time = ? WHERE id = ?", [stated, row[0] as Int64])
            }
            try keep(moment.solve(known.clock, known.span), of: row[0])
        }
        return true
    }

    /// Solves events of one epoch of which more became known than could be solved at once; whether
    /// there was one.
    fileprivate func solveNoted(limit: Int64) throws -> Bool {
        // Any one: a device that has its history begun anew with each block holds up nobody else.
        guard
            let noted = try Row.fetchOne(
                cachedStatement(
                    sql: """
                        SELECT unsolved.stream, epoch, moment, event, last, device FROM unsolved
                        JOIN stream ON stream.id = unsolved.stream ORDER BY random() LIMIT 1
                        """))
        else { return false }
        let (stream, epoch): (Int64, Int64) = (noted[0], noted[1])
        let events = try solvable(
            stream, epoch, from: (noted[2], noted[3]), to: noted[4], limit: limit)
        try solve(events, stream, epoch, noted[5])
        if let last = events.last, events.count == limit {
            try run(
                "UPDATE unsolved SET moment = ?, event = ? WHERE stream = ? AND epoch = ?",
                [last[1] as Int64, last[0] as Int64, stream, epoch])
        } else {
            try run("DELETE FROM unsolved WHERE stream = ? AND epoch = ?", [stream, epoch])
        }
        return true
    }
}

extension ClockAnchor {
    /// What an event's own reading says, of a row `_, mono, wall, quality, …, boot` at index 8.
    fileprivate init?(of row: Row) {
        guard row[3] as Int64 == Int64(TimeQuality.synchronised.rawValue),
            let boot = (row[8] as String?).flatMap({ StreamID(hexadecimal: $0) })
        else { return nil }
        self.init(
            boot: boot,
            synchronised: EventTime(
                monotonic: Instant(milliseconds: row[1]), wallMilliseconds: row[2],
                quality: .synchronised))
        guard isPlausible(atMilliseconds: BlockDesk.nowMilliseconds()) else { return nil }
    }
}

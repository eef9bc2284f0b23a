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
            var step = SettlingStep(database, eventsMost: Self.settledAtOnceMost)
            return try step.run()
        }
    }

    /// How many events of an archive of an earlier version wait for their times.
    func untimedCount() async throws -> Int64 {
        try await database.read { database in
            try database.number("SELECT count(*) FROM event WHERE time_quality IS NULL", []) ?? 0
        }
    }
}

/// What is solved in one transaction, of all devices together.
private struct SettlingStep {
    /// Noted epochs that are looked at: each has a clock to be read, however few its events are.
    private static let epochsMost: Int64 = 100

    private let database: Database
    private var eventsLeft: Int64

    init(_ database: Database, eventsMost: Int64) {
        self.database = database
        eventsLeft = eventsMost
    }

    /// Whether there was anything.
    mutating func run() throws -> Bool {
        // Half of it for either: a long migration leaves no device's anchors without effect.
        let hasNoted = try solveNoted(most: eventsLeft / 2)
        let hasUntimed = try solveUntimed()
        let hasMore = try solveNoted(most: eventsLeft)
        return hasNoted || hasUntimed || hasMore
    }

    /// Solves events that an archive of version 1 or 2 held; whether there were any.
    ///
    /// When they arrived was not noted then: nothing bounds from above what no clock tells. What
    /// the producer said of the time was their time.
    private mutating func solveUntimed() throws -> Bool {
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT event.id, mono, wall, quality, nullif(time, wall), arrival,
                        event.stream, event.epoch, epoch.boot, device
                    FROM event JOIN stream ON stream.id = event.stream
                    LEFT JOIN epoch ON epoch.stream = event.stream AND epoch.epoch = event.epoch
                    WHERE time_quality IS NULL ORDER BY event.id LIMIT ?
                    """), arguments: [eventsLeft])
        eventsLeft -= Int64(rows.count)
        try learn(from: rows)
        // The devices' events came by turns: of each boot and epoch all at once.
        for rows in Dictionary(grouping: rows, by: UntimedBoot.init).values {
            let clock = try database.clock(of: rows[0][8] ?? "", rows[0][9])
            for rows in Dictionary(grouping: rows, by: UntimedEpoch.init).values {
                let span = try database.span(rows[0][6], rows[0][7])
                for row in rows { try solve(row, clock, span) }
            }
        }
        return !rows.isEmpty
    }

    private mutating func learn(from rows: [Row]) throws {
        var anchors: [Int64: [ClockAnchor]] = [:]
        for row in rows {
            guard let anchor = ClockAnchor(of: row) else { continue }
            anchors[row[9], default: []].append(anchor)
        }
        for (device, anchors) in anchors.sorted(by: { $0.key < $1.key }) {
            var solver = TimeSolver(database, device: device, eventsMost: eventsLeft)
            try solver.learn(anchors)
            eventsLeft = solver.eventsLeft
        }
    }

    private func solve(_ row: Row, _ clock: BootClock, _ span: BootSpan) throws {
        let moment = EventMoment(row)
        if let stated = moment.stated {
            try database.run(
                "UPDATE event SET producer_time = ? WHERE id = ?", [stated, row[0] as Int64])
        }
        try database.keep(moment.solve(clock, span), of: row[0])
    }

    /// Solves events of epochs of which more became known than could be solved at once; whether
    /// there were such epochs.
    private mutating func solveNoted(most: Int64) throws -> Bool {
        guard most > 0 else { return false }
        // Any: a device that has its history begun anew with each block holds up nobody else.
        let epochs = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT unsolved.stream, epoch, moment, event, last, device FROM unsolved
                    JOIN stream ON stream.id = unsolved.stream ORDER BY random() LIMIT ?
                    """), arguments: [Self.epochsMost])
        var left = most
        for noted in epochs where left > 0 {
            let count = try solve(noted: noted, most: left)
            left -= count
            eventsLeft -= count
        }
        return !epochs.isEmpty
    }

    /// Solves events of one noted epoch; how many.
    private func solve(noted: Row, most: Int64) throws -> Int64 {
        let (stream, epoch): (Int64, Int64) = (noted[0], noted[1])
        let events = try database.solvable(
            stream, epoch, from: (noted[2], noted[3]), to: noted[4], limit: most)
        try database.solve(events, stream, epoch, noted[5])
        if let last = events.last, events.count == most {
            try database.run(
                "UPDATE unsolved SET moment = ?, event = ? WHERE stream = ? AND epoch = ?",
                [last[1] as Int64, last[0] as Int64, stream, epoch])
        } else {
            try database.run(
                "DELETE FROM unsolved WHERE stream = ? AND epoch = ?", [stream, epoch])
        }
        return Int64(events.count)
    }
}

/// A boot of a device, of a row of `SettlingStep.solveUntimed`.
private struct UntimedBoot: Hashable {
    let device: Int64
    let boot: String?

    init(_ row: Row) { (device, boot) = (row[9], row[8]) }
}

/// An epoch of a stream, of a row of `SettlingStep.solveUntimed`.
private struct UntimedEpoch: Hashable {
    let stream: Int64
    let epoch: Int64

    init(_ row: Row) { (stream, epoch) = (row[6], row[7]) }
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
        // Nobody noted how good the collector's clock was then.
        let now = Arrival(milliseconds: BlockDesk.nowMilliseconds(), isVouched: false)
        guard isPlausible(at: now) else { return nil }
    }
}

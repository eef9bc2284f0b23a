internal import Events
internal import GRDB

/// Solves the times of a device's stored events anew, within one transaction.
///
/// The tables end the same whatever came first: of a period's anchors a total order keeps one, and
/// what an event's time is follows from the anchors and the order of the epochs alone, but where
/// only the moment of its arrival bounds it.
///
/// Few events are solved at once; more are noted in the table `unsolved` and solved by
/// ``Archive/settle()``, so that a block is never held up by another's history, and a clock that
/// is learned better and better costs that history once.
struct TimeSolver {
    /// As many events as a block has: solving them costs less than storing them did.
    static let eventsAtOnceMost: Int64 = 1000
    /// Epochs that are solved anew at once: the latest of a boot, and the next that lie beside
    /// it without a clock of their own.
    ///
    /// Beyond that events keep what they have.
    static let epochsMost: Int64 = 4096

    let database: Database
    let device: Int64
    /// Whether something was left for later.
    private(set) var leavesUnsolved = false
    /// How many events may still be solved at once.
    private(set) var eventsLeft: Int64

    init(
        _ database: Database, device: Int64, eventsMost: Int64 = TimeSolver.eventsAtOnceMost
    ) {
        self.database = database
        self.device = device
        eventsLeft = eventsMost
    }

    /// Keeps what anchors say beyond those that are kept, and solves what they tell of.
    mutating func learn(_ anchors: [ClockAnchor]) throws {
        let learned = try database.keep(anchors, of: device)
        for boot in learned.keys.sorted(by: { $0.hexadecimal < $1.hexadecimal }) {
            try solve(boot.hexadecimal, learned: learned[boot] ?? [])
        }
    }

    /// Solves a boot's events within the reach of what was learned, and places the boots beside it.
    private mutating func solve(_ boot: String, learned: [ClockAnchor]) throws {
        let clock = try database.clock(of: boot, device)
        // Between the first and the last of a source all is reached.
        let ends = Dictionary(grouping: learned, by: \.source).values.flatMap { anchors in
            [anchors.min { $0.period < $1.period }, anchors.max { $0.period < $1.period }]
        }
        let reaches = ends.compactMap { $0.map(clock.reach) }
        guard let low = reaches.map(\.lowerBound).min(), let high = reaches.map(\.upperBound).max()
        else { return }
        let epochs = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT stream, epoch FROM epoch JOIN stream ON stream.id = epoch.stream
                    WHERE boot = ? AND device = ? ORDER BY stream DESC, epoch DESC LIMIT ?
                    """), arguments: [boot, device, Self.epochsMost])
        var runs: [Int64: ClosedRange<Int64>] = [:]
        for row in epochs {
            let (stream, epoch): (Int64, Int64) = (row[0], row[1])
            try solve(stream, epoch, low...high)
            // From the latest to the earliest.
            runs[stream] = epoch...(runs[stream]?.upperBound ?? epoch)
        }
        for (stream, epochs) in runs.sorted(by: { $0.key < $1.key }) {
            try place(boot, in: stream, epochs, clock)
        }
    }

    /// Solves an epoch's stored events between two moments of its boot, now or later.
    mutating func solve(_ stream: Int64, _ epoch: Int64, _ moments: ClosedRange<Int64>) throws {
        let isNoted = try database.number(
            "SELECT 1 FROM unsolved WHERE stream = ? AND epoch = ?", [stream, epoch])
        let start = (moment: moments.lowerBound, event: Int64.min)
        if isNoted == nil {
            let events = try database.solvable(
                stream, epoch, from: start, to: moments.upperBound, limit: eventsLeft + 1)
            if events.count <= eventsLeft {
                eventsLeft -= Int64(events.count)
                return try database.solve(events, stream, epoch, device)
            }
        }
        leavesUnsolved = true
        try database.run(
            """
            INSERT INTO unsolved (stream, epoch, moment, event, last) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (stream, epoch) DO UPDATE SET
                event = CASE WHEN excluded.moment <= moment THEN excluded.event ELSE event END,
                moment = min(moment, excluded.moment), last = max(last, excluded.last)
            """, [stream, epoch, start.moment, start.event, moments.upperBound])
    }
}

extension Database {
    /// Stored events of an epoch that follow a place in it, as ``EventMoment/init(_:)`` takes them.
    ///
    /// Not those of another boot than the epoch's, of which nothing more will be known, nor those
    /// of an archive of an earlier version that have never been solved.
    func solvable(
        _ stream: Int64, _ epoch: Int64, from place: (moment: Int64, event: Int64),
        to last: Int64, limit: Int64
    ) throws -> [Row] {
        try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT id, mono, wall, quality, producer_time, arrival FROM event
                    WHERE stream = ? AND epoch = ? AND quality <> 0
                        AND (mono, id) > (?, ?) AND mono <= ?
                        AND boot IS NULL AND time_quality IS NOT NULL
                    ORDER BY mono, id LIMIT ?
                    """),
            arguments: [stream, epoch, place.moment, place.event, last, limit])
    }

    /// Solves stored events of an epoch by what is known of its boot now.
    func solve(_ events: [Row], _ stream: Int64, _ epoch: Int64, _ device: Int64) throws {
        guard !events.isEmpty else { return }
        let boot = try String.fetchOne(
            cachedStatement(sql: "SELECT boot FROM epoch WHERE stream = ? AND epoch = ?"),
            arguments: [stream, epoch])
        let known = try boot.map { try clock(of: $0, device) } ?? BootClock()
        let between = try span(stream, epoch)
        for row in events { try keep(EventMoment(row).solve(known, between), of: row[0]) }
    }

    func keep(_ time: SolvedTime, of event: Int64) throws {
        try run(
            """
            UPDATE event SET time = ?, time_lower = ?, time_upper = ?, time_quality = ?
            WHERE id = ?
            """,
            [
                time.milliseconds, time.bounds?.lowerBound, time.bounds?.upperBound,
                time.quality.rawValue, event,
            ])
    }
}

extension EventMoment {
    /// Takes `id, mono, wall, quality, producer_time, arrival`.
    init(_ row: Row) {
        self.init(
            monotonic: row[1], wall: row[2], quality: row[3], stated: row[4], arrival: row[5])
    }
}

internal import Events
internal import GRDB

/// What is known of the devices' clocks, and the times of the events that it solves.
///
/// The tables end the same whatever came first: of a period's anchors a total order keeps one, and
/// what an event's time is follows from the anchors and the order of the epochs alone, but where
/// only the moment of its arrival bounds it.
extension Database {
    /// A boot's clock as it is known now.
    func clock(of boot: String, _ device: Int64) throws -> BootClock {
        guard let id = StreamID(hexadecimal: boot) else { return BootClock() }
        let rows = try Row.fetchAll(
            cachedStatement(
                sql: "SELECT source, at, lower, upper FROM clock WHERE device = ? AND boot = ?"),
            arguments: [device, boot])
        return BootClock(
            rows.compactMap { row in
                ClockSource(rawValue: row[0]).flatMap {
                    ClockAnchor(
                        boot: id, source: $0, instant: Instant(milliseconds: row[1]),
                        lower: row[2], upper: row[3])
                }
            })
    }

    /// Keeps what anchors say beyond those that are kept, and solves anew the stored events that
    /// it tells of.
    func learn(_ anchors: [ClockAnchor], of device: Int64) throws {
        var changed: [StreamID: [ClockAnchor]] = [:]
        for anchor in ClockAnchor.best(of: anchors) where try keep(anchor, of: device) {
            changed[anchor.boot, default: []].append(anchor)
        }
        for boot in changed.keys.sorted(by: { $0.hexadecimal < $1.hexadecimal }) {
            try solve(boot.hexadecimal, learned: changed[boot] ?? [], device)
        }
    }

    /// Keeps an anchor unless a better one of its period is kept; whether it did.
    private func keep(_ anchor: ClockAnchor, of device: Int64) throws -> Bool {
        let key: [(any DatabaseValueConvertible)?] = [
            device, anchor.boot.hexadecimal, Int64(anchor.source.rawValue), anchor.period,
        ]
        let row = try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT at, lower, upper FROM clock
                    WHERE device = ? AND boot = ? AND source = ? AND period = ?
                    """), arguments: StatementArguments(key))
        let kept = row.flatMap {
            ClockAnchor(
                boot: anchor.boot, source: anchor.source, instant: Instant(milliseconds: $0[0]),
                lower: $0[1], upper: $0[2])
        }
        if let kept, !anchor.isPreferred(to: kept) { return false }
        try run(
            """
            INSERT OR REPLACE INTO clock (device, boot, source, period, at, lower, upper)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, key + [anchor.instant.milliseconds, anchor.lower, anchor.upper])
        return true
    }

    /// Solves anew a boot's events within the reach of what was learned, and the boots beside it.
    private func solve(_ boot: String, learned: [ClockAnchor], _ device: Int64) throws {
        let clock = try clock(of: boot, device)
        let reaches = learned.map { clock.reach(of: $0) }
        guard let low = reaches.map(\.lowerBound).min(), let high = reaches.map(\.upperBound).max()
        else { return }
        let epochs = try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT stream, epoch FROM epoch JOIN stream ON stream.id = epoch.stream
                    WHERE boot = ? AND device = ? ORDER BY stream, epoch
                    """), arguments: [boot, device])
        for epoch in epochs { try solve(epoch[0], epoch[1], low...high, clock, BootSpan()) }
        for stream in Set(epochs.map { $0[0] as Int64 }).sorted() {
            try place(boot, in: stream, of: device)
        }
    }

    /// Solves anew an epoch's stored events, those between two moments of its boot.
    private func solve(
        _ stream: Int64, _ epoch: Int64, _ moments: ClosedRange<Int64>, _ clock: BootClock,
        _ span: BootSpan
    ) throws {
        // One request's events may all be of one moment.
        let next = try cachedStatement(
            sql: """
                SELECT id, mono, wall, quality, producer_time, arrival FROM event
                WHERE stream = ? AND epoch = ? AND quality <> 0
                    AND (mono, id) > (?, ?) AND mono <= ? ORDER BY mono, id LIMIT 1000
                """)
        var last: (moment: Int64, id: Int64) = (moments.lowerBound, .min)
        while true {
            let rows = try Row.fetchAll(
                next, arguments: [stream, epoch, last.moment, last.id, moments.upperBound])
            guard let row = rows.last else { return }
            for row in rows { try keep(EventMoment(row).solve(clock, span), of: row[0]) }
            last = (row[1], row[0])
        }
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

/// Boots of whose clock nothing is known, between those of which something is.
extension Database {
    /// Where an epoch's boot is between others; empty where its own clock is known.
    func span(_ stream: Int64, _ epoch: UInt32) throws -> BootSpan {
        let row = try Row.fetchOne(
            cachedStatement(
                sql: "SELECT earliest, latest FROM epoch WHERE stream = ? AND epoch = ?"),
            arguments: [stream, Int64(epoch)])
        return row.map { BootSpan(earliest: $0[0], latest: $0[1]) } ?? BootSpan()
    }

    /// A boot is new in its stream, or more is known of its clock: places those beside it anew,
    /// itself too where nothing is known of it.
    func place(_ boot: String, in stream: Int64, of device: Int64) throws {
        let epochs = try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT epoch, boot, earliest, latest,
                        EXISTS (SELECT 1 FROM clock WHERE device = ? AND boot = epoch.boot)
                    FROM epoch WHERE stream = ? AND boot IS NOT NULL ORDER BY epoch
                    """), arguments: [device, stream])
        var start = 0
        while start < epochs.count {
            guard epochs[start][4] == false else {
                // Its own clock says more.
                if epochs[start][1] == boot { try keep(BootSpan(), stream, epochs[start]) }
                start += 1
                continue
            }
            let end = epochs[start...].firstIndex { $0[4] } ?? epochs.count
            let before = start > 0 ? epochs[start - 1][1] as String : nil
            let after = end < epochs.count ? epochs[end][1] as String : nil
            let isTouched =
                before == boot || after == boot || epochs[start..<end].contains { $0[1] == boot }
            if isTouched {
                let span = BootSpan(
                    earliest: try before.flatMap { try clock(of: $0, device).latest },
                    latest: try after.flatMap { try clock(of: $0, device).beginning })
                for epoch in epochs[start..<end] where try keep(span, stream, epoch) {
                    try solve(stream, epoch[0], 0...(.max), BootClock(), span)
                }
            }
            start = end
        }
    }

    /// Keeps where an epoch's boot is; whether that is new.
    @discardableResult
    private func keep(_ span: BootSpan, _ stream: Int64, _ epoch: Row) throws -> Bool {
        guard BootSpan(earliest: epoch[2], latest: epoch[3]) != span else { return false }
        try run(
            "UPDATE epoch SET earliest = ?, latest = ? WHERE stream = ? AND epoch = ?",
            [span.earliest, span.latest, stream, epoch[0] as Int64])
        return true
    }
}

extension EventMoment {
    /// Takes `id, mono, wall, quality, producer_time, arrival`.
    init(_ row: Row) {
        self.init(
            monotonic: row[1], wall: row[2], quality: row[3], stated: row[4], arrival: row[5])
    }
}

extension ClockAnchor {
    /// Of each boot, source and period the anchor that is kept.
    static func best(of anchors: [ClockAnchor]) -> [ClockAnchor] {
        struct Key: Hashable {
            var boot: StreamID
            var source: ClockSource
            var period: Int64
        }
        var best: [Key: ClockAnchor] = [:]
        for anchor in anchors {
            let key = Key(boot: anchor.boot, source: anchor.source, period: anchor.period)
            if let kept = best[key], !anchor.isPreferred(to: kept) { continue }
            best[key] = anchor
        }
        return Array(best.values)
    }
}

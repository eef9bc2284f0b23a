internal import Events
internal import GRDB

/// What is known of the devices' clocks: of each period the best anchor, within bounds.
extension Database {
    /// Anchors of one device, 2 MB: of one source, four a day, eleven years.
    static let anchorsOfDeviceMost: Int64 = 16_384

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

    /// Keeps what anchors say beyond those that are kept; answers with what was new and stays.
    ///
    /// Of more than the bounds allow those go that speak of the earliest times, but the first of a
    /// boot and source only where nothing else is left: when the boot began is told by it.
    func keep(_ anchors: [ClockAnchor], of device: Int64) throws -> [StreamID: [ClockAnchor]] {
        var learned: [StreamID: [ClockAnchor]] = [:]
        for anchor in ClockAnchor.best(of: anchors) where try keep(anchor, of: device) {
            learned[anchor.boot, default: []].append(anchor)
        }
        var forgotten: Set<ClockAnchor.Place> = []
        for boot in learned.keys {
            try forgotten.formUnion(
                forget(
                    beyond: Int64(BootClock.anchorsMost), where: "device = ? AND boot = ?",
                    [device, boot.hexadecimal]))
        }
        if !learned.isEmpty {
            try forgotten.formUnion(
                forget(beyond: Self.anchorsOfDeviceMost, where: "device = ?", [device]))
        }
        // Solved without it, the events beside it would lose what they know by it.
        return learned.compactMapValues { anchors in
            let left = anchors.filter { !forgotten.contains($0.place) }
            return left.isEmpty ? nil : left
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

    private func forget(
        beyond most: Int64, where condition: String, _ arguments: [(any DatabaseValueConvertible)?]
    ) throws -> [ClockAnchor.Place] {
        let held = try number("SELECT count(*) FROM clock WHERE \(condition)", arguments) ?? 0
        guard held > most else { return [] }
        let places = try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT device, boot, source, period FROM clock WHERE \(condition)
                    ORDER BY row_number() OVER (
                        PARTITION BY device, boot, source ORDER BY period) = 1,
                        at + upper, boot, source, period
                    LIMIT ?
                    """), arguments: StatementArguments(arguments + [held - most]))
        return try places.map { row in
            let (boot, source, period): (String, Int64, Int64) = (row[1], row[2], row[3])
            try run(
                "DELETE FROM clock WHERE device = ? AND boot = ? AND source = ? AND period = ?",
                [row[0] as Int64, boot, source, period])
            return ClockAnchor.Place(boot: boot, source: source, period: period)
        }
    }
}

extension ClockAnchor {
    /// Ten years: what a device that works may be off from the collector's clock, and more.
    private static let distanceMillisecondsMost: Int64 = 3653 * 86_400_000

    /// Whether the time of which it speaks is one that this software can have seen.
    ///
    /// - Parameter now: the collector's clock, which may be as wrong as a device's unless it is
    ///   vouched for.
    func isPlausible(at now: Arrival) -> Bool {
        let most = Self.distanceMillisecondsMost
        let told = (instant.milliseconds + lower)...(instant.milliseconds + upper)
        func isNear(_ time: Int64) -> Bool {
            told.lowerBound >= time.subtractingSaturated(most)
                && told.upperBound <= time.addingSaturated(most)
        }
        return now.noted.map(isNear) == true
            || (!now.isVouched && isNear(TimeQuality.plausibleFromMilliseconds))
    }

    /// Of whose anchors one is kept.
    fileprivate struct Place: Hashable {
        var boot: String
        var source: Int64
        var period: Int64
    }

    fileprivate var place: Place {
        Place(boot: boot.hexadecimal, source: Int64(source.rawValue), period: period)
    }

    /// Of each boot, source and period the anchor that is kept.
    static func best(of anchors: [ClockAnchor]) -> [ClockAnchor] {
        var best: [Place: ClockAnchor] = [:]
        for anchor in anchors {
            let place = anchor.place
            if let kept = best[place], !anchor.isPreferred(to: kept) { continue }
            best[place] = anchor
        }
        return Array(best.values)
    }
}

internal import Events
internal import GRDB

/// What is known of the devices' clocks: of each period the best anchor, within bounds.
extension Database {
    /// Anchors of one boot: of one source those of 256 days.
    static let anchorsOfBootMost: Int64 = 1024
    /// Anchors of one device, 2 MB: four a day for ten years.
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

    /// Keeps what anchors say beyond those that are kept; answers with what was new.
    ///
    /// Of more than the bounds allow those go that speak of the earliest times.
    func keep(_ anchors: [ClockAnchor], of device: Int64) throws -> [StreamID: [ClockAnchor]] {
        var learned: [StreamID: [ClockAnchor]] = [:]
        for anchor in ClockAnchor.best(of: anchors) where try keep(anchor, of: device) {
            learned[anchor.boot, default: []].append(anchor)
        }
        for boot in learned.keys {
            try forget(
                beyond: Self.anchorsOfBootMost, where: "device = ? AND boot = ?",
                [device, boot.hexadecimal])
        }
        if !learned.isEmpty {
            try forget(beyond: Self.anchorsOfDeviceMost, where: "device = ?", [device])
        }
        return learned
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
    ) throws {
        let held = try number("SELECT count(*) FROM clock WHERE \(condition)", arguments) ?? 0
        guard held > most else { return }
        try run(
            """
            DELETE FROM clock WHERE (device, boot, source, period) IN (
                SELECT device, boot, source, period FROM clock WHERE \(condition)
                ORDER BY at + upper, boot, source, period LIMIT ?)
            """, arguments + [held - most])
    }
}

extension ClockAnchor {
    /// Ten years: what a device that works may be off from the collector's clock, and more.
    private static let distanceMillisecondsMost: Int64 = 3653 * 86_400_000

    /// Whether the time of which it speaks is one that this software can have seen.
    ///
    /// - Parameter now: the collector's clock, which may never have been set either.
    func isPlausible(atMilliseconds now: Int64) -> Bool {
        let now = max(now, TimeQuality.plausibleFromMilliseconds)
        let most = Self.distanceMillisecondsMost
        let told = (instant.milliseconds + lower)...(instant.milliseconds + upper)
        return told.lowerBound >= now.subtractingSaturated(most)
            && told.upperBound <= now.addingSaturated(most)
    }

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

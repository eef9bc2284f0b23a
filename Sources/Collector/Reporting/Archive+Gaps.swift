internal import GRDB

/// Numbers of one epoch that a device gave, and that are neither held nor accounted for.
struct MissingIDs: Equatable {
    var gap: Completeness.Gap
    /// Ascending, apart, not empty; both ends are missing.
    var ranges: [ClosedRange<Int64>]
}

extension Archive {
    /// Every id that is missing at one moment, by device, stream in order of arrival, and epoch.
    func missingIDs() throws -> [MissingIDs] {
        try database.read { database in
            try database.gaps().map { gap in
                MissingIDs(gap: gap, ranges: try database.missingRanges(of: gap))
            }
        }
    }
}

extension Database {
    /// Numbers given by devices that no table accounts for.
    ///
    /// An epoch gave as many as the one after it says, or as many as anything seen of it shows. A
    /// tombstone accounts for what is not held all the same; a refusal, for what has no tombstone.
    func gaps() throws -> [Completeness.Gap] {
        try Row.fetchAll(
            self,
            sql: """
                WITH seen AS (
                    SELECT stream, epoch, given, 0 AS held FROM epoch
                    UNION ALL
                    SELECT stream, epoch, max(seq) + 1, count(*) FROM event GROUP BY stream, epoch
                    UNION ALL
                    SELECT stream, epoch, max(seq) + 1, count(*) FROM duplicate
                    GROUP BY stream, epoch
                    UNION ALL
                    SELECT stream, epoch, last + 1, alone FROM (\(Self.tombstonesAlone))
                    UNION ALL
                    SELECT stream, epoch, seq + 1, \(Self.refusalAlone) FROM refusal
                )
                SELECT device.name, stream.name, epoch, max(given) - sum(held) AS missing
                FROM seen JOIN stream ON stream.id = seen.stream
                JOIN device ON device.id = stream.device
                GROUP BY device.name, stream.name, stream.ordinal, epoch
                HAVING max(given) - sum(held) > 0
                ORDER BY device.name, stream.ordinal, epoch
                """
        ).map {
            Completeness.Gap(device: $0[0], stream: $0[1], epoch: $0[2], missing: $0[3])
        }
    }

    /// The numbers below the end of an epoch that no table names, found in one ordered walk.
    fileprivate func missingRanges(of gap: Completeness.Gap) throws -> [ClosedRange<Int64>] {
        let rows = try Row.fetchCursor(
            self,
            sql: """
                WITH here AS (
                    SELECT stream.id FROM stream JOIN device ON device.id = stream.device
                    WHERE device.name = :device AND stream.name = :stream
                )
                SELECT seq AS first, seq AS last FROM event
                WHERE stream = (SELECT id FROM here) AND epoch = :epoch
                UNION ALL
                SELECT seq, seq FROM duplicate
                WHERE stream = (SELECT id FROM here) AND epoch = :epoch
                UNION ALL
                SELECT seq, seq FROM refusal
                WHERE stream = (SELECT id FROM here) AND epoch = :epoch
                UNION ALL
                SELECT first, last FROM tombstone
                WHERE stream = (SELECT id FROM here) AND epoch = :epoch
                UNION ALL
                SELECT given, given - 1 FROM epoch
                WHERE stream = (SELECT id FROM here) AND epoch = :epoch AND given IS NOT NULL
                ORDER BY first
                """,
            arguments: ["device": gap.device, "stream": gap.stream, "epoch": gap.epoch])
        var ranges: [ClosedRange<Int64>] = []
        var next: Int64 = 0
        while let row = try rows.next() {
            let (first, last): (Int64, Int64) = (row[0], row[1])
            if first > next {
                // What an epoch's end parts is one range.
                let start =
                    ranges.last?.upperBound == next - 1 ? ranges.removeLast().lowerBound : next
                ranges.append(start...(first - 1))
            }
            next = max(next, last + 1)
        }
        return ranges
    }

    /// Each tombstone with how many of its numbers are not held all the same.
    static let tombstonesAlone = """
        SELECT stream, epoch, last, reason, last - first + 1
            - (SELECT count(*) FROM event WHERE event.stream = tombstone.stream
                AND event.epoch = tombstone.epoch
                AND event.seq BETWEEN tombstone.first AND tombstone.last)
            - (SELECT count(*) FROM duplicate WHERE duplicate.stream = tombstone.stream
                AND duplicate.epoch = tombstone.epoch
                AND duplicate.seq BETWEEN tombstone.first AND tombstone.last) AS alone
        FROM tombstone
        """

    /// 1 for a refused number that is neither held nor under a tombstone, else 0.
    static let refusalAlone = """
        CASE WHEN EXISTS (SELECT 1 FROM event WHERE event.stream = refusal.stream
                AND event.epoch = refusal.epoch AND event.seq = refusal.seq)
            OR EXISTS (SELECT 1 FROM duplicate WHERE duplicate.stream = refusal.stream
                AND duplicate.epoch = refusal.epoch AND duplicate.seq = refusal.seq)
            OR EXISTS (SELECT 1 FROM tombstone WHERE tombstone.stream = refusal.stream
                AND tombstone.epoch = refusal.epoch
                AND refusal.seq BETWEEN tombstone.first AND tombstone.last)
        THEN 0 ELSE 1 END
        """
}

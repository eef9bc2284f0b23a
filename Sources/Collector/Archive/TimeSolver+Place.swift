internal import Events
internal import GRDB

/// Boots of whose clock nothing is known, between those of which something is.
///
/// Epochs beside each other of which nothing is known have one span in common, so that a new one
/// takes it from its neighbour and none is looked at that it does not change for.
extension TimeSolver {
    /// Places a boot that is new in its stream.
    mutating func place(new boot: String, _ epoch: Int64, in stream: Int64) throws {
        guard try !database.isShared(stream) else { return }
        let clock = try database.clock(of: boot, device)
        guard clock.isEmpty else { return try place(boot, in: stream, epoch...epoch, clock) }
        var span = BootSpan()
        if let before = try neighbour(of: epoch, in: stream, isBefore: true) {
            span.earliest = before.isKnown ? try earliest(after: before.boot) : before.span.earliest
        }
        if let after = try neighbour(of: epoch, in: stream, isBefore: false) {
            span.latest = after.isKnown ? try latest(before: after.boot) : after.span.latest
        }
        try keep(span, stream, epoch)
    }

    /// More is known of a boot's clock: places what lies before its first epoch and after its last.
    mutating func place(
        _ boot: String, in stream: Int64, _ epochs: ClosedRange<Int64>, _ clock: BootClock
    ) throws {
        guard try !database.isShared(stream) else { return }
        // Its own clock says more.
        try database.run(
            """
            UPDATE epoch SET earliest = NULL, latest = NULL WHERE boot = ? AND stream = ?
                AND (earliest IS NOT NULL OR latest IS NOT NULL)
            """, [boot, stream])
        let (earliest, latest) = (BootSpan.earliest(after: clock), BootSpan.latest(before: clock))
        try spread(from: epochs.lowerBound, in: stream, isBefore: true) { $0.latest = latest }
        try spread(from: epochs.upperBound, in: stream, isBefore: false) { $0.earliest = earliest }
    }

    /// Changes the span of the epochs on one side up to the next whose clock is known.
    private mutating func spread(
        from epoch: Int64, in stream: Int64, isBefore: Bool, _ change: (inout BootSpan) -> Void
    ) throws {
        var epoch = epoch
        for _ in 0..<Self.epochsMost {
            guard let next = try neighbour(of: epoch, in: stream, isBefore: isBefore),
                !next.isKnown
            else { return }
            var span = next.span
            change(&span)
            guard span != next.span else { return }
            epoch = next.epoch
            try keep(span, stream, epoch)
            try solve(stream, epoch, 0...(.max))
        }
    }

    private func keep(_ span: BootSpan, _ stream: Int64, _ epoch: Int64) throws {
        try database.run(
            "UPDATE epoch SET earliest = ?, latest = ? WHERE stream = ? AND epoch = ?",
            [span.earliest, span.latest, stream, epoch])
    }

    private func earliest(after boot: String) throws -> Int64? {
        BootSpan.earliest(after: try database.clock(of: boot, device))
    }

    private func latest(before boot: String) throws -> Int64? {
        BootSpan.latest(before: try database.clock(of: boot, device))
    }

    private struct Neighbour {
        var epoch: Int64
        var boot: String
        var span: BootSpan
        /// Whether its clock is.
        var isKnown: Bool
    }

    private func neighbour(
        of epoch: Int64, in stream: Int64, isBefore: Bool
    ) throws -> Neighbour? {
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT epoch, boot, earliest, latest,
                        EXISTS (SELECT 1 FROM clock WHERE device = ? AND boot = epoch.boot)
                    FROM epoch
                    WHERE stream = ? AND boot IS NOT NULL AND epoch \(isBefore ? "<" : ">") ?
                    ORDER BY epoch \(isBefore ? "DESC" : "ASC") LIMIT 1
                    """), arguments: [device, stream, epoch])
        return row.map {
            Neighbour(
                epoch: $0[0], boot: $0[1], span: BootSpan(earliest: $0[2], latest: $0[3]),
                isKnown: $0[4])
        }
    }
}

extension TimeSolver {
    /// Two machines use a stream: the order of its epochs says nothing of time from now on.
    mutating func part(_ stream: Int64) throws {
        guard try !database.isShared(stream) else { return }
        try database.run("UPDATE stream SET is_shared = 1 WHERE id = ?", [stream])
        let epochs = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT epoch FROM epoch
                    WHERE stream = ? AND (earliest IS NOT NULL OR latest IS NOT NULL)
                    """), arguments: [stream])
        for row in epochs {
            try keep(BootSpan(), stream, row[0])
            try solve(stream, row[0], 0...(.max))
        }
    }
}

extension Database {
    fileprivate func isShared(_ stream: Int64) throws -> Bool {
        try number("SELECT is_shared FROM stream WHERE id = ?", [stream]) == 1
    }

    /// Where an epoch's boot is between others; empty where its own clock is known.
    func span(_ stream: Int64, _ epoch: Int64) throws -> BootSpan {
        let row = try Row.fetchOne(
            cachedStatement(
                sql: "SELECT earliest, latest FROM epoch WHERE stream = ? AND epoch = ?"),
            arguments: [stream, epoch])
        return row.map { BootSpan(earliest: $0[0], latest: $0[1]) } ?? BootSpan()
    }
}

internal import Events
internal import GRDB

extension Database {
    /// Solves the times of what an archive of version 1 or 2 holds.
    ///
    /// When an event arrived was not noted then: nothing bounds from above what no clock tells.
    func solveAll() throws {
        try execute(sql: "UPDATE event SET producer_time = time WHERE time <> wall")
        for device in try Int64.fetchAll(self, sql: "SELECT id FROM device ORDER BY id") {
            try learn(try heldAnchors(device), of: device)
        }
        var last = Int64.min
        while true {
            let rows = try Row.fetchAll(
                cachedStatement(
                    sql: """
                        SELECT id, mono, wall, quality, producer_time, arrival FROM event
                        WHERE id > ? ORDER BY id LIMIT 1000
                        """), arguments: [last])
            guard let row = rows.last else { return }
            // What a clock or a neighbour tells of is solved already.
            for row in rows where try !isSolved(row[0]) {
                try keep(EventMoment(row).solve(BootClock(), BootSpan()), of: row[0])
            }
            last = row[0]
        }
    }

    private func isSolved(_ event: Int64) throws -> Bool {
        try number("SELECT time_quality FROM event WHERE id = ?", [event]) != nil
    }

    /// What a device's events say of its clocks.
    private func heldAnchors(_ device: Int64) throws -> [ClockAnchor] {
        let rows = try Row.fetchCursor(
            self,
            sql: """
                SELECT boot, mono, wall FROM event
                JOIN epoch ON epoch.stream = event.stream AND epoch.epoch = event.epoch
                JOIN stream ON stream.id = event.stream
                WHERE stream.device = ? AND quality = 0 AND boot IS NOT NULL
                """, arguments: [device])
        var anchors: [ClockAnchor] = []
        while let row = try rows.next() {
            guard let boot = StreamID(hexadecimal: row[0]),
                let anchor = ClockAnchor(
                    boot: boot,
                    synchronised: EventTime(
                        monotonic: Instant(milliseconds: row[1]), wallMilliseconds: row[2],
                        quality: .synchronised))
            else { continue }
            anchors.append(anchor)
            if anchors.count > 10_000 { anchors = ClockAnchor.best(of: anchors) }
        }
        return anchors
    }
}

internal import Events
internal import GRDB
internal import Reports

extension Archive {
    /// Counts the funnel over all events of one moment.
    ///
    /// Visits of staff and tests are left out but with `hasAllActors`.
    func funnelReport(hasAllActors: Bool = false) throws -> FunnelReport {
        try database.read { database in
            FunnelReport(
                counts: try database.funnelCounts(hasAllActors),
                completeness: try database.completeness())
        }
    }
}

extension Database {
    fileprivate func funnelCounts(_ hasAllActors: Bool) throws -> FunnelCounts {
        var funnel = Funnel(
            stageCount: Stage.allCases.count, repeatOrderStage: Int(Stage.loyalty.rawValue),
            hasAllActors: hasAllActors)
        // Of a device that tells no visits a visitor's events stand together, else a visit's.
        let rows = try Row.fetchCursor(
            self,
            sql: """
                SELECT stream.device, event.visitor, event.user_id, event.stage, event.time,
                    event.order_kind, event.money, event.currency, event.minor_units,
                    stream.ordinal, \(try visitColumns())
                FROM event JOIN stream ON stream.id = event.stream
                ORDER BY stream.device, visit IS NULL, CASE WHEN visit IS NULL THEN visitor END,
                    stream.ordinal, visit, event.epoch, event.seq
                """)
        while let row = try rows.next() { funnel.add(FunnelRow(row)) }
        return funnel.finish()
    }

    fileprivate func completeness() throws -> Completeness {
        func total(_ sql: String) throws -> Int64 { try Int64.fetchOne(self, sql: sql) ?? 0 }
        var completeness = Completeness()
        completeness.devices = try total("SELECT count(*) FROM device")
        completeness.events = try total("SELECT count(*) FROM event")
        completeness.duplicates = try total("SELECT count(*) FROM duplicate")
        completeness.refused = try total("SELECT count(*) FROM refusal")
        completeness.conflicts = try total("SELECT count(*) FROM conflict")
        completeness.messageIDReused = try total(
            "SELECT sum(value) FROM counter WHERE name = '\(Counter.messageIDReused)'")
        completeness.clockUnreadable = try total(
            "SELECT sum(value) FROM counter WHERE name = '\(Counter.clockUnreadable)'")
        completeness.times = try times()
        completeness.timesWaiting = try timesWaiting()
        completeness.gaps = try gaps()
        completeness.tombstoned = try tombstoned()
        completeness.warnings = try Row.fetchAll(
            self,
            sql: """
                SELECT device.name, notice.name, since, latest FROM notice
                JOIN device ON device.id = notice.device ORDER BY device.name, notice.name
                """
        ).map {
            Completeness.Warning(
                device: $0[0], name: $0[1], sinceMilliseconds: $0[2], latestMilliseconds: $0[3])
        }
        return completeness
    }

    /// Of an archive that was not served since version 2 nothing is known, and nothing waits.
    private func times() throws -> [Completeness.Timed] {
        let version = try archiveVersion()
        let quality = version < 3 ? "\(SolvedTime.Quality.unknown.rawValue)" : "time_quality"
        var events: [Int64: Int64] = [:]
        for row in try Row.fetchAll(
            self, sql: "SELECT \(quality) AS quality, count(*) FROM event GROUP BY 1")
        {
            // What has none yet counts among those that wait.
            guard let quality: Int64 = row[0] else { continue }
            events[quality] = row[1]
        }
        return SolvedTime.Quality.allCases.map {
            Completeness.Timed(quality: $0, events: events[$0.rawValue] ?? 0)
        }
    }

    private func tombstoned() throws -> [Completeness.Tombstoned] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT reason, sum(alone) FROM (\(Database.tombstonesAlone))
                GROUP BY reason HAVING sum(alone) > 0 ORDER BY reason
                """
        ).map { Completeness.Tombstoned(reason: $0[0], events: $0[1]) }
    }
}

extension Database {
    /// Events that are to be solved, for the first time or anew.
    func timesWaiting() throws -> Int64 {
        guard try archiveVersion() >= 4 else { return 0 }
        return try number(
            """
            SELECT (SELECT count(*) FROM event WHERE time_quality IS NULL)
                + (SELECT count(*) FROM unsolved JOIN event USING (stream, epoch)
                    WHERE quality <> 0 AND (mono, id) > (unsolved.moment, unsolved.event)
                        AND mono <= unsolved.last AND boot IS NULL AND time_quality IS NOT NULL)
            """, []) ?? 0
    }
}

extension FunnelRow {
    fileprivate init(_ row: Row) {
        let stage: Int64? = row[3]
        let money = MoneyColumns(state: row[6], currency: row[7], minorUnits: row[8]).money
        let order: FunnelOrder? =
            switch (row[5] as Int64?, money) {
            case (EventFacts.OrderKind.completed.rawValue, let money?): .completed(money)
            case (EventFacts.OrderKind.refunded.rawValue, let money?): .refunded(money)
            default: nil
            }
        let visit: Int64? = row[10]
        // 0 is part of none.
        let number = visit.flatMap { $0 > 0 ? "\(row[9] as Int64)/\($0)" : nil }
        self.init(
            device: row[0], visitor: visit == nil ? row[1] : number, isWholeVisit: visit != nil,
            actor: (row[11] as Int64?).flatMap { VisitActor(rawValue: $0) } ?? .shopper,
            user: row[2], stage: stage.map { Int($0) }, timeMilliseconds: row[4], order: order)
    }
}

internal import Events
internal import Store

/// What the store has, held against what the model has.
extension ModelRun {
    func compare() throws(StoreError) {
        expect(store.stream == model.stream && store.epoch == model.epoch, "stream or epoch")
        expect(store.nextSequence == model.nextSequence, "the next sequence number")
        try compareRows()
        try compareCounters()
        try compareTombstones()
        for name in ["a", "b"] {
            expect(try store.text(name) == model.texts[name], "the text \(name)")
        }
        expect(try store.text("damaged") == nil, "damage")
        expect(disk.usedBytes <= Self.quotaBytes, "more than the quota")
    }

    private func expect(_ holds: Bool, _ what: String) {
        if !holds, found == nil {
            found = Violation(.model, "after action \(actionCount): \(what)")
        }
    }

    private func compareRows() throws(StoreError) {
        var events = 0
        for lane in Lane.allCases {
            for table in RowTable.allCases {
                let stored = try store.rows(of: table, lane, fromEpoch: 0, sequence: 0)
                let modelled = model.rows
                    .filter { $0.lane == lane && $0.stored.key.table == table }
                    .sorted { $0.stored.key.id < $1.stored.key.id }
                expect(stored == modelled.map(\.stored), "rows of \(lane.word)")
                for row in modelled {
                    let info = try store.epochInfo(row.stored.key.id.epoch)
                    expect(info?.stream == row.stream, "a row's stream")
                }
                events += stored.count
            }
        }
        expect(events == model.rows.count, "count of rows")
        let statistics = try store.statistics()
        for lane in Lane.allCases {
            let modelled = model.rows.filter { $0.lane == lane }
            let found = statistics[Int(lane.rawValue)]
            expect(found.rowCount == modelled.count, "statistics' rows")
            expect(
                found.eventCount == modelled.reduce(0) { $0 + $1.stored.eventCount },
                "statistics' events")
        }
    }

    private func compareCounters() throws(StoreError) {
        let stored = try store.counters()
        expect(stored.count == model.counters.count, "count of counters")
        for counter in stored {
            let name = StoreModel.name(counter.lane, counter.name)
            expect(model.counters[name] == counter.value, "counter \(name)")
        }
        let quarantine = try store.quarantineStatistics()
        for reason in quarantine {
            let modelled = model.quarantine.filter { $0.reason == reason.reason }
            expect(reason.eventCount == modelled.count, "quarantined \(reason.reason)")
            expect(
                reason.byteCount == modelled.reduce(0) { $0 + $1.bodyBytes },
                "bytes in the quarantine")
        }
        expect(
            quarantine.reduce(0) { $0 + $1.eventCount } == model.quarantine.count,
            "count of quarantined events")
    }

    private func compareTombstones() throws(StoreError) {
        var stored: Set<StoreModel.Buried> = []
        var count = 0
        for pending in try store.allTombstones() {
            for range in pending.tombstone.sequences {
                for sequence in range.first...range.last {
                    let tombstone = pending.tombstone
                    stored.insert(
                        StoreModel.Buried(
                            id: EventID(
                                stream: tombstone.stream, epoch: tombstone.epoch,
                                sequence: sequence), reason: tombstone.reason))
                    count += 1
                }
            }
        }
        expect(count == stored.count, "an event under two tombstones")
        expect(stored == model.buried, "tombstones")
    }
}

internal import Events

/// The one way in.
extension EventStore {
    /// Stores a change whole and durably, or throws and stores nothing of it.
    ///
    /// Near the quota it evicts in the same transaction and says how many events went. `stale`: the
    /// change was made for another epoch or sequence, a new row's id is taken or a removed row is
    /// gone; read the properties and make it anew. `full`: nothing is left to evict. `unavailable`:
    /// the disk failed, and the store has been or will be opened again, perhaps with a new epoch.
    @discardableResult
    public func commit(_ change: Change) throws(StoreError) -> Int64 {
        // A connection in doubt is gone only once the attempt has returned, and until then its
        // locks keep the next one out.
        defer { reopenIfDoubted() }
        try shortenLog(for: change)
        return try attempt(change)
    }

    /// Nothing is answered before the disk has been asked again.
    private func reopenIfDoubted() {
        guard database == nil, files.isLocked else { return }
        do throws(StoreError) { _ = try opened() } catch {}
    }

    private func attempt(_ change: Change) throws(StoreError) -> Int64 {
        let database = try opened()
        guard change.epoch == epoch, change.firstSequence == nextSequence,
            change.endSequence >= nextSequence
        else {
            throw StoreError(.stale, "commit", detail: "made for another epoch or sequence")
        }
        var excessPages: Int64 = 0
        while true {
            do throws(StoreError) {
                let applied = try database.transaction { (database) throws(StoreError) in
                    try apply(change, to: database, excessPages: excessPages)
                }
                settle(change, applied)
                tendDisk(database)
                return applied.evicted.eventCount
            } catch {
                try prepareRetry(after: error, database, &excessPages)
            }
        }
    }

    /// Empties the log before a large change, so that it holds that change alone.
    private func shortenLog(for change: Change) throws(StoreError) {
        guard EventStore.pages(for: change) > Schema.smallCommitPages else { return }
        let database = try opened()
        do throws(StoreError) {
            try database.restartLog()
        } catch {
            doubt(after: error)
        }
    }

    /// What a commit leaves to be remembered once it is durable.
    struct Applied {
        var evicted = Eviction()
        var tailEvents: [Int64]
        var tailBytes: [Int64]
        var quarantineBytes: Int64
        var messageCount: Int64
    }

    /// After a full disk makes more room than last time; throws where trying again is of no use.
    private func prepareRetry(
        after error: StoreError, _ database: Database, _ excessPages: inout Int64
    ) throws(StoreError) {
        switch error.code {
        case .full where excessPages == 0 && error.sqliteCode != 0 && files.hasSomeBallast:
            // The limit on pages gives way to eviction; where the file system is full, even that
            // needs room. Which it was, SQLite does not say.
            spendBallast()
            excessPages = 1
        case .full where excessPages < pagesMax && error.sqliteCode != 0:
            excessPages = max(16, excessPages * 4)
        case .unavailable, .busy:
            self.database = nil
            throw error
        default:
            if !database.connection.isIdle { self.database = nil }
            throw error
        }
    }

    private func apply(
        _ change: Change, to database: Database, excessPages: Int64
    ) throws(StoreError) -> Applied {
        var applied = Applied(
            tailEvents: tailEvents, tailBytes: tailBytes, quarantineBytes: quarantineBytes,
            messageCount: messageCount)
        // In the table's order a page that loses all its rows is freed and not written; otherwise
        // those that stay a while are moved from page to page.
        for key in change.removed.sorted(by: { $0.stored < $1.stored }) {
            guard try remove(key, from: database, &applied) else {
                throw StoreError(.stale, "commit", detail: "a removed row is not there")
            }
        }
        try Tombstones.remove(change.deliveredTombstones, from: database)
        try makeRoom(for: change, in: database, excessPages: excessPages, &applied)
        for row in change.inserted { try insert(row, into: database, &applied) }
        applied.quarantineBytes = try Quarantine.insert(
            change.quarantined, into: database, bytes: quarantineBytes,
            bytesMax: Budget.quarantine(quotaBytes))
        for tombstone in change.tombstones {
            try Tombstones.insert(tombstone, into: database, above: tombstonesShippedThrough)
        }
        for delta in change.counters where delta.value != 0 {
            try database.addCounter.run(
                .integer(Int64(delta.lane.rawValue)), .text(delta.name), .integer(delta.value))
        }
        applied.messageCount = try Messages.insert(
            change.messages, into: database, count: messageCount)
        for mark in change.regionMarks {
            let age = Int64(epoch) << 32 | commitCount
            try RegionMarks.keep(mark, boot: boot, age: age, in: database)
        }
        for text in change.texts { try Texts.keep(text, in: database) }
        try database.setEnd.run(.integer(Int64(change.endSequence)))
        try database.setCommits.run(.integer(commitCount + 1))
        return applied
    }

    private func insert(
        _ row: StoredRow, into database: Database, _ applied: inout Applied
    ) throws(StoreError) {
        guard row.ranges.first?.first == row.key.id.first else {
            throw StoreError(.stale, "commit", detail: "a row without its first event")
        }
        let ranges = RangeCoding.bytes(row.ranges)
        try database.insertRow[Int(row.key.table.rawValue)].run(
            .integer(row.key.stored), .integer(row.eventCount), .blob(ranges),
            .blob(row.body),
            .integer(RowCheck.value(id: row.key.stored, ranges: ranges, body: row.body)))
        count(row.key, events: row.eventCount, bytes: Int64(row.body.count), &applied)
    }

    /// Deletes a row; false if it is not there.
    func remove(
        _ key: RowKey, from database: Database, _ applied: inout Applied
    ) throws(StoreError) -> Bool {
        let delete = database.deleteRow[Int(key.table.rawValue)]
        try delete.bind(.integer(key.stored))
        defer { delete.reset() }
        guard try delete.step() else { return false }
        try count(key, events: -delete.count(0), bytes: -delete.count(1), &applied)
        while try delete.step() {}
        return true
    }

    /// Keeps count of what the current epoch has in the table `tail`.
    private func count(_ key: RowKey, events: Int64, bytes: Int64, _ applied: inout Applied) {
        guard key.table == .tail, key.id.epoch == epoch, let lane = key.id.lane else { return }
        applied.tailEvents[Int(lane.rawValue)] += events
        applied.tailBytes[Int(lane.rawValue)] += bytes
    }

    /// Takes over what has become durable.
    private func settle(_ change: Change, _ applied: Applied) {
        nextSequence = change.endSequence
        commitCount += 1
        tailEvents = applied.tailEvents
        tailBytes = applied.tailBytes
        quarantineBytes = applied.quarantineBytes
        messageCount = applied.messageCount
        shipped.subtract(change.removed)
    }

    /// Keeps ready what a full file system would ask for.
    private func tendDisk(_ database: Database) {
        ballastCountdown -= 1
        if ballastCountdown < 0 {
            if !files.hasBallast, files.freeBytes > 4 * StateFiles.ballastBytes {
                files.addBallast()
            }
            ballastCountdown = files.hasBallast ? 256 : 0
        }
        do throws(StoreError) {
            // Pages that the database's file lacks must fit in the ballast's room.
            let pages = try database.allPages()
            let isGrown = pages > copiedPages + StateFiles.ballastBytes / Schema.pageBytes / 2
            guard isGrown || database.connection.frameCount >= Schema.logFramesMax else { return }
            copiedPages = pages
            try database.copyLog()
        } catch {
            // The change is durable all the same.
            doubt(after: error)
        }
    }

    /// After a sync that failed the kernel may hold for written what it has thrown away, and what
    /// SQLite reads next may be anything: the database is opened again before it is used.
    private func doubt(after error: StoreError) {
        if error.code != .full { self.database = nil }
    }
}

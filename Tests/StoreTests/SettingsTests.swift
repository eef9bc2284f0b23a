import Events
import Foundation
import Testing

@testable import Store

/// Invariants 3, 5, 8 and 10 of the Store page, and its settings.
@Suite struct `An open store` {
    let state = StateDirectory()

    @Test func `has its database as the page says`() throws {
        let store = try state.open()
        try store.add(1)
        let database = try #require(store.database)
        let believes = database.connection.believesInPowersafeOverwrite
        #expect(!believes)
        for (setting, value) in [
            ("page_size", 4096), ("synchronous", 2), ("secure_delete", 0), ("temp_store", 2),
            ("cache_size", -1024), ("mmap_size", 0), ("cell_size_check", 1), ("auto_vacuum", 0),
            ("wal_autocheckpoint", 1000), ("user_version", 1),
        ] as [(String, Int64)] {
            #expect(try database.connection.integer("PRAGMA " + setting) == value, "\(setting)")
        }
        let limit = try database.connection.integer("PRAGMA max_page_count")
        #expect(limit * 4096 + Schema.logBytes + StateFiles.ballastBytes <= 16 << 20)
        let journal = try database.connection.prepare("PRAGMA journal_mode")
        #expect(try journal.step() && journal.text(0) == "wal")
        let locking = try database.connection.prepare("PRAGMA locking_mode")
        #expect(try locking.step() && locking.text(0) == "exclusive")
    }

    @Test func `is its owner's alone, whatever it was before`() throws {
        var store = try state.open()
        #expect(try state.mode("") == 0o700)
        let files = ["events.db", "events.db-wal", "lock", "ballast", "stream"]
        for name in files { #expect(try state.mode(name) == 0o600, "\(name)") }
        let all = try FileManager.default.contentsOfDirectory(atPath: state.path)
        #expect(Set(all) == Set(files))
        store.close()
        for name in ["", "events.db", "events.db-wal"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o777], ofItemAtPath: state.file(name))
        }
        store = try state.open()
        #expect(try state.mode("") == 0o700)
        for name in files { #expect(try state.mode(name) == 0o600, "\(name)") }
    }

    @Test func `has its log at full size from the first day, and keeps it so`() throws {
        var store = try state.open()
        let size = try state.byteCount("events.db-wal")
        #expect(size > 1000 * 4120 && size <= Schema.logBytes)
        for _ in 0..<3000 { try store.remove([store.add(5, bytes: 3000).key]) }
        #expect(try state.byteCount("events.db-wal") <= Schema.logBytes)
        store.close()
        #expect(try state.byteCount("events.db-wal") >= size)
        store = try state.open()
        try store.add(1)
        #expect(try state.byteCount("events.db-wal") >= size)
        #expect(try state.byteCount("events.db") < 6 << 20)
    }

    @Test func `refuses a second opener, names the holder, and touches nothing`() throws {
        let store = try state.open()
        let before = try state.contents("events.db")
        #expect {
            _ = try state.open(fresh: 2)
        } throws: { error in
            let error = error as? StoreError
            return error?.code == .busy
                && error?.detail == "process \(ProcessInfo.processInfo.processIdentifier) has it"
        }
        #expect(try state.contents("events.db") == before)
        #expect(store.epoch == 1)
        store.close()
        #expect(try state.open().epoch == 2)
    }

    @Test func `refuses a newer version without calling it damaged`() throws {
        var store = try state.open()
        try store.add(1)
        try #require(store.database).connection.run("PRAGMA user_version = 2")
        store.close()
        #expect {
            _ = try state.open()
        } throws: { error in
            let error = error as? StoreError
            return error?.code == .newer
                && error?.detail == "its version is 2, this software's 1"
        }
        let all = try FileManager.default.contentsOfDirectory(atPath: state.path)
        #expect(!all.contains("events.db.damaged"))
        store = try reset()
        #expect(try store.queuedEvents() == 1)
    }

    @Test func `says what the system says where it cannot be`() throws {
        #expect {
            _ = try EventStore(
                directory: "/proc/none/such", quotaBytes: 0, boot: Fixture.boot,
                freshStream: Fixture.boot, wallMilliseconds: 0)
        } throws: { error in
            let error = error as? StoreError
            return error?.code == .unavailable && error?.detail == "No such file or directory"
        }
    }

    @Test func `is refused to every caller once closed`() throws {
        let store = try state.open()
        store.close()
        #expect(throws: StoreError.self) { try store.add(1) }
        #expect(throws: StoreError.self) { try store.nextShipment() }
        #expect(try state.open().epoch == 2)
    }

    /// Brings the version back by SQLite alone.
    private func reset() throws -> EventStore {
        do {
            let connection = try Connection(path: state.file("events.db"), vfs: nil)
            try connection.run("PRAGMA user_version = 1")
        }
        return try state.open()
    }
}

/// Invariant 8 of the Store page.
@Suite struct `What is remembered is bounded` {
    let state = StateDirectory()

    @Test func `the quarantine by 1 percent of the quota, the oldest out first`() throws {
        var store = try state.open()
        let most = Int64(16 << 20) / 100
        for index in 0..<500 {
            try quarantine(store, bytes: index == 450 ? 300_000 : 1000)
        }
        let kept = try #require(try store.quarantineStatistics().first)
        #expect(kept.byteCount + 64 * kept.eventCount <= most)
        #expect(kept.byteCount + 64 * kept.eventCount > most - 2000)
        let oldest = try #require(store.database).connection.integer(
            "SELECT min(id) & 4294967295 FROM quarantine")
        #expect(oldest == 500 - kept.eventCount)
        #expect(try store.counter("quarantined") == 500)
        store.close()
        store = try state.open()
        for _ in 0..<20 { try quarantine(store, bytes: 1000) }
        let after = try #require(try store.quarantineStatistics().first)
        #expect(after.byteCount + 64 * after.eventCount <= most)
        #expect(try store.counter("quarantined") == 520)
    }

    @Test func `message ids by their limit, whole chunks, the oldest out first`() throws {
        var store = try state.open()
        for index in 0..<60 {
            if index == 40 {
                store.close()
                store = try state.open()
            }
            var change = Change(for: store)
            change.messages = MessageChunk(
                wallMilliseconds: Int64(index), count: 3000, bytes: [UInt8(index)])
            try store.commit(change)
        }
        var chunks: [MessageChunk] = []
        try store.rememberedMessages { chunks.append($0) }
        let count = chunks.reduce(0) { $0 + $1.count }
        #expect(count >= Int64(Limits.rememberedMessages))
        #expect(count < Int64(Limits.rememberedMessages) + 3000)
        #expect(chunks.map { $0.wallMilliseconds } == (26..<60).reversed())
    }

    @Test func `epochs by what is still needed of them`() throws {
        let store = try state.open()
        try store.add(1)
        let row = try store.add(1)
        try store.remove([RowKey(.tail, RowID(lane: .normal, epoch: 1, first: 0))])
        for _ in 0..<50 { try store.beginEpoch() }
        for _ in 0..<50 {
            try store.remove([store.add(1).key])
            try store.beginEpoch()
        }
        let count = {
            try #require(store.database).connection.integer("SELECT count(*) FROM epoch")
        }
        #expect(try count() == 52)
        #expect(try store.epochInfo(1)?.stream == store.stream)
        try store.remove([row.key])
        try store.beginEpoch()
        #expect(try count() == 2)
        #expect(try store.epochInfo(store.epoch)?.previousEpoch == 100)
        #expect(try store.epochInfo(store.epoch)?.previousEnd == 1)
    }

    private func quarantine(_ store: EventStore, bytes: Int) throws {
        var change = Change(for: store)
        change.quarantined = [
            QuarantinedEvent(
                lane: .normal, epoch: store.epoch, sequence: store.nextSequence,
                wallMilliseconds: 1, reason: "bad", producer: 2, byteCount: Int64(bytes),
                body: Array(repeating: 3, count: bytes))
        ]
        change.endSequence += 1
        change.counters = [CounterDelta(.normal, "quarantined", 1)]
        try store.commit(change)
    }
}

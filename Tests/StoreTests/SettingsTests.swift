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
            ("journal_size_limit", 1056 * 4120), ("user_version", 4),
        ] as [(String, Int64)] {
            #expect(try database.connection.integer("PRAGMA " + setting) == value, "\(setting)")
        }
        let limit = try database.connection.integer("PRAGMA max_page_count")
        #expect(limit * 4096 + Schema.logBytesMax + StateFiles.ballastBytes <= 16_000_000)
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
        try #require(store.database).connection.run("PRAGMA user_version = 5")
        store.close()
        #expect {
            _ = try state.open()
        } throws: { error in
            let error = error as? StoreError
            return error?.code == .newer
                && error?.detail == "its version is 5, this software's 4"
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
            try connection.run("PRAGMA user_version = 4")
        }
        return try state.open()
    }
}

import CSQLite
import Events
import FaultyDisk
import Foundation
import Testing

@testable import Store

/// Of a log that was found, the kernel may hold pages for written that are not on the disk.
@Suite struct `A log that is found` {
    let state: StateDirectory
    let calls = Calls()

    /// What the store asked of the file system about the log.
    final class Calls {
        var names: [String] = []
        /// What the next copy answers instead of being made; 0 for a copy.
        var copyAnswer: Int64 = 0
    }

    /// Leaves a directory as a kill does, with 5 events that are in the log alone.
    init() throws {
        let living = StateDirectory()
        let store = try living.open()
        try store.add(2)
        try store.add(3)
        state = StateDirectory()
        try FileManager.default.copyItem(atPath: living.path, toPath: state.path)
        try #require(try state.byteCount("events.db-wal") > 0)
    }

    private func open(vfs: String? = nil) throws -> EventStore {
        var fileSystem = FileSystem.system
        let (calls, system) = (calls, fileSystem)
        fileSystem.copy = { path, newPath in
            calls.names.append("copy")
            return calls.copyAnswer < 0 ? calls.copyAnswer : system.copy(path, newPath)
        }
        fileSystem.rename = { path, newPath in
            if newPath.hasSuffix("-wal") { calls.names.append("rename") }
            return system.rename(path, newPath)
        }
        fileSystem.syncDirectory = { path in
            calls.names.append("sync")
            return system.syncDirectory(path)
        }
        return try state.open(vfs: vfs, fileSystem: fileSystem)
    }

    @Test func `is a durable copy of itself before SQLite has it`() throws {
        let disk = FaultyDisk(name: UUID().uuidString)
        var before: [String] = []
        disk.willWrite = { [calls] in if before.isEmpty { before = calls.names } }
        let store = try open(vfs: disk.name)
        #expect(before == ["copy", "rename", "sync"])
        #expect(try store.queuedEvents() == 5)
        #expect(try store.text("damaged") == nil)
        #expect(!FileManager.default.fileExists(atPath: state.file("events.db-wal.new")))
        #expect(try state.mode("events.db-wal") == 0o600)
    }

    @Test func `that cannot be copied to the disk is not copied into the database`() throws {
        let found = try state.contents("events.db")
        calls.copyAnswer = Int64(-EIO)
        #expect { try open() } throws: { ($0 as? StoreError)?.code == .unavailable }
        #expect(try state.contents("events.db") == found)
        calls.copyAnswer = 0
        #expect(try open().queuedEvents() == 5)
    }

    @Test func `on a full disk is taken as it is`() throws {
        calls.copyAnswer = Int64(-ENOSPC)
        #expect(try open().queuedEvents() == 5)
    }

    @Test func `after a commit that failed is copied too`() throws {
        let disk = FaultyDisk(name: UUID().uuidString)
        let store = try open(vfs: disk.name)
        try store.add(1)
        calls.names = []
        disk.syncAnswer = SQLITE_IOERR | 4 << 8
        #expect { try store.add(1) } throws: { ($0 as? StoreError)?.code == .unavailable }
        disk.mend()
        _ = try store.nextShipment()
        #expect(calls.names.starts(with: ["copy", "rename", "sync"]))
    }

    @Test func `that is no longer there takes a copy broken off with it`() throws {
        try open().close()
        try FileManager.default.removeItem(atPath: state.file("events.db-wal"))
        try state.write(Data("half a copy".utf8), "events.db-wal.new")
        calls.names = []
        #expect(try open().queuedEvents() == 5)
        #expect(!calls.names.contains("copy"))
        #expect(!FileManager.default.fileExists(atPath: state.file("events.db-wal.new")))
    }
}

import CSQLite
import Events
import FaultyDisk
import Foundation
import Testing

@testable import Store

/// Invariants 1, 2 and 4 of the Store page on a disk that fails.
@Suite struct `When the disk fails` {
    let state = StateDirectory()
    let disk = FaultyDisk(name: UUID().uuidString)
    let ioError = SQLITE_IOERR | 3 << 8
    let syncError = SQLITE_IOERR | 4 << 8

    @Test(arguments: 0..<6) func `in a write, nothing of the change is stored`(after: Int) throws {
        let store = try open()
        try store.add(2)
        disk.writesLeft = after
        disk.writeAnswer = ioError
        let isStored = (try? store.add(3)) != nil
        disk.mend()
        // The change is in the log by four writes; what comes after them pads a sector.
        var isThere = isStored
        if !isStored {
            #expect(store.epoch == 1 && store.nextSequence == 2)
            isThere = try store.queuedEvents() == 5
            #expect(!isThere || after >= 4)
            #expect(store.epoch == (isThere ? 2 : 1))
        }
        try store.add(4)
        #expect(try store.queuedEvents() == (isThere ? 9 : 6))
        #expect(try store.counter("accepted") == (isThere ? 9 : 6))
        #expect(after < 4 ? !isStored : true)
    }

    @Test(arguments: 0..<40) func `while a first version is migrated, it stays one or is done`(
        after: Int
    ) throws {
        try FirstVersion.make(in: state)
        try migrate(failingAfter: after, FirstVersion.stream, FirstVersion.events)
    }

    @Test(arguments: 0..<40, [2, 3])
    func `while a later version is migrated, it stays one or is done`(
        after: Int, version: Int
    ) throws {
        try SecondVersion.make(in: state, version: version)
        try migrate(failingAfter: after, SecondVersion.stream, SecondVersion.events)
    }

    private func migrate(failingAfter writes: Int, _ stream: StreamID, _ events: Int) throws {
        disk.writesLeft = writes
        disk.writeAnswer = ioError
        let early = try? open()
        disk.writesLeft = 0
        disk.mend()
        early?.close()
        let store = try open()
        #expect(store.stream == stream && store.epoch >= 3)
        #expect(try store.queuedEvents() == Int64(events))
        #expect(try store.counter("accepted") == Int64(events))
        #expect(try store.text("damaged") == nil)
    }

    @Test func `in the sync, what may be stored is under an epoch that is over`() throws {
        var store = try open()
        try store.add(2)
        disk.syncAnswer = syncError
        #expect {
            try store.add(3)
        } throws: { error in
            let error = error as? StoreError
            return error?.code == .unavailable && error?.sqliteCode == syncError
        }
        #expect(throws: StoreError.self) { try store.nextShipment() }
        disk.mend()
        // The bytes reached the log, so the numbers 2 to 4 are in use: they are never given again.
        let change = Change(for: store)
        #expect { try store.commit(change) } throws: { ($0 as? StoreError)?.code == .stale }
        #expect(store.epoch == 2 && store.nextSequence == 0)
        try store.add(4)
        #expect(try store.queuedEvents() == 9)
        let all = try store.queuedEventIDs()
        #expect(Set(all).count == all.count)
        store.close()
        store = try open()
        #expect(try store.queuedEvents() == 9)
        #expect(try store.counter("accepted") == 9)
    }

    @Test func `in the sync of a log begun anew, nothing of the change is stored`() throws {
        let store = try open()
        try store.add(2)
        try #require(store.database).connection.run("PRAGMA wal_checkpoint(RESTART)")
        disk.syncAnswer = syncError
        #expect { try store.add(3) } throws: { ($0 as? StoreError)?.code == .unavailable }
        disk.mend()
        #expect(store.epoch == 1 && store.nextSequence == 2)
        try store.add(4)
        #expect(try store.queuedEvents() == 6)
    }

    @Test func `in a commit that only settles, the doubt is noticed too`() throws {
        let store = try open()
        let row = try store.add(2)
        disk.syncAnswer = syncError
        #expect(throws: StoreError.self) { try store.remove([row.key]) }
        disk.mend()
        #expect(try store.nextShipment() == nil)
        #expect(store.epoch == 2)
    }

    @Test func `for long, every call says so, until it works again`() throws {
        let store = try open()
        try store.add(2)
        disk.writeAnswer = ioError
        disk.syncAnswer = syncError
        for _ in 0..<5 {
            #expect { try store.add(3) } throws: { ($0 as? StoreError)?.code == .unavailable }
        }
        disk.mend()
        try store.add(5)
        #expect(try store.queuedEvents() == 7)
    }

    @Test func `by being full, the ballast goes and the change is stored`() throws {
        let store = try open()
        try store.add(2)
        let ballast = state.file("ballast")
        var isSpent = false
        disk.writeAnswer = SQLITE_FULL
        disk.willWrite = {
            guard !FileManager.default.fileExists(atPath: ballast) else { return }
            disk.writeAnswer = SQLITE_OK
            isSpent = true
        }
        try store.add(3)
        #expect(isSpent)
        #expect(try store.queuedEvents() == 5)
        #expect(try store.counter("dropped:evicted") == 0)
        // With room back, the ballast is too, at once.
        #expect(try state.byteCount("ballast") == 1 << 20)
    }

    @Test func `by staying full, nothing is lost and nothing is stuck`() throws {
        var store = try open()
        let row = try store.add(2)
        #expect(try store.nextShipment()?.rows == [row])
        disk.writeAnswer = SQLITE_FULL
        for _ in 0..<3 {
            #expect { try store.add(3) } throws: { ($0 as? StoreError)?.code == .full }
        }
        #expect(store.epoch == 1 && store.nextSequence == 2)
        disk.mend()
        #expect(try store.queuedEvents() == 2)
        try store.add(4)
        store.close()
        store = try open()
        #expect(try store.queuedEvents() == 6)
    }

    @Test func `by being full at the start, it starts without the ballast`() throws {
        let first = try open()
        for _ in 0..<50 { try first.add(1, bytes: 30_000) }
        first.close()
        let ballast = state.file("ballast")
        disk.writeAnswer = SQLITE_FULL
        disk.willWrite = {
            guard !FileManager.default.fileExists(atPath: ballast) else { return }
            disk.writeAnswer = SQLITE_OK
        }
        let store = try open()
        #expect(try store.queuedEvents() == 50)
        #expect(store.epoch == 2)
    }

    private func open() throws -> EventStore { try state.open(vfs: disk.name) }
}

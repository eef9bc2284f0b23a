import Events
import Foundation
import Testing

@testable import Store

/// The last part of a disk is left to whoever shares it.
@Suite struct `The store leaves to others` {
    let state = StateDirectory()

    @Test(
        arguments: [
            (0, 2 << 20), (20_000_000, 2 << 20), (41_943_040, 2 << 20), (100_000_000, 5_000_000),
            (1_000_000_000, 50_000_000), (1 << 40, 64 << 20),
        ] as [(Int64, Int64)])
    func `5 % of the disk, at least 2 MiB and at most 64`(total: Int64, left: Int64) {
        #expect(Headroom.bytes(ofTotal: total) == left)
    }

    @Test func `that part, and evicts within what it has`() throws {
        let disk = NarrowDisk(state, totalBytes: 1_000_000_000, oursBytes: 8_000_000)
        let store = try disk.open()
        for _ in 0..<12 {
            try store.add(2, .ambient, bytes: 100_000)
            try store.add(2, .critical, bytes: 100_000)
        }
        #expect(try store.counter("dropped:evicted") == 0)
        #expect(try store.freePercentWithoutGrowth() == nil)
        for _ in 0..<80 { try store.add(2, .critical, bytes: 100_000) }
        let dropped = try store.counters().filter { $0.name == "dropped:evicted" }
        #expect(dropped.first { $0.lane == .ambient }?.value == 24)
        #expect(dropped.first { $0.lane == .critical }?.value ?? 0 > 0)
        #expect(try state.byteCount("events.db") <= 8_000_000)
        #expect(try store.database?.allPages() ?? .max <= 8_000_000 / 4096)
        #expect(try store.freePercentWithoutGrowth() == 5)
        #expect(try store.tombstonedEvents().count == Int(try store.counter("dropped:evicted")))

        // Somebody has cleared up: the queue grows again.
        disk.oursBytes = 10_000_000
        let before = try store.counter("dropped:evicted")
        for _ in 0..<12 { try store.add(2, .critical, bytes: 100_000) }
        #expect(try store.counter("dropped:evicted") == before)
        #expect(try store.freePercentWithoutGrowth() == nil)
    }

    @Test func `that part where nothing may go: it is full, and nothing is lost`() throws {
        let disk = NarrowDisk(state, totalBytes: 1_000_000_000, oursBytes: 8_000_000)
        let store = try disk.open()
        let row = try store.add(3, bytes: 1_500_000)
        let other = try store.add(3, .ambient, bytes: 10_000)
        #expect(try store.nextShipment(eventsMax: 3)?.rows == [row])
        disk.oursBytes = 0
        for _ in 0..<3 {
            #expect {
                try store.add(1, .critical, bytes: 400_000)
            } throws: {
                ($0 as? StoreError)?.code == .full
            }
        }
        // What would have been evicted in vain is there, and the ballast, which is not for this.
        #expect(try store.queuedEvents() == 6 && store.nextSequence == 6)
        #expect(try state.byteCount("ballast") == 1 << 20)
        #expect(try store.freePercentWithoutGrowth() == 4)
        // What is settled makes room.
        try store.remove([row.key])
        try store.add(1, .critical, bytes: 400_000)
        #expect(try store.queuedEvents() == 4 && other.eventCount == 3)
    }

    @Test func `what a young database does not need`() throws {
        let disk = NarrowDisk(state, totalBytes: 1_000_000_000, oursBytes: -40_000_000)
        let store = try disk.open()
        for _ in 0..<20 { try store.add(1, bytes: 30_000) }
        #expect(try store.counter("dropped:evicted") == 0)
        for _ in 0..<40 { try store.add(1, bytes: 30_000) }
        #expect(try store.counter("dropped:evicted") > 0)
        #expect(try store.database?.allPages() ?? .max <= 256)
    }

    @Test func `all of it where the file system does not say what it has`() throws {
        var system = FileSystem.system
        system.space = { _ in nil }
        let store = try state.open(fileSystem: system)
        for _ in 0..<100 { try store.add(1, bytes: 30_000) }
        #expect(try store.counter("dropped:evicted") == 0)
        #expect(try store.freePercentWithoutGrowth() == nil)
    }

    @Test(arguments: [(15, 1000, false), (16, 1000, true), (0, 0, true)] as [(Int64, Int64, Bool)])
    func `the last 16 inodes, but for files that it needs`(
        free: Int64, total: Int64, isSpared: Bool
    ) throws {
        var system = FileSystem.system
        system.space = { _ in
            FileSpace(
                freeBytes: 1 << 40, totalBytes: 1 << 41, freeInodes: free, inodes: total)
        }
        var store = try state.open(fileSystem: system)
        try store.add(1)
        #expect(exists("ballast") == isSpared)
        #expect(exists("events.db") && exists("lock") && exists("stream"))
        store.close()
        try FileManager.default.removeItem(atPath: state.file("events.db-wal"))
        try state.write(Data(repeating: 7, count: 9000), "events.db")
        store = try state.open(fresh: 2, fileSystem: system)
        #expect(exists("events.db.damaged") == isSpared)
        #expect(!exists("events.db.salvaging") && store.epoch == 2)
    }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: state.file(name))
    }
}

/// A disk on which others have left so much to the database beside what is to be left to them.
private final class NarrowDisk {
    var oursBytes: Int64
    private let state: StateDirectory
    private let totalBytes: Int64

    init(_ state: StateDirectory, totalBytes: Int64, oursBytes: Int64) {
        self.state = state
        self.totalBytes = totalBytes
        self.oursBytes = oursBytes
    }

    func open() throws -> EventStore {
        var system = FileSystem.system
        let size = system.byteCount
        system.space = { [self] _ in
            let used = max(0, size(state.file("events.db")))
            return FileSpace(
                freeBytes: totalBytes / 20 + oursBytes - used, totalBytes: totalBytes)
        }
        return try state.open(quotaBytes: 64_000_000, fileSystem: system)
    }
}

import Events
import Foundation
import GRDB
import Testing

@testable import Collector

@Suite struct `A database that fails` {
    @Test func `half-way through a block leaves nothing of it, and asks to come again`()
        async throws
    {
        let temporary = try TemporaryArchive()
        try await temporary.archive.database.write { database in
            try database.execute(
                sql: """
                    CREATE TRIGGER fault BEFORE INSERT ON event WHEN new.seq = 500
                    BEGIN SELECT raise(ABORT, 'planted'); END
                    """)
        }
        let body = try Fixture.block((0..<1000).map { Fixture.message(UInt32($0), "m\($0)") })
        let answer = await temporary.desk().take(body, from: Fixture.sender())
        #expect(answer.status == 503)
        #expect(answer.signature == nil)
        for table in ["device", "stream", "epoch", "event", "message"] {
            #expect(try temporary.count(table) == 0)
        }
        try await temporary.archive.database.write { database in
            try database.execute(sql: "DROP TRIGGER fault")
        }
        let again = await temporary.desk().take(body, from: Fixture.sender())
        #expect(again.status == 200)
        #expect(try temporary.count("event") == 1000)
    }

    @Test func `for it is full answers 503, and takes the block when there is room`() async throws {
        let temporary = try TemporaryArchive()
        let body = try Fixture.block((0..<1000).map { Fixture.message(UInt32($0), "m\($0)") })
        try await limit(temporary, pages: 40)
        #expect(await temporary.desk().take(body, from: Fixture.sender()).status == 503)
        #expect(try temporary.count("event") == 0)
        try await limit(temporary, pages: 100_000)
        #expect(await temporary.desk().take(body, from: Fixture.sender()).status == 200)
        #expect(try temporary.count("event") == 1000)
    }

    private func limit(_ temporary: TemporaryArchive, pages: Int) async throws {
        try await temporary.archive.database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    @Test func `for it is held by another process answers 503`() async throws {
        let temporary = try TemporaryArchive()
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(
            path: temporary.folder + "/collector.db", configuration: configuration)
        let body = try Fixture.block([Fixture.event(0)])
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        #expect(await temporary.desk().take(body, from: Fixture.sender()).status == 503)
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        #expect(await temporary.desk().take(body, from: Fixture.sender()).status == 200)
    }
}

@Suite struct `An archive` {
    @Test func `syncs each commit and is its owner's alone`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.event(0)])
        let (synchronous, journal) = try await temporary.archive.database.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try String.fetchOne(database, sql: "PRAGMA journal_mode")
            )
        }
        #expect(synchronous == 2)
        #expect(journal == "wal")
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(temporary.folder) == 0o700)
        for file in ["", "-wal", "-shm"] {
            #expect(try mode(temporary.folder + "/collector.db" + file) == 0o600)
        }
    }

    /// With `psow=0` SQLite fills the sector that a commit ends in with its last page once more, so
    /// that the next commit's write, torn, can harm nothing that was acknowledged.
    @Test func `ends each commit with a padded sector`() async throws {
        let temporary = try TemporaryArchive()
        for index in 0..<5 as Range<UInt32> {
            try await temporary.take([Fixture.event(index)])
            let log = try Data(
                contentsOf: URL(fileURLWithPath: temporary.folder + "/collector.db-wal"))
            let frameBytes = 24 + 4096
            #expect((log.count - 32) % frameBytes == 0)
            let pages = stride(from: 32, to: log.count, by: frameBytes).map { log[$0..<$0 + 4] }
            #expect(pages.count >= 2)
            #expect(pages.last == pages.dropLast().last)
        }
    }

    @Test func `is read beside its writer, and without one`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.event(0)])
        let reader = try Archive.openForReading(folder: temporary.folder)
        #expect(try reader.funnelReport().completeness.events == 1)
        try await temporary.take([Fixture.event(1)])
        #expect(try reader.funnelReport().completeness.events == 2)
        try reader.close()
        try temporary.archive.close()
        let late = try Archive.openForReading(folder: temporary.folder)
        #expect(try late.funnelReport().completeness.events == 2)
        try late.close()
    }

    @Test func `is read in one moment while blocks come in`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take((0..<500).map { Fixture.event(UInt32($0)) })
        let reader = try Archive.openForReading(folder: temporary.folder)
        var lines = 0
        let writing = Task {
            for epoch in 2...20 as ClosedRange<UInt32> {
                try await temporary.take((0..<50).map { Fixture.event(UInt32($0)) }, epoch: epoch)
            }
        }
        try reader.export { _ in
            lines += 1
            if lines % 50 == 0 { Thread.sleep(forTimeInterval: 0.002) }
        }
        try await writing.value
        #expect(lines == 500 || (lines > 500 && lines % 50 == 0))
        #expect(try temporary.count("event") == 500 + 19 * 50)
    }

    @Test func `of another program or layout is refused`() throws {
        let temporary = try TemporaryArchive()
        for pragma in ["user_version = 7", "application_id = 1"] {
            try temporary.archive.database.write { try $0.execute(sql: "PRAGMA \(pragma)") }
            #expect(throws: Archive.Failure.self) {
                try Archive.openForReading(folder: temporary.folder)
            }
            #expect(throws: Archive.Failure.self) { try Archive.open(folder: temporary.folder) }
        }
    }

    @Test func `has room in any folder name, and none where it cannot be made`() throws {
        let base = FileManager.default.temporaryDirectory.path + "/footfall-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: base) }
        let folder = base + "/a ?b=1&mode=memory#c %41 ü"
        let archive = try Archive.open(folder: folder)
        try archive.close()
        #expect(FileManager.default.fileExists(atPath: folder + "/collector.db"))
        #expect(throws: Archive.Failure.self) {
            try Archive.open(folder: folder + "/collector.db/x")
        }
        #expect(throws: Archive.Failure.self) { try Archive.openForReading(folder: base) }
    }
}

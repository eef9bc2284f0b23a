import Foundation
import GRDB
import Testing

@testable import Collector

@Suite struct `Being ready` {
    @Test func `is a commit, tried once for all who ask`() async throws {
        let temporary = try TemporaryArchive()
        let readiness = Readiness(archive: temporary.archive, memory: .seconds(3600))
        let before = try logBytes(temporary)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { await readiness.canCommit() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: true, count: 50))
        let after = try logBytes(temporary)
        // A page, and again to fill its sector.
        #expect(after == before + 2 * (24 + 4096))
        #expect(await readiness.canCommit())
        #expect(try logBytes(temporary) == after)
    }

    @Test func `is told by the blocks that come`() async throws {
        let temporary = try TemporaryArchive()
        let desk = temporary.desk()
        let body = try Fixture.block((0..<1000).map { Fixture.message(UInt32($0), "m\($0)") })
        let before = try logBytes(temporary)
        #expect(await desk.take(body, from: Fixture.sender()).status == 200)
        let after = try logBytes(temporary)
        #expect(await desk.readiness.canCommit())
        #expect(try logBytes(temporary) == after && after > before)
        try await temporary.archive.database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA max_page_count = 40")
        }
        let more = try Fixture.block((1000..<4000).map { Fixture.message(UInt32($0), "m\($0)") })
        #expect(await desk.take(more, from: Fixture.sender()).status == 503)
        #expect(await !desk.readiness.canCommit())
        try await temporary.archive.database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA max_page_count = 100000")
        }
        #expect(await desk.take(more, from: Fixture.sender()).status == 200)
        #expect(await desk.readiness.canCommit())
    }

    @Test func `is not there while another process holds the database`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.archive.database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA busy_timeout = 0")
        }
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(
            path: temporary.folder + "/collector.db", configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        #expect(await !Readiness(archive: temporary.archive).canCommit())
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        #expect(await Readiness(archive: temporary.archive).canCommit())
    }

    private func logBytes(_ temporary: TemporaryArchive) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: temporary.folder + "/collector.db-wal")).count
    }
}

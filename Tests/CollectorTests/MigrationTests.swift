import Events
import Foundation
import GRDB
import Testing

@testable import Collector

/// Archives of earlier layouts, whose events' times are solved step by step.
@Suite struct `An earlier archive` {
    private let first = KnownBoot(
        bootedAt: 1_800_000_000_000, boot: StreamID(high: 1, low: 1), epoch: 1)
    private let second = KnownBoot(
        bootedAt: 1_800_100_000_000, boot: StreamID(high: 1, low: 2), epoch: 3)

    /// An archive of the second layout, and the times it had in the newest.
    private func second(
        _ temporary: TemporaryArchive, eventsMore count: Int = 0
    ) async throws -> [String: [Int64?]] {
        try await temporary.take(first.block([first.event(0, at: 4000), first.event(1, at: 5000)]))
        for start in stride(from: 2, to: 2 + count, by: 500) {
            try await temporary.take(
                second.block(
                    (start..<start + 500).map {
                        second.event(UInt32($0), at: 70_000 + Int64($0))
                    }))
        }
        try await temporary.take(
            second.block([
                second.event(0, at: 1000, #","timestamp":"1970-01-01T00:00:00Z""#),
                second.event(1, at: 60_000, isSynchronised: true),
            ]))
        try await temporary.settle()
        let times = try temporary.times()
        try await temporary.archive.database.write { try $0.execute(sql: Fixture.secondVersion) }
        return times
    }

    private func expect(
        _ after: [String: [Int64?]], like before: [String: [Int64?]]
    ) {
        #expect(after.count == before.count)
        for (name, time) in after where name != "1/0" && name != "1/1" {
            #expect(time == before[name], "\(name)")
        }
        // The boot behind it bounds it; when it came was not noted.
        #expect(after["1/0"]?[3] == before["1/0"]?[3])
        #expect(after["1/0"]?[2] == before["1/0"]?[2])
    }

    @Test func `has its times solved where its events tell them`() async throws {
        let temporary = try TemporaryArchive()
        let before = try await second(temporary)
        let reader = try Archive.openForReading(folder: temporary.folder)
        func check(waiting: Int64) throws {
            var lines: [String] = []
            let exported = try reader.export { lines.append(String(decoding: $0, as: UTF8.self)) }
            let old = #""time":{"ms":4000,"lower":null,"upper":null,"quality":"unknown"}"#
            #expect(lines.count == 4 && lines[0].contains(old))
            let report = try reader.funnelReport()
            #expect(exported == waiting && report.completeness.timesWaiting == waiting)
            let text = FunnelText.text(of: report)
            // What is not solved yet is not called one of bounds only.
            #expect(text.contains("4 events have times that are bounds only") == (waiting == 0))
            #expect(
                text.contains("WARNING        4 times are still being solved; run again\n")
                    == (waiting > 0))
        }
        // Nobody solves anything.
        try check(waiting: 0)
        let archive = try Archive.open(folder: temporary.folder)
        #expect(try await archive.untimedCount() == 4)
        // Reports go on meanwhile.
        try check(waiting: 4)
        while try await archive.settle() {}
        expect(try temporary.times(), like: before)
        #expect(try await archive.untimedCount() == 0)
        #expect(try reader.funnelReport().completeness.timesWaiting == 0)
    }

    @Test(arguments: 0...4)
    func `goes on where the process was killed`(_ steps: Int) async throws {
        let temporary = try TemporaryArchive()
        let before = try await second(temporary, eventsMore: 3000)
        var archive = try Archive.open(folder: temporary.folder)
        for _ in 0..<steps { _ = try await archive.settle() }
        let left = try await archive.untimedCount()
        #expect(left == max(0, 3004 - 1000 * Int64(steps)))
        // A kill leaves what was committed, and nothing in memory.
        archive = try Archive.open(folder: temporary.folder)
        #expect(try await archive.untimedCount() == left)
        while try await archive.settle() {}
        expect(try temporary.times(), like: before)
        // What came twice or beside is taken as ever.
        let outcome = try await archive.take(
            first.block([first.event(0, at: 4000), first.event(7, at: 5000)]),
            at: Arrival(milliseconds: TemporaryArchive.arrival, isVouched: true))
        #expect(outcome.knownCount == 1 && outcome.newCount == 1)
    }
}

import Blocks
import Events
import GRDB
import Testing

@testable import Collector

/// What a device's word of its clocks may cost, whatever it says and however often.
@Suite struct `What is learned of clocks` {
    private static let day: Int64 = 86_400_000
    private let lonely = KnownBoot(
        bootedAt: 1_800_050_000_000, boot: StreamID(high: 9, low: 9), epoch: 2)
    private let later = KnownBoot(
        bootedAt: 1_800_200_000_000, boot: StreamID(high: 1, low: 3), epoch: 4)

    /// Has the archive count how often an event's time is solved anew.
    private func watch(_ temporary: TemporaryArchive) async throws {
        try await temporary.archive.database.write {
            try $0.execute(
                sql: """
                    CREATE TABLE solved (id);
                    CREATE TRIGGER solving AFTER UPDATE OF time_quality ON event
                    BEGIN INSERT INTO solved VALUES (new.id); END;
                    """)
        }
    }

    private func take(lonelyEvents count: Int, into temporary: TemporaryArchive) async throws {
        for start in stride(from: 0, to: count, by: 500) {
            try await temporary.take(
                lonely.block(
                    (start..<min(count, start + 500)).map {
                        lonely.event(UInt32($0), at: Int64($0) * 10)
                    }))
        }
    }

    /// The later boot's clock, each time known better and each time to have begun earlier.
    private func betterNeighbours(_ count: Int, by milliseconds: Int64) throws -> [ClockAnchor] {
        try (0..<Int64(count)).map { number in
            let offset = later.bootedAt - number * milliseconds
            return try #require(
                ClockAnchor(
                    boot: later.boot, source: .answer, instant: Instant(milliseconds: 9000),
                    lower: offset - 1000 + number, upper: offset))
        }
    }

    @Test func `has a long history solved once, however often it gets better`() async throws {
        let temporary = try TemporaryArchive()
        try await take(lonelyEvents: 3000, into: temporary)
        try await watch(temporary)
        let better = try betterNeighbours(50, by: 120_000)
        for anchor in better { try await temporary.take(later.block([], anchors: [anchor])) }
        #expect(try temporary.count("solved") == 0)
        #expect(try temporary.count("unsolved") == 1)
        #expect(try await temporary.settle() == 4)
        #expect(try temporary.count("solved") == 3000)
        let straight = try TemporaryArchive()
        try await straight.take(later.block([], anchors: [try #require(better.last)]))
        try await take(lonelyEvents: 3000, into: straight)
        #expect(try straight.everything() == temporary.everything())
    }

    @Test func `has the history of a boot of its own solved once, too`() async throws {
        let temporary = try TemporaryArchive()
        try await take(lonelyEvents: 1500, into: temporary)
        try await watch(temporary)
        for took in stride(from: 4000, to: 0, by: -80) as StrideTo<Int64> {
            try await temporary.take(
                lonely.block([], anchors: [try lonely.anchor(at: 9000, took: took)]))
            // Half-way something of it is done already.
            if took == 2000 { _ = try await temporary.archive.settle() }
        }
        try await temporary.settle()
        #expect(try temporary.count("solved") == 1000 + 1500)
        let straight = try TemporaryArchive()
        try await straight.take(
            lonely.block([], anchors: [try lonely.anchor(at: 9000, took: 80)]))
        try await take(lonelyEvents: 1500, into: straight)
        #expect(try straight.everything() == temporary.everything())
    }

    @Test func `holds up nobody else's history`() async throws {
        let temporary = try TemporaryArchive()
        let patient = KnownBoot(
            bootedAt: 1_800_020_000_000, boot: StreamID(high: 7, low: 7), epoch: 3)
        try await take(lonelyEvents: 1500, into: temporary)
        for start in [0, 750] {
            try await temporary.take(
                patient.block(
                    (start..<start + 750).map { patient.event(UInt32($0), at: Int64($0) * 10) }))
        }
        try await temporary.take(
            patient.block([], anchors: [try patient.anchor(at: 9000, took: 10)]))
        #expect(try temporary.count("unsolved WHERE epoch = 3") == 1)
        // The restless one is begun anew before each step.
        for took in stride(from: 4000, to: 0, by: -20) as StrideTo<Int64> {
            try await temporary.take(
                lonely.block([], anchors: [try lonely.anchor(at: 9000, took: took)]))
            _ = try await temporary.archive.settle()
            if try temporary.count("unsolved WHERE epoch = 3") == 0 { return }
        }
        Issue.record("200 steps were all another's")
    }

    @Test func `solves nothing anew where a neighbour is better by less than a minute`()
        async throws
    {
        let temporary = try TemporaryArchive()
        try await take(lonelyEvents: 10, into: temporary)
        try await watch(temporary)
        for anchor in try betterNeighbours(100, by: 1100) {
            try await temporary.take(later.block([], anchors: [anchor]))
        }
        // 110 s of improvement are two minutes more, and the first.
        #expect(try temporary.count("solved") <= 3 * 10)
        #expect(try temporary.count("solved") >= 10)
    }

    @Test(arguments: [(-11, false), (-9, true), (9, true), (11, false)] as [(Int64, Bool)])
    func `is of ten years around the collector's time`(
        _ years: Int64, _ isKept: Bool
    ) async throws {
        let temporary = try TemporaryArchive()
        var distant = lonely
        distant.bootedAt = TemporaryArchive.arrival + years * 365 * Self.day
        try await temporary.take(
            distant.block(
                [distant.event(0, at: 5000, isSynchronised: true)],
                anchors: [try distant.anchor(at: 9000, took: 10)]))
        #expect(try temporary.count("clock") == (isKept ? 2 : 0))
        let unreadable = try temporary.archive.funnelReport().completeness.clockUnreadable
        #expect(unreadable == (isKept ? 0 : 1))
        #expect(try temporary.count("event") == 1)
    }

    @Test func `is of ten years around this software where the collector has no time`()
        async throws
    {
        let temporary = try TemporaryArchive()
        let block = lonely.block([], anchors: [try lonely.anchor(at: 9000, took: 10)])
        try await temporary.take(block, atMilliseconds: 1000, isVouched: false)
        #expect(try temporary.count("clock") == 1)
    }

    @Test(arguments: [(true, true, 0), (false, true, 1), (true, false, 1), (false, false, 1)])
    func `is of ten years around either where nobody vouches for the collector's`(
        _ isVouched: Bool, _ isAhead: Bool, _ count: Int
    ) async throws {
        let temporary = try TemporaryArchive()
        // Its clock is 2040's; the device is of today, or goes by the same clock.
        let now: Int64 = 2_209_000_000_000
        var known = lonely
        if !isAhead { known.bootedAt = now }
        try await temporary.take(
            known.block([], anchors: [try known.anchor(at: 9000, took: 10)]),
            atMilliseconds: now, isVouched: isVouched)
        #expect(try temporary.count("clock") == count)
    }

    private func boot(_ number: UInt64) -> KnownBoot {
        KnownBoot(
            bootedAt: later.bootedAt + Int64(number), boot: StreamID(high: 5, low: number),
            epoch: 3)
    }

    /// Of each period of a boot one.
    private func anchors(boot number: UInt64, _ count: Int64) throws -> [ClockAnchor] {
        let known = boot(number)
        return try (0..<count).map {
            try known.anchor(at: 10 + $0 * ClockAnchor.periodMilliseconds, took: 10)
        }
    }

    private func periods(_ temporary: TemporaryArchive, _ boot: String) throws -> Set<Int64> {
        try temporary.archive.database.read {
            try Int64.fetchSet($0, sql: "SELECT period FROM clock WHERE boot LIKE '%\(boot)'")
        }
    }

    @Test func `is bounded by boot and by device, the earliest but the first go`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(later.block([], anchors: try anchors(boot: 1, 700)))
        #expect(try temporary.count("clock") == 700)
        try await temporary.take(later.block([], anchors: try anchors(boot: 1, 1100)))
        #expect(try periods(temporary, "01") == Set(77..<1100).union([0]))
        // What went comes again, and goes again.
        try await temporary.take(later.block([], anchors: try anchors(boot: 1, 700)))
        #expect(try periods(temporary, "01") == Set(77..<1100).union([0]))
        for boot in 2...18 as ClosedRange<UInt64> {
            try await temporary.take(later.block([], anchors: try anchors(boot: boot, 1024)))
            #expect(try temporary.count("clock") == min(Int(boot) * 1024, 16_384))
        }
        #expect(try periods(temporary, "01").max() == 1099)
        #expect(try periods(temporary, "12") == Set(119..<1024).union([0]))
    }

    @Test func `leaves events the times that they have once it is forgotten`() async throws {
        let temporary = try TemporaryArchive()
        let (known, period) = (boot(1), ClockAnchor.periodMilliseconds)
        try await temporary.take(lonely.block([lonely.event(0, at: 5000)]))
        try await temporary.take(
            known.block([
                known.event(0, at: 5000), known.event(1, at: 5 * period + 5000),
                known.event(2, at: 70 * period + 5000),
            ]))
        try await temporary.take(known.block([], anchors: try anchors(boot: 1, 700)))
        let before = try temporary.times()
        #expect(before["2/0"]?[3] == SolvedTime.Quality.bounded.rawValue)
        #expect(before["3/1"]?[3] == SolvedTime.Quality.anchored.rawValue)
        try await temporary.take(known.block([], anchors: try anchors(boot: 1, 1100)))
        #expect(try periods(temporary, "01").count == 1024)
        #expect(try temporary.times() == before)
        // What went comes again, and goes again.
        try await temporary.take(known.block([], anchors: try anchors(boot: 1, 700)))
        #expect(try temporary.times() == before)
        // What stayed beside it gets better.
        for number in [0, 77] as [Int64] {
            try await temporary.take(
                known.block([], anchors: [try known.anchor(at: 10 + number * period, took: 2)]))
        }
        #expect(try temporary.times() == before)
    }
}

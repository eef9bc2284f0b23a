import Blocks
import Events
import Foundation
import GRDB
import Testing

@testable import Collector

/// The section on times of the Collector page.
@Suite struct `Times of events` {
    private static let hour: Int64 = 3_600_000
    private let first = KnownBoot(
        bootedAt: 1_800_000_000_000, boot: StreamID(high: 1, low: 1), epoch: 1)
    private let second = KnownBoot(
        bootedAt: 1_800_100_000_000, boot: StreamID(high: 1, low: 2), epoch: 3)
    private let third = KnownBoot(
        bootedAt: 1_800_200_000_000, boot: StreamID(high: 1, low: 3), epoch: 4)

    private func expect(
        _ time: [Int64?]?, _ quality: SolvedTime.Quality, contains truth: Int64,
        within milliseconds: Int64, _ comment: Comment? = nil
    ) throws {
        let time = try #require(time, comment)
        let (lower, upper) = (try #require(time[1]), try #require(time[2]))
        #expect(time[3] == quality.rawValue, comment)
        #expect(lower...upper ~= truth, comment)
        #expect(upper - lower <= milliseconds, comment)
        #expect(lower...upper ~= (try #require(time[0])), comment)
    }

    @Test func `of 1970 are solved once an anchor comes, after them or with them`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(first.block([first.event(0, at: 4000)]))
        let time = try temporary.times()["1/0"]
        #expect(time?[3] == SolvedTime.Quality.bounded.rawValue)
        #expect(time?[2] == TemporaryArchive.arrival)
        try await temporary.take(
            first.block(
                [first.event(1, at: 9000)], anchors: [try first.anchor(at: 8000, took: 60)]))
        let times = try temporary.times()
        for (name, at) in [("1/0", 4000), ("1/1", 9000)] as [(String, Int64)] {
            try expect(times[name], .anchored, contains: first.bootedAt + at, within: 63)
        }
    }

    @Test func `are as good as the narrowest anchor near them`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(
            first.block(
                (0..<4).map { first.event(UInt32($0), at: Int64($0) * 10 * Self.hour) },
                anchors: [
                    try first.anchor(at: 9000, took: 5000),
                    try first.anchor(at: 30 * Self.hour + 5, took: 4),
                ]))
        let wide = try temporary.times()
        try expect(wide["1/0"], .anchored, contains: first.bootedAt, within: 5004)
        try expect(
            wide["1/3"], .anchored, contains: first.bootedAt + 30 * Self.hour, within: 8)
        try await temporary.take(
            first.block([], anchors: [try first.anchor(at: 9000, took: 40)]))
        let narrow = try temporary.times()
        try expect(narrow["1/0"], .anchored, contains: first.bootedAt, within: 44)
        try expect(
            narrow["1/1"], .anchored, contains: first.bootedAt + 10 * Self.hour, within: 7500)
        // Wider ones of the same period change nothing.
        try await temporary.take(first.block([], anchors: [try first.anchor(at: 9001, took: 50)]))
        #expect(try temporary.times() == narrow)
    }

    @Test func `are told by events that a time source vouches for`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(first.block([first.event(0, at: 4000)]))
        try await temporary.take(
            first.block([first.event(1, at: 60_000, isSynchronised: true)]))
        let times = try temporary.times()
        try expect(
            times["1/0"], .anchored, contains: first.bootedAt + 4000, within: 2012)
        #expect(times["1/1"]?[0] == first.bootedAt + 60_000)
        #expect(times["1/1"]?[3] == SolvedTime.Quality.synchronised.rawValue)
    }

    @Test func `of a boot without an anchor lie between those beside it`() async throws {
        let temporary = try TemporaryArchive()
        let lonely = KnownBoot(
            bootedAt: 1_800_050_000_000, boot: StreamID(high: 9, low: 9), epoch: 2)
        try await temporary.take(lonely.block([lonely.event(0, at: 3000)]))
        try await temporary.take(
            third.block([], anchors: [try third.anchor(at: 9000, took: 0)]))
        #expect(try temporary.times()["2/0"]?[2] == KnownBoot.minute(after: third.bootedAt + 2))
        // A nearer one behind it, and one before it.
        try await temporary.take(
            second.block([], anchors: [try second.anchor(at: 9000, took: 0)]))
        try await temporary.take(
            first.block([], anchors: [try first.anchor(at: Self.hour, took: 0)]))
        let time = try #require(try temporary.times()["2/0"])
        try expect(time, .bounded, contains: lonely.bootedAt + 3000, within: 100_000_000)
        #expect(time[2] == KnownBoot.minute(after: second.bootedAt + 2))
        #expect(time[1] == KnownBoot.minute(before: first.bootedAt + Self.hour) + 2999)
        // What is learned of it in the end counts alone.
        try await temporary.take(
            lonely.block([], anchors: [try lonely.anchor(at: 9000, took: 30)]))
        try expect(
            try temporary.times()["2/0"], .anchored, contains: lonely.bootedAt + 3000, within: 33)
    }

    @Test func `of such a boot are bounded too where it comes last`() async throws {
        let temporary = try TemporaryArchive()
        let lonely = KnownBoot(
            bootedAt: 1_800_050_000_000, boot: StreamID(high: 9, low: 9), epoch: 2)
        for known in [first, third] {
            try await temporary.take(
                known.block([], anchors: [try known.anchor(at: Self.hour, took: 0)]))
        }
        try await temporary.take(lonely.block([lonely.event(0, at: 3000)]))
        let time = try #require(try temporary.times()["2/0"])
        #expect(time[1] == KnownBoot.minute(before: first.bootedAt + Self.hour) + 2999)
        // What two clocks part in an hour.
        #expect(time[2] == KnownBoot.minute(after: third.bootedAt + 1 + 360))
    }

    @Test func `of such a boot are bounded too where the collector's clock was never set`()
        async throws
    {
        let temporary = try TemporaryArchive()
        let lonely = KnownBoot(
            bootedAt: 1_800_050_000_000, boot: StreamID(high: 9, low: 9), epoch: 2)
        for block in [
            first.block([], anchors: [try first.anchor(at: Self.hour, took: 0)]),
            lonely.block([lonely.event(0, at: 3000)]),
            third.block([], anchors: [try third.anchor(at: 9000, took: 0)]),
        ] {
            try await temporary.take(block, atMilliseconds: 1000, isVouched: false)
        }
        #expect(try temporary.count("event WHERE arrival IS NULL") == 1)
        try expect(
            try temporary.times()["2/0"], .bounded, contains: lonely.bootedAt + 3000,
            within: 200_000_000)
    }

    @Test func `are others' for another device, whatever its boot is called`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(first.block([first.event(0, at: 4000)]))
        var block = first.block([], anchors: [try first.anchor(at: 8000, took: 60)])
        block.block.header.device = "kiosk-2"
        try await temporary.take(block)
        #expect(try temporary.times()["1/0"]?[3] == SolvedTime.Quality.bounded.rawValue)
    }

    /// Blocks of four boots, one of them without an anchor; cut and shuffled by a seed, some twice.
    private func blocks(seed: UInt64) throws -> [PreparedBlock] {
        var numbers = SeededNumbers(seed: seed)
        let lonely = KnownBoot(
            bootedAt: 1_800_050_000_000, boot: StreamID(high: 9, low: 9), epoch: 2)
        // The same boot in another run of the agent.
        var again = third
        again.epoch = 5
        var blocks: [PreparedBlock] = []
        for boot in [first, lonely, second, third, again] {
            let events = (0..<24).map { index in
                let at = Int64(index) * 2 * Self.hour + Int64(boot.epoch) * 777
                let isSynchronised = boot.epoch == 3 && index % 5 == 4
                return boot.event(
                    UInt32(index), at: at, isSynchronised: isSynchronised,
                    index % 3 == 0 ? #","timestamp":"1970-01-01T00:00:0\#(index % 10)Z""# : "")
            }
            var anchors: [ClockAnchor] = []
            if boot.epoch == 1 || boot.epoch >= 4 {
                anchors = try (0..<10).map {
                    try boot.anchor(at: 9000 + Int64($0) * 3 * Self.hour, took: Int64($0 % 4) * 90)
                }
            }
            for _ in 0..<2 {
                var start = 0
                while start < events.count {
                    let end = min(events.count, start + Int.random(in: 1...9, using: &numbers))
                    blocks.append(boot.block(Array(events[start..<end])))
                    start = end
                }
                for anchor in anchors { blocks.append(boot.block([], anchors: [anchor])) }
            }
        }
        blocks.shuffle(using: &numbers)
        // What comes along with which block is all the same.
        for index in blocks.indices.dropFirst() where Bool.random(using: &numbers) {
            blocks[index - 1].anchors += blocks[index].anchors
        }
        return blocks
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `end the same, whatever the cut, order and repetition`(seed: UInt64) async throws {
        let temporary = try TemporaryArchive()
        for block in try blocks(seed: seed) { try await temporary.take(block) }
        let straight = try TemporaryArchive()
        for block in try blocks(seed: 0) { try await straight.take(block) }
        let everything = try temporary.everything()
        #expect(try straight.everything() == everything)
        #expect(try temporary.times().count == 120)
        let kinds = Set(try temporary.times().values.map { $0[3] })
        #expect(kinds.isSuperset(of: [0, 1, 2]))
    }

    @Test func `are told by a header, and a header that cannot be read is counted`() async throws {
        let temporary = try TemporaryArchive()
        let desk = temporary.desk()
        let good = ClockAnchor.Text.write([try first.anchor(at: 9000, took: 10)])
        for (number, text) in [nil, good, good + ",", "hello"].enumerated() {
            let body = try Fixture.block([Fixture.event(UInt32(number))])
            let answer = await desk.take(body, from: Fixture.sender(), clock: text)
            #expect(answer.status == 200)
        }
        #expect(try temporary.count("clock WHERE source = 1") == 1)
        #expect(try temporary.count("event") == 4)
        #expect(try temporary.archive.funnelReport().completeness.clockUnreadable == 2)
    }

    @Test func `are exported and counted by how well they are known`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(first.block([first.event(0, at: 4000)]))
        try await temporary.take(
            second.block(
                [second.event(0, at: 1000)], anchors: [try second.anchor(at: 1000, took: 0)]))
        let held = try temporary.archive.funnelReport()
        #expect(held.completeness.untimed == 1)
        #expect(FunnelText.text(of: held).contains("1 events have times that are bounds only"))
        let json = String(decoding: FunnelJSON.text(of: held), as: UTF8.self)
        #expect(
            json.contains(
                #""times":{"synchronised":0,"anchored":1,"bounded":1,"stated":0,"unknown":0}"#))
        let time = second.bootedAt + 1000
        let line = try #require(try temporary.export().last)
        #expect(
            line.contains(
                #""time":{"ms":\#(time),"lower":\#(time),"upper":\#(time + 1),"#
                    + #""quality":"anchored"},"event":"#))
    }
}

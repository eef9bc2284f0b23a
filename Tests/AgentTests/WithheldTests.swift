import Events
import Platform
import SeededText
import Store
import Testing

@testable import Agent

/// Events that do not get through alone, of the Sync page.
@Suite struct `What is too long for the way` {
    /// An event of about so many bytes, which no compression makes much shorter.
    private static func long(_ name: String, bytes: Int = 12_000) -> String {
        var chance = Seeded(UInt64(name.utf8.count))
        var text = ""
        while text.utf8.count < bytes { text += String(chance.next(), radix: 36) }
        return Kiosk.track(name, #","properties":{"text":"\#(text)"}"#)
    }

    private func problems(_ kiosk: Kiosk) throws -> String {
        String(decoding: try #require(try kiosk.ask(.status, isJSON: true)).output, as: UTF8.self)
    }

    @Test(arguments: ["Long", "Order Completed"])
    func `steps aside for what is behind it, is told of, and goes again after an hour`(
        _ name: String
    ) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .narrow(bytesMost: 4000)
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), Self.long(name), Kiosk.track("b")))
        try kiosk.pass(60_000)
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("c")))
        try kiosk.pass(60_000)
        #expect(kiosk.collector.events.count == 3)
        #expect(try problems(kiosk).contains("too long for the way: 1;"))
        #expect(try kiosk.ask(.status)?.exitCode == 1)
        let before = kiosk.world.exchangeCount
        try kiosk.pass(3_400_000)
        #expect(kiosk.world.exchangeCount == before, "nothing is tried meanwhile")
        try kiosk.pass(300_000)
        #expect(kiosk.world.exchangeCount == before + 1, "it is tried once")
        #expect(try kiosk.queuedCount() == 1)
        kiosk.collector.mood = .well
        try kiosk.pass(4_000_000)
        #expect(try kiosk.queuedCount() == 0)
        #expect(try !problems(kiosk).contains("too long"))
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 4 && sums["quarantined"] == 0 && sums["dropped"] == 0)
    }

    @Test func `goes again when somebody waits for a flush, and after a restart`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .narrow(bytesMost: 4000)
        _ = try kiosk.post(Kiosk.batch(Self.long("Long"), Kiosk.track("b")))
        try kiosk.pass(600_000)
        #expect(try kiosk.queuedCount() == 1)
        try kiosk.killAndStart()
        try kiosk.pass(600_000)
        #expect(try kiosk.queuedCount() == 1 && kiosk.collector.events.count == 1)
        kiosk.collector.mood = .well
        _ = try kiosk.ask(.flush, wait: 30_000)
        try kiosk.pass(1_000)
        #expect(try kiosk.queuedCount() == 0 && kiosk.collector.events.count == 2)
    }

    @Test func `keeps nothing new back, however much of it there is`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .narrow(bytesMost: 4000)
        for number in 0..<64 {
            let long = Self.long("Long" + String(repeating: "g", count: number))
            #expect(try kiosk.post(Kiosk.batch(long)).status == 200)
        }
        // Each was refused once; that takes hours.
        try kiosk.pass(24 * 3_600_000)
        #expect(try kiosk.queuedCount() == 64)
        for hour in 1...12 {
            _ = try kiosk.post(Kiosk.batch(Kiosk.track("a\(hour)")))
            try kiosk.pass(301_000)
            #expect(kiosk.collector.events.count == hour, "it waits for one backoff at most")
            try kiosk.pass(3_300_000)
        }
        #expect(try kiosk.queuedCount() == 64)
        kiosk.collector.mood = .well
        try kiosk.pass(7_200_000)
        #expect(try kiosk.queuedCount() == 0)
        #expect(try kiosk.audited()["delivered"] == 76)
    }

    @Test func `takes an eighth of the quota at most`() throws {
        var withheld = Withheld()
        let now = Instant(milliseconds: 5)
        func add(_ number: UInt32, _ byteCount: Int) -> Bool {
            let key = RowKey(.block, RowID(lane: .normal, epoch: 1, first: number))
            return withheld.add(key, byteCount: byteCount, quotaBytes: 16_000_000, at: now)
        }
        #expect(withheld.until == .never)
        #expect(add(0, 1_999_744))
        #expect(withheld.until == Instant(milliseconds: 3_600_005))
        #expect(!add(1, 257))
        for number in 1...255 as ClosedRange<UInt32> { #expect(add(number, 1)) }
        #expect(!add(256, 1), "256 rows are stepped over, not more")
        #expect(withheld.next == nil)
        withheld.release()
        #expect(withheld.next?.id.first == 0 && withheld.until == .never)
        // It did not get through again: the next hour is another's, and it counts but once.
        #expect(add(0, 1_999_744) && withheld.next == nil)
        #expect(withheld.until == Instant(milliseconds: 3_600_005))
        withheld.resume(Instant(milliseconds: 3_600_004))
        #expect(withheld.next == nil)
        withheld.resume(Instant(milliseconds: 3_600_005))
        #expect(withheld.next?.id.first == 1 && withheld.count == 256)
        withheld.remove(Array(withheld.rows))
        #expect(withheld.isEmpty && withheld.next == nil && withheld.until == .never)
        #expect(add(0, 2_000_000))
    }

    private static let lateBody = ExchangeAnswer.Outcome.response(
        status: 408, headers: [], body: Array(#"{"status":408,"reason":"late_body"}"#.utf8))

    private func postEight(_ kiosk: Kiosk) throws {
        let events = (0..<8).map { Self.long("Long" + String(repeating: "g", count: $0)) }
        _ = try kiosk.post("{\"batch\":[" + events.joined(separator: ",") + "]}")
    }

    @Test(arguments: [nil, lateBody])
    func `leaves a line that is slow in smaller blocks, at the third time`(
        _ outcome: ExchangeAnswer.Outcome?
    ) throws {
        let kiosk = try Kiosk()
        kiosk.collector.slowFromBytes = 20_000
        if let outcome { kiosk.collector.slowOutcome = outcome }
        try postEight(kiosk)
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("b")))
        try kiosk.pass(3_600_000)
        #expect(try kiosk.queuedCount() == 0)
        #expect(kiosk.collector.events.count == 9)
        let slow = kiosk.collector.slowByteCounts
        try #require(slow.count > 3)
        #expect(slow[0] == slow[1] && slow[1] == slow[2] && slow[3] < slow[2])
        #expect(try kiosk.audited()["delivered"] == 9)
        #expect(kiosk.loop.courier.shipmentBytes < 256 << 10)
    }

    @Test func `is halved at the first time on a line that is known to be slow`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.slowFromBytes = 20_000
        try postEight(kiosk)
        try kiosk.pass(3_600_000)
        #expect(try kiosk.queuedCount() == 0)
        let (before, known) = (kiosk.collector.slowByteCounts, kiosk.loop.courier.shipmentBytes)
        try postEight(kiosk)
        try kiosk.pass(3_600_000)
        #expect(try kiosk.queuedCount() == 0)
        let slow = Array(kiosk.collector.slowByteCounts.dropFirst(before.count))
        try #require(slow.count > 1)
        #expect(Int64(slow[0]) > known, "it is longer than what the line is given by now")
        #expect(slow[1] < slow[0], "it is not tried again: \(slow)")
    }

    @Test func `lets the others go by what is too long for a slow line`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.slowFromBytes = 8_000
        _ = try kiosk.post(Kiosk.batch(Self.long("Long")))
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("b")))
        try kiosk.pass(600_000)
        #expect(try kiosk.queuedCount() == 1)
        #expect(kiosk.collector.events.count == 1)
        #expect(try problems(kiosk).contains("slow line"))
    }
}

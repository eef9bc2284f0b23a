import Blocks
import Events
import Platform
import SeededText
import Store
import Sync
import Testing

@testable import Agent

/// Promise 2, and what may be deleted when.
@Suite struct `Delivery` {
    private func hand(_ kiosk: Kiosk, _ names: String...) throws {
        for name in names { #expect(try kiosk.post(Kiosk.batch(Kiosk.track(name))).status == 200) }
    }

    @Test func `brings every event once, as it was sent but for identity`() throws {
        let kiosk = try Kiosk()
        let event = #"{"type":"track","event":"a","n":1.50,"n":1.50,"ü":"\u0000\/\ud800"}"#
        _ = try kiosk.post(Kiosk.batch(event, Kiosk.track("b")))
        _ = try kiosk.post(#"{"traits":{"email":"A@b.c"}}"#, to: "/v1/identify")
        try kiosk.drain()
        #expect(kiosk.collector.events.count == 3)
        #expect(
            kiosk.collector.texts.contains(
                #"{"type":"track","event":"a","n":1.50,"n":1.50,"ü":"\u0000/\ud800"}"#))
        #expect(kiosk.collector.texts.contains(#"{"traits":{"email":"[email]"}}"#))
        #expect(Set(kiosk.collector.events.map { $0.id.sequence }) == [0, 1, 2])
        #expect(try kiosk.audited()["delivered"] == 3)
        #expect(kiosk.collector.blockCount == 2, "one block a lane")
    }

    @Test func `begins with what is critical`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        try hand(kiosk, "Heartbeat", "Product Viewed", "Order Completed")
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(
            kiosk.collector.texts
                == ["Order Completed", "Heartbeat", "Product Viewed"].map { Kiosk.track($0) })
    }

    @Test func `survives a kill at every step`() throws {
        let kiosk = try Kiosk()
        try hand(kiosk, "a")
        try kiosk.killAndStart()
        kiosk.collector.mood = .silent
        try hand(kiosk, "b")
        try kiosk.pass(1000)
        #expect(kiosk.world.exchange != nil)
        try kiosk.killAndStart()
        kiosk.collector.mood = .deaf
        try kiosk.pass(1000)
        #expect(!kiosk.collector.events.isEmpty)
        try kiosk.killAndStart()
        kiosk.collector.mood = .well
        try hand(kiosk, "c")
        try kiosk.drain()
        #expect(Set(kiosk.collector.texts) == Set(["a", "b", "c"].map { Kiosk.track($0) }))
        #expect(kiosk.collector.events.count == 3)
        #expect(try kiosk.audited()["delivered"] == 3)
        #expect(Set(kiosk.collector.events.map { $0.id.epoch }).count > 1)
    }

    @Test func `sends again what was taken while the answer was lost, and counts it once`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        kiosk.collector.mood = .deaf
        try hand(kiosk, "a", "b")
        try kiosk.pass(1000)
        #expect(kiosk.collector.events.count == 2 || kiosk.collector.events.count == 1)
        #expect(try kiosk.queuedCount() == 2)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a"), Kiosk.track("b")])
        #expect(try kiosk.audited()["delivered"] == 2)
    }

    @Test func `sends the same bytes until they are answered, whatever comes behind them`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .deaf
        try hand(kiosk, "a")
        try kiosk.pass(60_000)
        try hand(kiosk, "b", "c")
        try kiosk.pass(60_000)
        #expect(kiosk.collector.bodies.count > 3 && Set(kiosk.collector.bodies).count == 1)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(Set(kiosk.collector.bodies).count == 2)
        #expect(kiosk.collector.texts == ["a", "b", "c"].map { Kiosk.track($0) })
    }

    @Test func `sends a newer critical event with those that are not answered`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .deaf
        try hand(kiosk, "Order Completed")
        try kiosk.pass(60_000)
        try hand(kiosk, "Order Refunded")
        try kiosk.pass(60_000)
        #expect(Set(kiosk.collector.bodies).count == 2)
        #expect(kiosk.collector.events.count == 2)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(try kiosk.audited()["delivered"] == 2)
    }

    @Test(
        arguments: [
            .down, .deaf, .wrongKey,
            .stranger(status: 200, headers: [], body: "<html>Welcome</html>"),
            .stranger(status: 200, headers: [HTTPField("footfall-signature", "00")], body: "{}"),
            .stranger(status: 302, headers: [HTTPField("location", "http://portal/")], body: ""),
            .stranger(status: 204, headers: [], body: ""),
            .stranger(status: 400, headers: [], body: "{}"),
            .stranger(status: 401, headers: [], body: #"{"status":401}"#),
            .stranger(status: 403, headers: [], body: #"{"status":403}"#),
            .stranger(status: 404, headers: [], body: ""),
            .stranger(status: 413, headers: [], body: ""),
            .stranger(status: 422, headers: [], body: #"{"status":422,"reason":"x"}"#),
            .stranger(status: 429, headers: [HTTPField("retry-after", "5")], body: ""),
            .stranger(status: 503, headers: [HTTPField("retry-after", "999999")], body: ""),
        ] as [CollectorDouble.Mood])
    func `drops nothing at an answer without a signature`(_ mood: CollectorDouble.Mood) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = mood
        try hand(kiosk, "a", "Order Completed")
        _ = try kiosk.post(Kiosk.batch("5"))
        try kiosk.pass(3_600_000)
        #expect(try kiosk.queuedCount() == 2)
        #expect(try kiosk.loop.store.pendingTombstones(limit: 9).count == 1)
        #expect(kiosk.world.exchangeCount >= 1)
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 0 && sums["quarantined"] == 1 && sums["dropped"] == 0)
        kiosk.collector.mood = .well
        try kiosk.pass(2 * 86_400_000)
        #expect(try kiosk.queuedCount() == 0)
        #expect(kiosk.collector.events.count == 2 && kiosk.collector.tombstones.count == 1)
        #expect(try kiosk.audited()["delivered"] == 2)
    }

    @Test func `goes in halves where somebody on the way passes no more at once`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        var random = Seeded(4)
        for _ in 0..<200 {
            // Names that no block makes short.
            let name = String(random.next(), radix: 36) + String(random.next(), radix: 36)
            _ = try kiosk.post(Kiosk.batch(Kiosk.track(name)))
        }
        kiosk.collector.mood = .narrow(bytesMost: 700)
        try kiosk.pass(3_600_000)
        #expect(kiosk.collector.events.count == 200 && kiosk.collector.blockCount > 1)
        #expect(kiosk.collector.bodies.allSatisfy { $0.count <= 700 })
        #expect(try kiosk.queuedCount() == 0)
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 200 && sums["quarantined"] == 0 && sums["dropped"] == 0)
    }

    @Test func `of one event that nobody passes waits, with the event kept`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .narrow(bytesMost: 10)
        try hand(kiosk, "a", "b")
        try kiosk.pass(3_600_000)
        #expect(try kiosk.queuedCount() == 2)
        #expect(kiosk.world.exchangeCount < 60, "it is not asked again and again")
        #expect(kiosk.loop.courier.machine.lastVerdict?.word == "too large")
        kiosk.collector.mood = .well
        try kiosk.pass(3_600_000)
        #expect(try kiosk.queuedCount() == 0 && kiosk.collector.events.count == 2)
    }

    @Test func `is tried with little where it may well be refused`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .stranger(status: 404, headers: [], body: "")
        for number in 0..<200 { _ = try kiosk.post(Kiosk.batch(Kiosk.track("event \(number)"))) }
        try kiosk.pass(60_000)
        var sizes: [Int] = []
        kiosk.collector.mood = .well
        kiosk.collector.blockFault = { block in
            sizes.append(block.events.count)
            return nil
        }
        try kiosk.pass(900_000)
        #expect(kiosk.collector.events.count == 200)
        #expect(sizes.first ?? 200 < 100 && sizes.max() ?? 0 > sizes[0], "\(sizes)")
    }

    @Test(
        arguments: [
            (#""count":1"#, #""count":2"#), (#""ids":[[0,0]]"#, #""ids":[]"#),
            (#""ids":[[0,0]]"#, #""ids":[[0,1]]"#), (#""ids":[[0,0]]"#, #""ids":[[1,1]]"#),
            (#""device":"kiosk-1""#, #""device":"kiosk-2""#), (#""epoch":1"#, #""epoch":2"#),
            (#""status":200"#, #""status":201"#), (#""sha256":""#, #""sha256":"0"#),
            (#""nonce":""#, #""nonce":"0"#), (#""stream":"0"#, #""stream":"1"#),
            (#""tombstones":0"#, #""tombstones":1"#), ("{", "[{"), ("}", ""),
        ])
    func `drops nothing at a signed answer that does not fit the request`(
        _ part: String, _ other: String
    ) throws {
        let kiosk = try Kiosk()
        var spoiltCount = 0
        kiosk.collector.spoil = { body in
            let spoilt = body.replacing(part, with: other)
            if spoilt != body { spoiltCount += 1 }
            return spoilt
        }
        try hand(kiosk, "a")
        try kiosk.pass(60_000)
        #expect(spoiltCount > 1, "sent again and again")
        #expect(try kiosk.queuedCount() == 1)
        #expect(kiosk.loop.courier.machine.lastVerdict?.word == "captive")
        kiosk.collector.spoil = { $0 }
        try kiosk.drain()
        #expect(try kiosk.audited()["delivered"] == 1)
    }

    @Test func `gives up on a collector that hangs, and ignores what it says later`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        kiosk.collector.mood = .silent
        try hand(kiosk, "a")
        try kiosk.pass(1000)
        let late = try #require(kiosk.world.exchange)
        try kiosk.pass(89_999)
        #expect(kiosk.world.abandonedCount == 0)
        try kiosk.pass(1)
        #expect(kiosk.world.abandonedCount == 1)
        #expect(kiosk.loop.courier.machine.failureCount == 1)
        kiosk.collector.mood = .well
        let outcome = try #require(kiosk.collector.answer(late))
        kiosk.collector.mood = .silent
        func saySomethingLate() throws {
            kiosk.world.happen(.answered(ExchangeAnswer(number: late.number, outcome: outcome)))
            try kiosk.rest()
            #expect(try kiosk.queuedCount() == 1)
            #expect(kiosk.loop.courier.machine.failureCount == 1)
        }
        try saySomethingLate()
        try kiosk.pass(1000)
        #expect(kiosk.world.exchange?.number == late.number + 1)
        try saySomethingLate()
        #expect(kiosk.loop.courier.inFlight?.exchangeNumber == late.number + 1)
        kiosk.collector.mood = .well
        try kiosk.pass(200_000)
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a")])
        #expect(try kiosk.audited()["delivered"] == 1)
    }

    @Test func `is not hastened by new events while the collector is down`() throws {
        let kiosk = try Kiosk("[collector]\nbackoff_cap = 1h")
        kiosk.collector.mood = .down
        try hand(kiosk, "a")
        try kiosk.pass(3_600_000)
        let count = kiosk.world.exchangeCount
        let deadline = kiosk.loop.courier.machine.deadline
        guard deadline > kiosk.world.now else { throw Unexpected() }
        try hand(kiosk, "b", "c", "Order Completed")
        #expect(kiosk.world.exchangeCount == count)
        #expect(kiosk.loop.courier.machine.deadline == deadline)
        #expect(count < 30, "\(count) attempts in an hour")
    }

    @Test func `asks for nothing while there is nothing to send`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(3_600_000)
        #expect(kiosk.world.exchangeCount == 0)
        #expect(try kiosk.rest() == .never)
    }
}

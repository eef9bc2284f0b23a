import Events
import Foundation
import Platform
import Ring
import Testing

@testable import Agent

/// What producers hand over in shared memory is stored once, in order, and in time.
@Suite struct `The ring door` {
    @Test func `stores what a producer hands over, in one commit, and says so in its memory`()
        throws
    {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        #expect(producer.answer == "attached\n")
        for number in 0..<20 {
            producer.track("event \(number)", lane: number % 2, later: UInt64(number))
        }
        #expect(producer.ringCount == 1)
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 0)
        #expect(producer.word(lane: 0, at: 264) == 0)
        try kiosk.pass(1_000)
        #expect(try kiosk.queuedCount() == 20)
        for lane in 0..<2 {
            let tail = producer.word(lane: lane, at: 128)
            #expect(tail > 0 && producer.word(lane: lane, at: 256) == tail)
            #expect(producer.word(lane: lane, at: 264) == tail)
        }
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == (0..<20).map { Kiosk.track("event \($0)") })
        let sums = try kiosk.audited()
        #expect(sums["offered"] == 20 && sums["delivered"] == 20)
    }

    @Test(arguments: [(1, 0), (0, 1_000), (8, 30_000)] as [(UInt16, Int64)])
    func `stores a record as soon as its urgency asks, and not before`(
        _ bits: UInt16, _ milliseconds: Int64
    ) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        let flags = RecordFlags(rawValue: bits)
        producer.track("a", flags)
        if milliseconds > 0 {
            try kiosk.pass(milliseconds - 1)
            #expect(try kiosk.queuedCount() == 0)
            // More of the same wake nobody.
            producer.track("b", flags)
            #expect(producer.ringCount == 1)
            try kiosk.pass(1)
            #expect(try kiosk.queuedCount() == 2)
        } else {
            try kiosk.rest()
            #expect(try kiosk.queuedCount() == 1)
        }
    }

    @Test func `stores what waits at once where the producer waits for it, and wakes it`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.track("ambient", .ambient)
        producer.track("normal", lane: 1)
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 0)
        let asleep = try producer.sleeper(lane: 1)
        producer.askToStore()
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 2)
        #expect(asleep.wait(timeout: .now() + 20) == .success)
        // Asked again where nothing waits, it wakes whoever came meanwhile, and stores nothing.
        producer.askToStore()
        try kiosk.rest()
        producer.track("later")
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 2)
    }

    @Test func `stores all that waits with whatever is stored first`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.track("ambient", .ambient)
        try kiosk.rest()
        producer.track("normal")
        try kiosk.rest()
        #expect(producer.ringCount == 2)
        #expect(try kiosk.queuedCount() == 0)
        producer.track("critical", .critical)
        #expect(producer.ringCount == 3)
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 3)
        producer.track("more")
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("request"))).status == 200)
        #expect(try kiosk.queuedCount() == 5)
    }

    @Test func `gives the numbers in the order of hand-over, whatever the lane`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk, lanes: 5)
        try kiosk.rest()
        for number in 0..<400 {
            producer.track("\(number)", lane: number * 7 % 5, later: UInt64(number))
        }
        try kiosk.pass(1_000)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == (0..<400).map { Kiosk.track("\($0)") })
    }

    @Test func `keeps when an event happened, though it is stored later`() throws {
        let kiosk = try Kiosk()
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        let now = UInt64(kiosk.world.now.milliseconds)
        let wall = kiosk.world.wall.milliseconds
        let texts = ["then", "never", "soon"].map { Array(Kiosk.track($0).utf8) }
        producer.write(texts[0], at: (now - 5_000) * 1_000_000)
        producer.write(texts[1], at: .max)
        producer.write(texts[2], at: now * 1_000_000)
        try kiosk.pass(2_000)
        let times = kiosk.collector.events.map { $0.time }
        let delays: [Int64] = [-5_000, 1_000, 0]
        #expect(times.map { $0.monotonic.milliseconds - Int64(now) } == delays)
        #expect(times.map { $0.wallMilliseconds - wall } == delays)
    }

    @Test func `drops nothing that it does not count, and holds for critical records what is left`()
        throws
    {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        let long = Array(Kiosk.track(String(repeating: "x", count: 1_000)).utf8)
        var (written, dropped) = (0, 0)
        for _ in 0..<100 {
            if producer.write(long, at: 0) == .written { written += 1 } else { dropped += 1 }
        }
        #expect(dropped > 0 && producer.track("critical", .critical) == .written)
        try kiosk.rest()
        let sums = try kiosk.audited()
        #expect(sums["offered"] == Int64(101) && sums["refused"] == Int64(dropped))
        #expect(try kiosk.counter("refused:ring_full") == Int64(dropped))
        #expect(try kiosk.queuedCount() == Int64(written + 1))
        // Counted once, also by the next agent.
        try kiosk.killAndStart()
        try producer.attachAgain()
        producer.track("later", .critical)
        try kiosk.rest()
        #expect(try kiosk.counter("refused:ring_full") == Int64(dropped))
        #expect(try kiosk.queuedCount() == Int64(written + 2))
    }
}

import CPlatform
import Events
import Foundation
import Platform
import Ring
import Store
import Testing

@testable import Agent

/// How producers that share memory come and go, and what they cannot do to anybody else.
@Suite struct `A producer that shares memory` {
    @Test func `goes on with the next agent where the last one was stopped, with nothing twice`()
        throws
    {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        for round in 0..<5 {
            for number in 0..<50 { producer.track("\(round) \(number)", lane: number % 2) }
            // Some are seen and not stored, some stored, when the agent ends.
            if round % 2 == 0 { try kiosk.pass(1_000) } else { try kiosk.rest() }
            try kiosk.killAndStart()
            try producer.attachAgain()
            try kiosk.rest()
            #expect(producer.answer == "attached\n")
        }
        try kiosk.pass(1_000)
        kiosk.collector.mood = .well
        try kiosk.drain()
        let expected = (0..<5).flatMap { (round) in
            (0..<50).map { Kiosk.track("\(round) \($0)") }
        }
        #expect(kiosk.collector.texts.sorted() == expected.sorted())
        #expect(try kiosk.audited()["delivered"] == 250)
    }

    @Test func `finds its records again, where a disk failed and where nobody said whether it did`()
        throws
    {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.track("a", .critical)
        try kiosk.rest()
        try kiosk.breakDisk()
        for number in 0..<10 { producer.track("\(number)", .critical) }
        try kiosk.pass(5_000)
        let full = 16 + UInt64(Kiosk.track("a").utf8.count + 7) / 8 * 8
        #expect(producer.word(lane: 0, at: 264) == full)
        try kiosk.mendDisk()
        try kiosk.pass(5_000)
        #expect(try kiosk.queuedCount() == 11)
        let sums = try kiosk.audited()
        #expect(sums["offered"] == 11 && sums["accepted"] == 11 && sums["refused"] == 0)
        #expect(producer.word(lane: 0, at: 264) == producer.word(lane: 0, at: 128))
    }

    @Test func `that is gone leaves what it has handed over, and no trace in the store`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        for number in 0..<10 { producer.track("\(number)", .ambient) }
        producer.leave()
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 10)
        #expect(kiosk.loop.ring.producers.isEmpty)
        #expect(try kiosk.loop.store.regionMark(StreamID(high: 0xAB, low: 1)) != nil)
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("request")))
        #expect(try kiosk.loop.store.regionMark(StreamID(high: 0xAB, low: 1)) == nil)
    }

    @Test func `that dies with the agent leaves its records to the next one`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        for number in 0..<10 { producer.track("\(number)") }
        let kept = kiosk.world.kept
        #expect(kept.count == 1)
        try kiosk.killAndStart()
        for (name, descriptor) in kept { kiosk.world.happen(.inherited(descriptor, name)) }
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 10)
        #expect(kiosk.loop.ring.producers.isEmpty && kiosk.world.kept.isEmpty)
        // One that is not dead after all goes on where it was read to.
        producer.track("10")
        try producer.attachAgain()
        try kiosk.rest()
        #expect(producer.answer == "attached\n")
        try kiosk.pass(1_000)
        #expect(try kiosk.queuedCount() == 11)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == (0...10).map { Kiosk.track("\($0)") })
    }

    @Test func `has all stored that it handed over when the agent is asked to end`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producers = try (0..<3).map { try SharingProducer(kiosk, number: $0) }
        try kiosk.rest()
        for number in 0..<900 { producers[number % 3].track("\(number)", .ambient) }
        var world = kiosk.world
        kiosk.loop.finish(&world)
        try kiosk.killAndStart()
        #expect(try kiosk.queuedCount() == 900)
        for producer in producers { try producer.attachAgain() }
        producers[0].track("900", .critical)
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == 901)
    }

    @Test func `is not taken up twice, nor is what is no region`() throws {
        let kiosk = try Kiosk()
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        let (name, kept) = try #require(kiosk.world.kept.first)
        kiosk.world.happen(.inherited(kept, name))
        let null = unsafe open("/dev/null", O_RDWR)
        kiosk.world.happen(.inherited(try FileDescriptor(owning: null, "open"), "other"))
        try kiosk.rest()
        #expect(kiosk.loop.ring.producers.count == 1)
        producer.track("a", .critical)
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a")])
    }

    @Test func `may let go and come again with the same region`() throws {
        let kiosk = try Kiosk()
        let producer = try SharingProducer(kiosk)
        producer.track("a", .critical)
        kiosk.world.happen(.ended(producer.connection))
        try producer.attachAgain()
        producer.track("b", .critical)
        try kiosk.rest()
        // The first connection is drained when the second one comes, or asked to wait for it.
        if producer.answer != "attached\n" {
            try producer.attachAgain()
            producer.track("c", .critical)
            try kiosk.rest()
        }
        try kiosk.drain()
        #expect(Set(kiosk.collector.texts).isSuperset(of: ["a", "b"].map { Kiosk.track($0) }))
        #expect(Set(kiosk.collector.texts).count == kiosk.collector.texts.count)
    }

    @Test func `is told why its region is not taken, and harms nobody`() throws {
        let kiosk = try Kiosk()
        let good = try SharingProducer(kiosk)
        try kiosk.rest()
        #expect(good.answer == "attached\n")
        // The same region once more.
        let connection = kiosk.connect(.ring, userID: 1000)
        let number = dup(try #require(good.region.descriptor))
        kiosk.world.happen(.handed(connection, try FileDescriptor(owning: number, "share")))
        // What is no region.
        let file = unsafe open("/dev/null", O_RDWR)
        let other = kiosk.connect(.ring)
        kiosk.world.happen(.handed(other, try FileDescriptor(owning: file, "share")))
        // One that could become shorter.
        let loose = kiosk.connect(.ring)
        let memory = unsafe platform_memory_open("loose", 1 << 20)
        kiosk.world.happen(.handed(loose, try FileDescriptor(owning: memory, "share")))
        try kiosk.rest()
        let reasons: [(ConnectionID, String)] = [
            (connection, "this region is attached already; try again if it is yours"),
            (other, "the descriptor is no memory: errno 22"),
            (loose, "the memory is not sealed against becoming shorter or longer"),
        ]
        for (connection, reason) in reasons {
            let answer = String(decoding: kiosk.world.takeSent(connection), as: UTF8.self)
            #expect(answer == "refused: \(reason)\n")
            #expect(kiosk.world.closed.contains(connection))
        }
        good.track("a", .critical)
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a")])
    }

    @Test func `that lies three times is read no more, and its neighbour is`() throws {
        let kiosk = try Kiosk()
        let liar = try SharingProducer(kiosk, number: 1)
        let neighbour = try SharingProducer(kiosk, number: 2)
        try kiosk.rest()
        _ = (liar.answer, neighbour.answer)
        for lie in 1...3 {
            let place = liar.word(lane: 0, at: 128)
            liar.track("good \(lie)")
            liar.track("bad", .critical)
            let length = UInt64(16 + (Kiosk.track("good 1").utf8.count + 7) / 8 * 8)
            liar.scribble(.max >> 16, lane: 0, at: 4096 + Int(place + length))
            neighbour.track("neighbour \(lie)", .critical)
            try kiosk.rest()
            #expect(kiosk.world.closed.contains(liar.connection) == (lie == 3))
        }
        #expect(liar.answer == "refused: your memory breaks the rules\n")
        try kiosk.drain()
        let expected = (1...3).flatMap {
            [Kiosk.track("good \($0)"), Kiosk.track("neighbour \($0)")]
        }
        #expect(kiosk.collector.texts.sorted() == expected.sorted())
        try kiosk.audited()
    }

    @Test func `hands over nothing that is not stored or counted, however odd it is`() throws {
        let kiosk = try Kiosk()
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.writeRaw([], .critical)
        producer.writeRaw([1, 2, 3], .critical)
        producer.writeRaw([UInt8](repeating: 0, count: 8), .critical)
        producer.write(Array("no JSON".utf8), .critical, at: 0)
        producer.write(Array(Kiosk.track("a").utf8), .critical, at: 0, kind: 7)
        producer.write(Array(Kiosk.track("b").utf8), .critical, at: 0)
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("b")])
        #expect(try kiosk.counter("refused:ring_record") == 3)
        let sums = try kiosk.audited()
        #expect(sums["quarantined"] == 2 && sums["offered"] == 6)
    }

    @Test func `is shown to the operator with its rate, its drops and what waits`() throws {
        let kiosk = try Kiosk()
        let producer = try SharingProducer(kiosk, userID: 1234)
        try kiosk.rest()
        for _ in 0..<40 { producer.track("a") }
        producer.writeRaw([UInt8](repeating: 0, count: 9000))
        try kiosk.pass(1_000)
        producer.track("b")
        try kiosk.pass(500)
        let text = String(decoding: try #require(try kiosk.ask(.status)).output, as: UTF8.self)
        #expect(
            text.split { " \n".contains($0) }.joined(separator: " ").contains(
                "producer process 1, user 1234: 40 events, 26 a second, 1 dropped, "
                    + "48 bytes waiting for 0s"))
        let json = try #require(try kiosk.ask(.status, isJSON: true)).output
        let status = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
        let producers = try #require(status?["producers"] as? [[String: Any]])
        #expect(producers.count == 1 && producers[0]["process"] as? Int == 1)
        #expect(producers[0]["waitingBytes"] as? Int == 48)
        #expect(producers[0]["lagMilliseconds"] as? Int == 500)
    }

    @Test func `has what says who somebody is overwritten, once it is stored`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        let secret = #"{"type":"identify","userId":"anna@example.com"}"#
        producer.write(Array(secret.utf8), [.critical, .identity], at: 0)
        let before = producer.word(lane: 0, at: 4096 + 16)
        #expect(before != 0)
        try kiosk.breakDisk()
        try kiosk.pass(2_000)
        #expect(producer.word(lane: 0, at: 4096 + 16) == before)
        try kiosk.mendDisk()
        try kiosk.pass(2_000)
        #expect(producer.word(lane: 0, at: 4096 + 16) == 0)
        #expect(try kiosk.queuedCount() == 1)
    }
}

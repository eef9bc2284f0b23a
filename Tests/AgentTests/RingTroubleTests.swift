import Events
import Foundation
import Platform
import Ring
import Store
import Testing

@testable import Agent

/// What a lane's writer, a crash or a flood can do to the books and to the loop: nothing.
@Suite struct `Trouble in shared memory` {
    @Test func `a commit whose room was never given back is found in the next start`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.write(
            Array(#"{"type":"identify","userId":"anna@example.com"}"#.utf8),
            [.critical, .identity],
            at: 0)
        let secret = producer.word(lane: 0, at: 4096 + 16)
        let long = Array(Kiosk.track(String(repeating: "x", count: 1_000)).utf8)
        var written = 1
        while producer.write(long, at: 0) == .written { written += 1 }
        try kiosk.pass(1_000)
        #expect(try kiosk.queuedCount() == Int64(written))
        let tail = producer.word(lane: 0, at: 128)
        // As if the agent had ended between its commit and the release.
        try kiosk.killAndStart()
        producer.scribble(0, lane: 0, at: 256)
        producer.scribble(0, lane: 0, at: 264)
        producer.scribble(secret, lane: 0, at: 4096 + 16)
        try producer.attachAgain()
        try kiosk.rest()
        #expect(producer.word(lane: 0, at: 256) == tail)
        #expect(producer.word(lane: 0, at: 264) == tail)
        #expect(producer.word(lane: 0, at: 4096 + 16) == 0)
        #expect(producer.track("more", .critical) == .written)
        try kiosk.rest()
        #expect(try kiosk.queuedCount() == Int64(written + 1))
        try kiosk.audited()
    }

    @Test(
        arguments: [
            (#"{"type":"identify","userId":"anna@example.com"}"#, RecordFlags.identity, true),
            (#"{"type":"track","event":"a","properties":{"email":"anna@example.com"}}"#, [], true),
            (#"{"type":"track","event":"a","context":{"traits":{"phone":1}}}"#, [], true),
            (#"{"type":"track","event":"a","properties":{"em"#, [], true),
            ("anna@example.com", [], true),
            (#"{"type":"track","event":"a","properties":{"sku":"A-1"}}"#, [], false),
        ] as [(String, RecordFlags, Bool)])
    func `what says who somebody is leaves the memory once it is stored, and nothing else`(
        _ text: String, _ flags: RecordFlags, _ isWiped: Bool
    ) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.write(Array(text.utf8), flags, at: 0)
        let first = producer.word(lane: 0, at: 4096 + 16)
        #expect(first != 0)
        try kiosk.pass(999)
        #expect(producer.word(lane: 0, at: 4096 + 16) == first)
        try kiosk.pass(1)
        #expect(producer.word(lane: 0, at: 264) > 0)
        #expect(producer.word(lane: 0, at: 4096 + 16) == (isWiped ? 0 : first))
    }

    @Test func `drops are counted once, whoever counts them and however often`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        let tooLong = [UInt8](repeating: 0, count: 9_000)
        func drop(_ count: Int) { for _ in 0..<count { producer.writeRaw(tooLong) } }
        drop(3)
        // Stored with another door's commit, though no record comes with them.
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a")))
        #expect(try kiosk.counter("refused:ring_full") == 3)
        try kiosk.killAndStart()
        try producer.attachAgain()
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("b")))
        #expect(try kiosk.counter("refused:ring_full") == 3)
        // Let go, its mark forgotten, and taken again.
        drop(2)
        producer.leave()
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("c")))
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("d")))
        #expect(try kiosk.loop.store.regionMark(StreamID(high: 0xAB, low: 1)) == nil)
        try producer.attachAgain()
        drop(1)
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("e")))
        #expect(try kiosk.counter("refused:ring_full") == 6)
        try kiosk.audited()
    }

    @Test func `a count of drops that lies is no more than one can drop`() throws {
        let kiosk = try Kiosk()
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        for lie in [UInt64.max, 1 << 62, 1 << 40, 0, 1 << 63] {
            producer.scribble(lie, lane: 0, at: 136)
            producer.track("a", .critical)
            try kiosk.rest()
        }
        #expect(try kiosk.counter("refused:ring_full") <= 5 << 20)
        try kiosk.audited()
        _ = try #require(try kiosk.ask(.status))
    }

    @Test func `one that has left and takes its lane's end back does not keep the loop awake`()
        throws
    {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        for number in 0..<20 { producer.track("\(number)", .ambient) }
        try kiosk.rest()
        // It leaves between two quanta of reading it.
        try #require(kiosk.loop.ring.producers.first).leave()
        producer.scribble(64, lane: 0, at: 128)
        try kiosk.rest()
        #expect(kiosk.loop.ring.producers.isEmpty)
    }

    @Test func `one that left and has nothing goes though others fill the quantum`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let filler = String(repeating: "y", count: 200_000)
        let events = (0..<8).map { Kiosk.track("\($0)\(filler)") }
        // Whoever is read first: of two, one has a record and the other is only let go.
        for number in 0..<4 {
            let producers = try (0..<2).map { try SharingProducer(kiosk, number: $0) }
            try kiosk.rest()
            producers[number / 2].track("a", .ambient)
            for producer in producers { producer.leave() }
            _ = try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}")
            let deadline = try kiosk.rest()
            #expect(kiosk.loop.ring.producers.isEmpty && deadline > kiosk.world.now)
        }
    }

    @Test func `a flood makes no large commit, whatever it is made of`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producers = try (0..<16).map { try SharingProducer(kiosk, number: $0) }
        try kiosk.rest()
        // 96 KiB each, of no kind that is known, so that nothing counts as an event's bytes.
        for producer in producers {
            for number in 0..<12 {
                let payload = [UInt8](repeating: 1, count: 8192)
                producer.writeRaw(payload, lane: number % 2, kind: 9)
            }
        }
        var world = kiosk.world
        _ = kiosk.loop.step(&world)
        let first = try kiosk.counter("refused:ring_record")
        #expect(first > 0 && first <= 11 * 12)
        try kiosk.rest()
        #expect(try kiosk.counter("refused:ring_record") == 16 * 12)
        try kiosk.audited()
    }

    @Test func `what comes after a producer has left is not read, whatever time it says`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.write(Array(Kiosk.track("last").utf8), lane: 1, .ambient, at: .max)
        for _ in 0..<5 { producer.write(Array(Kiosk.track("first").utf8), .ambient, at: 0) }
        let left = try #require(kiosk.loop.ring.producers.first)
        left.leave()
        for _ in 0..<5 { producer.write(Array(Kiosk.track("after").utf8), .ambient, at: 0) }
        var texts: [String] = []
        for _ in 0..<3 {
            left.drain { (payload, _) in
                texts.append(String(decoding: payload.dropFirst(8), as: UTF8.self))
                return Taken(isEnough: false, hasIdentity: false)
            }
        }
        #expect(
            texts == [String](repeating: Kiosk.track("first"), count: 5) + [Kiosk.track("last")])
        #expect(left.isOver)
    }

    @Test func `an order of hand-over holds though only the second look saw it`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk, lanes: 60)
        try kiosk.rest()
        let reader = try #require(kiosk.loop.ring.producers.first)
        // Another thread hands over while the lanes are being looked at.
        let stop = Flag()
        nonisolated(unsafe) let region = producer.region
        let thread = Thread {
            guard var first = unsafe region.writer(ofLane: 0),
                var second = unsafe region.writer(ofLane: 58)
            else {
                return
            }
            var number: UInt64 = 1
            while !stop.isSet {
                unsafe withUnsafeBytes(of: number) { (bytes) in
                    _ = unsafe first.write(bytes, kind: 1, at: 0)
                }
                unsafe withUnsafeBytes(of: number + 1) { (bytes) in
                    _ = unsafe second.write(bytes, kind: 1, at: 0)
                }
                number += 2
                // Long enough for the reader to find all lanes empty.
                usleep(50)
            }
            stop.confirm()
        }
        thread.start()
        var last: UInt64 = 0
        var (taken, misordered) = (0, 0)
        while taken < 4_000, misordered == 0 {
            reader.drain { (payload, _) in
                let time = payload.prefix(8).enumerated().reduce(UInt64(0)) {
                    $0 | UInt64($1.element) << (8 * UInt64($1.offset))
                }
                if time < last { misordered += 1 }
                (last, taken) = (time, taken + 1)
                return Taken(isEnough: false, hasIdentity: false)
            }
            reader.settle()
        }
        stop.set()
        stop.wait()
        #expect(misordered == 0)
    }
}

/// Ends a thread.
private final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private let over = DispatchSemaphore(value: 0)
    private var value = false
    var isSet: Bool { lock.withLock { value } }
    func set() { lock.withLock { value = true } }
    func confirm() { over.signal() }
    func wait() { over.wait() }
}

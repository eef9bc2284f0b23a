import Events
import Foundation
import SeededText
import Store
import Testing

@testable import Agent

/// Damage in a backlog is found before its turn to be sent comes.
@Suite struct `The walk over a backlog` {
    @Test func `finds a row that has changed before it is sent, and all others arrive`() throws {
        let kiosk = try backlog()
        let stream = kiosk.loop.store.stream
        try kiosk.spoilLastBlock()
        try kiosk.pass(59_000)
        #expect(kiosk.loop.store.stream == stream)
        try kiosk.pass(30 * 60_000)
        #expect(kiosk.loop.store.stream != stream)
        #expect(try kiosk.counter("dropped:damaged") == 200)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.events.count == 2800)
        #expect(try kiosk.audited()["delivered"] == 2800)
    }

    @Test func `finds nothing in one that is whole`() throws {
        let kiosk = try backlog()
        let stream = kiosk.loop.store.stream
        try kiosk.pass(30 * 60_000)
        #expect(kiosk.loop.store.stream == stream && kiosk.loop.storeFault == nil)
    }

    @Test func `wakes nobody, and comes once a minute at most`() throws {
        let kiosk = try Kiosk()
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("one")))
        let due = kiosk.loop.walkDue
        #expect(due == kiosk.world.now.advanced(byMilliseconds: 60_000))
        #expect(try kiosk.rest() != due)
        #expect(kiosk.loop.walkDue == due)
        kiosk.world.advance(to: kiosk.world.now.advanced(byMilliseconds: 3_000_000))
        for _ in 0..<3 {
            _ = try kiosk.post(Kiosk.batch(Kiosk.track("more")))
            #expect(kiosk.loop.walkDue == kiosk.world.now.advanced(byMilliseconds: 60_000))
        }
    }

    /// Fifteen blocks of two hundred events that nobody takes, all of them in the database's file.
    private func backlog() throws -> Kiosk {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        var random = Seeded(1)
        for _ in 0..<15 {
            let events = (0..<200).map { _ in
                // Bytes that can't be deflated to less than a half.
                let words = (0..<20).map { _ in String(random.next(), radix: 16) }
                return Kiosk.track("v", #","properties":{"noise":"\#(words.joined())"}"#)
            }
            let body = #"{"batch":["# + events.joined(separator: ",") + "]}"
            #expect(try kiosk.post(body).status == 200)
        }
        try kiosk.killAndStart()
        return kiosk
    }
}

extension Kiosk {
    /// Changes a byte on the disk behind the store's back, in the row that would be sent last.
    fileprivate func spoilLastBlock() throws {
        let blocks = try loop.store.rows(of: .block, .normal, fromEpoch: 1, sequence: 0)
        #expect(blocks.count == 15)
        let head = Data(try #require(blocks.last).body.prefix(60))
        loop.store.releaseMemory()
        let url = URL(fileURLWithPath: directory + "/events.db")
        let bytes = try Data(contentsOf: url)
        let place = try #require(bytes.range(of: head)).upperBound
        let file = try FileHandle(forUpdating: url)
        try file.seek(toOffset: UInt64(place))
        try file.write(contentsOf: Data([bytes[place] ^ 1]))
        try file.close()
    }
}

import Events
import Platform
import Store
import Testing

@testable import Agent

@Suite struct `The agent's end` {
    @Test func `commits and answers what came before it, and sends nothing more`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        let connection = kiosk.connect(.http)
        kiosk.say(Kiosk.post(Kiosk.batch(Kiosk.track("a"))), on: connection)
        kiosk.world.happen(.terminate)
        var world = kiosk.world
        _ = kiosk.loop.step(&world)
        #expect(kiosk.loop.isFinished && kiosk.world.exchangeCount == 0)
        #expect(Reply.all(kiosk.world.takeSent(connection)).map(\.status) == [200])
        kiosk.loop.finish(&world)
        #expect(throws: (any Error).self) { try kiosk.loop.store.statistics() }
        try kiosk.killAndStart()
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a")])
        #expect(try kiosk.audited()["delivered"] == 1)
    }

    @Test func `writes the counts that waited for an event to ride with`() throws {
        let kiosk = try Kiosk()
        _ = try kiosk.post("nonsense")
        kiosk.world.happen(.terminate)
        var world = kiosk.world
        _ = kiosk.loop.step(&world)
        kiosk.loop.finish(&world)
        try kiosk.killAndStart()
        #expect(try kiosk.counter("refused:400") == 1)
    }
}

@Suite struct `A connection` {
    @Test func `whose head is late is answered 408 and closed`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        let connection = kiosk.connect(.http)
        kiosk.say("POST /v1/ba", on: connection)
        #expect(try kiosk.rest() == kiosk.world.now.advanced(byMilliseconds: 5000))
        try kiosk.pass(4999)
        #expect(!kiosk.world.closed.contains(connection))
        try kiosk.pass(1)
        #expect(Reply.all(kiosk.world.takeSent(connection)).map(\.status) == [408])
        #expect(kiosk.world.closed.contains(connection) && kiosk.loop.http.isEmpty)
        #expect(try kiosk.audited()["refused"] == 1)
    }

    @Test func `that idles between requests stays open without a deadline`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.http)
        #expect(try kiosk.post(Kiosk.batch()).status == 200)
        try kiosk.pass(3_600_000)
        #expect(!kiosk.world.closed.contains(connection))
        kiosk.say(Kiosk.post(Kiosk.batch()), on: connection)
        try kiosk.rest()
        #expect(Reply.all(kiosk.world.takeSent(connection)).map(\.status) == [200])
    }

    @Test func `waits while others hold what memory there is for half-sent requests`() throws {
        let kiosk = try Kiosk()
        let connections = (0..<4).map { _ in kiosk.connect(.http) }
        let size = 3 << 20
        let head = "POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(size)\r\n\r\n"
        let body = #"{"event":"x"}"#
        for connection in connections {
            kiosk.say(head + String(repeating: " ", count: 2 << 20), on: connection)
        }
        try kiosk.rest()
        #expect(kiosk.loop.budget.isExceeded)
        #expect(!kiosk.world.unread.isEmpty && kiosk.world.unread.count < 4)
        let reading = try #require(connections.first { !kiosk.world.unread.contains($0) })
        // Whoever may go on finishes, and then the others may.
        var left = connections.filter { $0 != reading }
        left.insert(reading, at: 0)
        for connection in left {
            #expect(!kiosk.world.unread.contains(connection))
            kiosk.say(
                String(repeating: " ", count: (1 << 20) - body.utf8.count) + body, on: connection)
            try kiosk.rest()
            #expect(Reply.all(kiosk.world.takeSent(connection)).map(\.status) == [200])
        }
        #expect(!kiosk.loop.budget.isExceeded && kiosk.world.unread.isEmpty)
        #expect(try kiosk.audited()["accepted"] == 4)
        for connection in connections { kiosk.world.happen(.closed(connection)) }
        try kiosk.rest()
        #expect(kiosk.loop.budget.totalBytes == 0)
    }
}

import Events
import Platform
import Testing

@testable import Agent

/// Promise 1: what was answered is stored.
@Suite struct `An HTTP answer` {
    private static let success = #"{"success":true,"status":1,"code":200}"#

    @Test func `leaves when the events are committed, not before`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let connections = (0..<20).map { _ in kiosk.connect(.http) }
        for (index, connection) in connections.enumerated() {
            kiosk.say(
                Kiosk.post(Kiosk.batch(Kiosk.track("a\(index)"), Kiosk.track("b"))), on: connection)
        }
        var stored: [Int64] = []
        kiosk.world.onSend = { _ in
            stored.append((try? kiosk.queuedCount()) ?? -1)
        }
        try kiosk.rest()
        #expect(stored == Array(repeating: 40, count: 20), "many requests, one commit")
        for connection in connections {
            let replies = Reply.all(kiosk.world.takeSent(connection))
            #expect(replies.map(\.status) == [200])
            #expect(replies[0].body == Self.success)
            #expect(replies[0].head.contains("application/json"))
            #expect(!kiosk.world.closed.contains(connection))
        }
        kiosk.world.onSend = { _ in }
        #expect(try kiosk.audited()["accepted"] == 40)
        // And they are there for the next process.
        try kiosk.killAndStart()
        #expect(try kiosk.queuedCount() == 40)
    }

    @Test func `is 503 when the commit failed, and then nothing is stored or remembered`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let body = Kiosk.batch(Kiosk.track("a", id: "1"), Kiosk.track("b", id: "2"), "5")
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("c"))).status == 200)
        try kiosk.breakDisk()
        let connection = kiosk.connect(.http)
        kiosk.say(Kiosk.post(body), on: connection)
        try kiosk.rest()
        let refusal = try #require(Reply.all(kiosk.world.takeSent(connection)).last)
        #expect(refusal.status == 503 && refusal.head.contains("retry-after: 1"))
        #expect(refusal.body.contains(#""success":false"#) && refusal.body.contains(#""code":503"#))
        try kiosk.mendDisk()
        // The same connection, the same events: an SDK sends again.
        kiosk.say(Kiosk.post(body), on: connection)
        try kiosk.rest()
        #expect(Reply.all(kiosk.world.takeSent(connection)).map(\.status) == [200])
        #expect(try kiosk.queuedCount() == 3)
        let sums = try kiosk.audited()
        #expect(sums["accepted"] == 4 && sums["deduplicated"] == 0 && sums["refused"] == 3)
        #expect(sums["offered"] == 7 && sums["quarantined"] == 1)
        #expect(try kiosk.counter("refused:503") == 3)
    }

    @Test func `is in order of the requests on a connection, each commit by itself`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let connection = kiosk.connect(.http)
        let health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let lost = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
        var stored: [Int64] = []
        kiosk.world.onSend = { _ in stored.append((try? kiosk.queuedCount()) ?? -1) }
        kiosk.say(
            Kiosk.post(Kiosk.batch(Kiosk.track("a"))) + health + Kiosk.post("nonsense")
                + Kiosk.post(Kiosk.track("b"), to: "/v1/track") + lost
                + Kiosk.post(Kiosk.batch(Kiosk.track("c"))) + health, on: connection)
        try kiosk.rest()
        let replies = Reply.all(kiosk.world.takeSent(connection))
        #expect(replies.map(\.status) == [200, 200, 400, 200, 404, 200, 200])
        #expect(replies[1].body == #"{"status":"ok"}"# && replies[6].body == replies[1].body)
        #expect([0, 3, 5].allSatisfy { replies[$0].body == Self.success })
        #expect(stored == [1, 1, 1, 2, 2, 3, 3])
        #expect(!kiosk.world.unread.contains(connection))
        kiosk.world.onSend = { _ in }
        let sums = try kiosk.audited()
        #expect(sums["accepted"] == 3 && sums["refused"] == 2 && sums["offered"] == 5)
    }

    @Test func `still leaves when the peer has ended behind its requests`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.http)
        kiosk.say(
            Kiosk.post(Kiosk.batch(Kiosk.track("a"))) + Kiosk.post(Kiosk.batch()), on: connection)
        kiosk.world.happen(.ended(connection))
        try kiosk.rest()
        #expect(Reply.all(kiosk.world.takeSent(connection)).map(\.status) == [200, 200])
        #expect(kiosk.world.closed.contains(connection))
        #expect(kiosk.loop.http.isEmpty)
    }

    @Test func `closes the connection where the request asks for it`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.http)
        kiosk.say(
            Kiosk.post(Kiosk.batch(), to: "/v1/batch", "Connection: close\r\n"), on: connection)
        try kiosk.rest()
        let reply = try #require(Reply.all(kiosk.world.takeSent(connection)).last)
        #expect(reply.status == 200 && reply.head.contains("connection: close"))
        #expect(kiosk.world.closed.contains(connection))
    }

    @Test func `goes nowhere when the connection is gone, and the events are stored all the same`()
        throws
    {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.http)
        kiosk.say(Kiosk.post(Kiosk.batch(Kiosk.track("a"))), on: connection)
        kiosk.world.happen(.closed(connection))
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a")])
        #expect(kiosk.loop.http.isEmpty)
    }

    @Test(
        arguments: [
            ("{", 400), ("[]", 400), ("{}", 400), (#"{"batch":{}}"#, 400), ("", 400),
            ("\u{1}", 400),
            (#"{"batch":[]}"#, 200), (#"{"batch":[1]}"#, 200),
        ])
    func `is 400 for a body that is none, with nothing of it stored`(
        _ body: String, _ status: Int
    ) throws {
        let kiosk = try Kiosk()
        let reply = try kiosk.post(body)
        #expect(reply.status == status)
        #expect(reply.body.contains(#""success":\#(status == 200)"#))
        #expect(try kiosk.audited()["queued"] == 0)
        #expect(try kiosk.counter("refused:400") == (status == 400 ? 1 : 0))
    }

    @Test func `is 401 for a key that is not among the local ones`() throws {
        let kiosk = try Kiosk("[agent]\nlocal_keys = one")
        let body = #"{"batch":[{"event":"a"}]}"#
        let keyed = #"{"writeKey":"one","batch":[{"event":"a"}]}"#
        for (fields, body, status) in [
            ("Authorization: Basic b25lOg==\r\n", body, 200),
            ("Authorization: Bearer one\r\n", body, 200),
            ("", keyed, 200), ("Authorization: Bearer two\r\n", keyed, 401), ("", body, 401),
            ("Authorization: Bearer two\r\n", body, 401),
            ("", keyed.replacing("one", with: "two"), 401),
        ] {
            #expect(
                try kiosk.post(body, to: "/v1/batch", fields).status == status, "\(fields) \(body)")
        }
        try kiosk.drain()
        #expect(kiosk.collector.texts.count == 3)
        let sums = try kiosk.audited()
        #expect(sums["accepted"] == 3 && sums["refused"] == 4)
    }
}

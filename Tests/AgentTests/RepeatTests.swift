import Events
import Testing

@testable import Agent

/// Promise 2, the device's half: an event that is handed over again is one event.
@Suite struct `An event handed over twice` {
    @Test func `is one event, however its sendings differ in their marks`() throws {
        let kiosk = try Kiosk()
        let first = Kiosk.track("a", id: "1", #","context":{"x":1}"#)
        #expect(try kiosk.post(#"{"batch":[\#(first)]}"#).status == 200)
        for again in [
            first, Kiosk.track("a", id: "1", #","context":{"x":1},"sentAt":"later""#),
            Kiosk.track("a", id: "1", #","context":{"retryCount":3,"x":1},"_metadata":{"y":2}"#),
            #" { "type" : "track","event":"\u0061","messageId":"1","context":{"x":1}}"#,
        ] {
            #expect(try kiosk.post(#"{"batch":[\#(again)]}"#).status == 200)
        }
        try kiosk.drain()
        #expect(kiosk.collector.texts == [first])
        let sums = try kiosk.audited()
        #expect(sums["deduplicated"] == 4 && sums["delivered"] == 1 && sums["offered"] == 5)
    }

    @Test func `is one event within one batch too`() throws {
        let kiosk = try Kiosk()
        let event = Kiosk.track("a", id: "1")
        #expect(try kiosk.post(Kiosk.batch(event, event, event)).status == 200)
        try kiosk.drain()
        #expect(kiosk.collector.texts == [event])
        #expect(try kiosk.audited()["deduplicated"] == 2)
    }

    @Test func `is one event after a kill and after its delivery`() throws {
        let kiosk = try Kiosk()
        let body = Kiosk.batch(Kiosk.track("a", id: "1"), Kiosk.track("b", id: "2"))
        #expect(try kiosk.post(body).status == 200)
        try kiosk.killAndStart()
        #expect(try kiosk.post(body).status == 200)
        try kiosk.drain()
        #expect(try kiosk.post(body).status == 200)
        try kiosk.killAndStart()
        #expect(try kiosk.post(body).status == 200)
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a", id: "1"), Kiosk.track("b", id: "2")])
        let sums = try kiosk.audited()
        #expect(sums["deduplicated"] == 6 && sums["delivered"] == 2)
    }

    @Test func `is two events if it says something else, and so counted`() throws {
        let kiosk = try Kiosk()
        let texts = [
            Kiosk.track("a", id: "1"), Kiosk.track("b", id: "1"), Kiosk.track("c", id: "1"),
        ]
        for _ in 0..<2 {
            for text in texts { #expect(try kiosk.post(Kiosk.batch(text)).status == 200) }
        }
        try kiosk.drain()
        #expect(kiosk.collector.texts == texts)
        #expect(try kiosk.counter("message_id_reused") == 2)
        #expect(try kiosk.audited()["deduplicated"] == 3)
    }

    @Test func `is two events without an id`() throws {
        let kiosk = try Kiosk()
        let texts = [Kiosk.track("a"), Kiosk.track("a", id: nil, #","messageId":null"#)]
        for text in texts { _ = try kiosk.post(Kiosk.batch(text, text)) }
        try kiosk.drain()
        #expect(kiosk.collector.texts == [texts[0], texts[0], texts[1], texts[1]])
        #expect(try kiosk.audited()["deduplicated"] == 0)
    }

    @Test func `is two events of two producers`() throws {
        let kiosk = try Kiosk()
        let body = Kiosk.batch(Kiosk.track("a", id: "1"))
        for key in ["b25lOg==", "dHdvOg==", "b25lOg=="] {
            let fields = "Authorization: Basic \(key)\r\n"
            #expect(try kiosk.post(body, to: "/v1/batch", fields).status == 200)
        }
        #expect(try kiosk.post(body).status == 200)
        try kiosk.drain()
        #expect(kiosk.collector.texts.count == 3)
        #expect(try kiosk.audited()["deduplicated"] == 1)
    }
}

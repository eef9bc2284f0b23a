import Events
import Foundation
import Platform
import Store
import Testing

@testable import Agent

/// A bad event harms no neighbour, is never delivered, and is never forgotten either.
@Suite struct `A bad event` {
    private let deep =
        #"{"event":"deep","email":"secret@x.de","a":"# + String(repeating: "[", count: 64)
        + String(repeating: "]", count: 64) + "}"

    @Test func `is quarantined with its reason, and its neighbours are delivered`() throws {
        let kiosk = try Kiosk()
        let big = Kiosk.track(String(repeating: "x", count: 1 << 20))
        let reply = try kiosk.post(
            Kiosk.batch(
                Kiosk.track("a"), "5", #"{"type":"x"}"#, Kiosk.track("b"), "{}",
                #"{"type":"track"}"#,
                deep, big, Kiosk.track("c")))
        #expect(reply.status == 200)
        try kiosk.drain()
        #expect(kiosk.collector.texts == ["a", "b", "c"].map { Kiosk.track($0) })
        #expect(kiosk.collector.events.map { $0.id.sequence } == [0, 3, 8])
        let reasons = try kiosk.loop.store.quarantineStatistics()
        #expect(
            reasons.map { "\($0.reason) \($0.eventCount)" } == [
                "no_event_name 1", "not_object 1", "too_big 1", "too_deep 1", "unknown_type 2",
            ])
        let sums = try kiosk.audited()
        #expect(sums["accepted"] == 9 && sums["quarantined"] == 6 && sums["delivered"] == 3)
        for reason in reasons {
            #expect(try kiosk.counter("quarantined:" + reason.reason) == reason.eventCount)
        }
    }

    @Test func `is told to the collector by a tombstone, once`() throws {
        let kiosk = try Kiosk()
        _ = try kiosk.post(Kiosk.batch("1", "2", Kiosk.track("a"), "3", #"{"type":"x"}"#))
        _ = try kiosk.post(Kiosk.batch("4"))
        try kiosk.drain()
        let stream = kiosk.loop.store.stream
        var told: [String: [SequenceRange]] = [:]
        for tombstone in kiosk.collector.tombstones {
            #expect(tombstone.stream == stream && tombstone.epoch == 1)
            told[tombstone.reason, default: []] += tombstone.sequences
        }
        #expect(
            told == [
                "quarantined:not_object": [
                    SequenceRange(0, 1), SequenceRange(3, 3), SequenceRange(5, 5),
                ],
                "quarantined:unknown_type": [SequenceRange(4, 4)],
            ])
        #expect(try kiosk.loop.store.pendingTombstones(limit: 9).isEmpty)
    }

    @Test func `of bytes that do not parse leaves nothing but where they break off`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.ingest)
        kiosk.say(#"{"email":"secret@x.de","# + "\n", on: connection)
        try kiosk.rest()
        #expect(try kiosk.counter("quarantined:not_json") == 1)
        #expect(try kiosk.diskHolds("secret") == false)
        #expect(try kiosk.diskHolds(#"{"offset":23}"#))
    }

    @Test(
        arguments: [
            #"["secret@x.de"]"#, #"[[[{"email":"secret@x.de"}]]]"#, #"[{"email":"secret@x.de"}]"#,
            #""secret@x.de""#,
            #"{"type":"x","email":"secret@x.de"}"#,
            #"{"type":"track","traits":{"email":"secret@x.de"}}"#,
        ])
    func `leaves no identity on the disk`(_ event: String) throws {
        let kiosk = try Kiosk()
        let list = "[" + deep + "]"
        _ = try kiosk.post(Kiosk.batch(event, deep, list))
        let connection = kiosk.connect(.ingest)
        kiosk.say(event + "\n" + deep + "\n" + list + "\n", on: connection)
        try kiosk.rest()
        #expect(try kiosk.audited()["quarantined"] == 6)
        #expect(try kiosk.diskHolds("secret") == false)
        #expect(try kiosk.diskHolds("[email]"), "the search finds what is there")
    }

    @Test func `that is an oversize request is one event that says how large it was`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.http)
        let body = Kiosk.batch(Kiosk.track(String(repeating: "x", count: 5 << 20)))
        kiosk.say(Kiosk.post(body), on: connection)
        try kiosk.rest()
        let reply = try #require(Reply.all(kiosk.world.takeSent(connection)).last)
        #expect(reply.status == 200 && kiosk.world.closed.contains(connection))
        let sums = try kiosk.audited()
        #expect(sums["accepted"] == 1 && sums["quarantined"] == 1)
        #expect(try kiosk.counter("quarantined:too_big") == 1)
        let many =
            #"{"batch":["# + Array(repeating: "1", count: 10_001).joined(separator: ",") + "]}"
        #expect(try kiosk.post(many).status == 200)
        #expect(try kiosk.counter("quarantined:too_big") == 2)
        #expect(try kiosk.audited()["accepted"] == 2)
    }
}

extension Kiosk {
    /// Whether a text stands in any file of the state directory.
    func diskHolds(_ text: String) throws -> Bool {
        let needle = Data(text.utf8)
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            let contents = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
            if contents.range(of: needle) != nil { return true }
        }
        return false
    }
}

import Events
import Foundation
import Platform
import Store
import Testing

@testable import Agent

/// A database that was copied or restored: the collector holds others under its ids.
@Suite struct `A cloned device` {
    /// A kiosk under whose first ids the collector holds something else.
    private func clone(_ ids: [UInt32]) throws -> Kiosk {
        let kiosk = try Kiosk()
        for id in ids {
            kiosk.collector.hold(
                EventID(stream: kiosk.loop.store.stream, epoch: 1, sequence: id), "somebody else's")
        }
        return kiosk
    }

    @Test(arguments: [[0], [2], [0, 2], [0, 1, 2, 3], [1, 2]] as [[UInt32]])
    func `begins a new stream and delivers there what met with others`(_ ids: [UInt32]) throws {
        let kiosk = try clone(ids)
        let stream = kiosk.loop.store.stream
        let texts = (0..<4).map { Kiosk.track("e\($0)") }
        _ = try kiosk.post(#"{"batch":["# + texts.joined(separator: ",") + "]}")
        try kiosk.drain()
        #expect(kiosk.loop.store.stream != stream)
        #expect(kiosk.collector.events.count == 4 && Set(kiosk.collector.texts) == Set(texts))
        for (id, _, text) in kiosk.collector.events {
            let number = try #require(texts.firstIndex(of: text))
            let isMoved = ids.contains(UInt32(number))
            #expect((id.stream == stream) != isMoved)
            if isMoved { #expect(id.stream == kiosk.loop.store.stream) }
        }
        // Nothing of the other device's was overwritten.
        for id in ids {
            let other = EventID(stream: stream, epoch: 1, sequence: id)
            #expect(kiosk.collector.held[other] == Array("somebody else's".utf8))
        }
        let sums = try kiosk.audited()
        #expect(sums["accepted"] == 4 && sums["delivered"] == 4 && sums["queued"] == 0)
        #expect(try kiosk.counter("conflict") == Int64(ids.count))
        let status = try #require(try kiosk.ask(.status))
        #expect(String(decoding: status.output, as: UTF8.self).contains("cloned or restored"))
    }

    @Test func `goes on in the new stream with what comes meanwhile`() throws {
        let kiosk = try clone([0])
        try kiosk.pass(1000)
        kiosk.collector.mood = .silent
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a")))
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("b")))
        try kiosk.pass(1000)
        #expect(kiosk.world.exchange != nil)
        kiosk.collector.mood = .well
        // The answer and a new event arrive in one step.
        let connection = kiosk.connect(.http)
        kiosk.say(Kiosk.post(Kiosk.batch(Kiosk.track("c"))), on: connection)
        try kiosk.answerExchange()
        try kiosk.drain()
        #expect(Reply.all(kiosk.world.takeSent(connection)).map(\.status) == [200])
        #expect(kiosk.collector.events.count == 3)
        #expect(Set(kiosk.collector.texts) == Set(["a", "b", "c"].map { Kiosk.track($0) }))
        #expect(try kiosk.audited()["delivered"] == 3)
    }

    @Test func `is not done flushing before what met with others has arrived`() throws {
        let kiosk = try clone([0, 1])
        try kiosk.pass(1000)
        kiosk.collector.mood = .silent
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), Kiosk.track("b")))
        let flush = kiosk.begin(.flush, wait: 60_000)
        try kiosk.rest()
        kiosk.collector.mood = .well
        try kiosk.answerExchange()
        kiosk.collector.mood = .silent
        try kiosk.rest()
        #expect(kiosk.collector.events.isEmpty)
        #expect(kiosk.world.takeSent(flush) == [], "two events still wait, under new ids")
        kiosk.collector.mood = .well
        try kiosk.pass(59_000)
        try kiosk.pass(200_000)
        #expect(kiosk.collector.events.count == 2)
        #expect(try kiosk.ask(.flush, wait: 0)?.exitCode == 0)
        try kiosk.audited()
    }

    @Test func `meets with others again in every stream it tries, and loses nothing`() throws {
        let kiosk = try clone([0])
        var refusedStreams: Set<StreamID> = []
        kiosk.collector.spoil = { $0 }
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), Kiosk.track("b")))
        for _ in 0..<3 {
            try kiosk.rest()
            let store = kiosk.loop.store
            refusedStreams.insert(store.stream)
            for sequence in 0..<2 as Range<UInt32> {
                kiosk.collector.hold(
                    EventID(stream: store.stream, epoch: store.epoch, sequence: sequence), "other")
            }
            try kiosk.pass(60_000)
        }
        try kiosk.drain()
        #expect(Set(kiosk.collector.texts) == Set([Kiosk.track("a"), Kiosk.track("b")]))
        #expect(kiosk.collector.events.count == 2)
        #expect(try kiosk.audited()["delivered"] == 2)
    }
}

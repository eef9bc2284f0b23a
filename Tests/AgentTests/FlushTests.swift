import Blocks
import Events
import Foundation
import Platform
import Sync
import Testing

@testable import Agent

@Suite struct `A flush` {
    private func waiting(_ kiosk: Kiosk, _ names: String...) throws {
        for name in names { _ = try kiosk.post(Kiosk.batch(Kiosk.track(name))) }
    }

    @Test func `of nothing is done at once`() throws {
        let kiosk = try Kiosk()
        let response = try #require(try kiosk.ask(.flush, wait: 30_000))
        #expect(response.exitCode == 0)
        #expect(String(decoding: response.output, as: UTF8.self) == "all events are acknowledged\n")
        #expect(kiosk.loop.flushes.isEmpty)
    }

    @Test func `hastens the collector, and is 0 when it has everything`() throws {
        let kiosk = try Kiosk("[collector]\nbackoff_cap = 1h")
        kiosk.collector.mood = .down
        try waiting(kiosk, "a", "Order Completed")
        try kiosk.pass(3_600_000)
        guard kiosk.loop.courier.machine.deadline > kiosk.world.now else { throw Unexpected() }
        kiosk.collector.mood = .well
        let response = try #require(try kiosk.ask(.flush, isJSON: true, wait: 30_000))
        #expect(response.exitCode == 0)
        #expect(
            String(decoding: response.output, as: UTF8.self)
                == #"{"schema":"flush/1","waiting":0,"left":{}}"# + "\n")
        #expect(kiosk.collector.events.count == 2)
        try kiosk.audited()
    }

    @Test func `is 75 when its time is up, and says how many wait`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        try waiting(kiosk, "a", "b", "Order Completed")
        let flush = kiosk.begin(.flush, wait: 30_000)
        let asked = kiosk.world.now
        try kiosk.pass(29_999)
        #expect(kiosk.world.takeSent(flush) == [])
        try kiosk.pass(1)
        #expect(kiosk.world.now == asked.advanced(byMilliseconds: 30_000))
        let response = try #require(ControlResponse(kiosk.world.takeSent(flush)))
        #expect(response.exitCode == 75)
        #expect(
            String(decoding: response.output, as: UTF8.self) == "time is up: 3 events still wait\n")
        #expect(kiosk.world.closed.contains(flush))
        #expect(kiosk.world.exchangeCount > 20, "somebody waits, so it tries every second")
        #expect(try kiosk.ask(.flush, wait: 0)?.exitCode == 75)
    }

    @Test func `is 1 when some left otherwise since it began, and says which`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.eventFault = { event in
            String(decoding: event.body, as: UTF8.self).contains("poison") ? "too_old" : nil
        }
        try waiting(kiosk, "poison 1")
        try kiosk.drain()
        #expect(try kiosk.ask(.flush, wait: 30_000)?.exitCode == 0, "that one left before")
        kiosk.collector.mood = .down
        try waiting(kiosk, "a", "poison 2", "poison 3")
        kiosk.collector.mood = .well
        let response = try #require(try kiosk.ask(.flush, isJSON: true, wait: 30_000))
        #expect(response.exitCode == 1)
        #expect(
            String(decoding: response.output, as: UTF8.self)
                == #"{"schema":"flush/1","waiting":0,"left":{"quarantined:collector:too_old":2}}"#
                + "\n")
        #expect(try kiosk.audited()["delivered"] == 1)
    }

    @Test func `does not wait for what comes after it`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        kiosk.collector.mood = .silent
        try waiting(kiosk, "a")
        let flush = kiosk.begin(.flush, wait: 30_000)
        try kiosk.rest()
        try waiting(kiosk, "b")
        kiosk.collector.mood = .well
        try kiosk.answerExchange()
        kiosk.collector.mood = .silent
        try kiosk.rest()
        #expect(ControlResponse(kiosk.world.takeSent(flush))?.exitCode == 0)
        #expect(try kiosk.queuedCount() == 1)
    }

    @Test func `waits for what was handed over in the same step before it`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let connection = kiosk.connect(.ingest)
        kiosk.say(Kiosk.track("a") + "\n", on: connection)
        let flush = kiosk.begin(.flush, wait: 1000)
        try kiosk.pass(2000)
        #expect(ControlResponse(kiosk.world.takeSent(flush))?.exitCode == 75)
    }

    @Test func `counts over epochs`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        try waiting(kiosk, "a", "b")
        try kiosk.killAndStart()
        let early = try #require(try kiosk.ask(.flush, wait: 0))
        #expect(String(decoding: early.output, as: UTF8.self).contains("2 events"))
        try waiting(kiosk, "c")
        let late = try #require(try kiosk.ask(.flush, wait: 0))
        #expect(String(decoding: late.output, as: UTF8.self).contains("3 events"))
    }

    @Test func `of several is answered to each in its time`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        try waiting(kiosk, "a")
        let flushes = [1000, 5000, 60_000].map { kiosk.begin(.flush, wait: $0) }
        try kiosk.pass(2000)
        #expect(ControlResponse(kiosk.world.takeSent(flushes[0]))?.exitCode == 75)
        #expect(kiosk.world.takeSent(flushes[1]) == [])
        try kiosk.pass(4000)
        #expect(ControlResponse(kiosk.world.takeSent(flushes[1]))?.exitCode == 75)
        kiosk.collector.mood = .well
        try kiosk.pass(2000)
        #expect(ControlResponse(kiosk.world.takeSent(flushes[2]))?.exitCode == 0)
    }

    @Test func `is forgotten when its operator is gone`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        try waiting(kiosk, "a")
        let flush = kiosk.begin(.flush, wait: 5000)
        try kiosk.rest()
        #expect(kiosk.loop.flushes.count == 1)
        kiosk.world.happen(.closed(flush))
        try kiosk.rest()
        #expect(kiosk.loop.flushes.isEmpty)
    }
}

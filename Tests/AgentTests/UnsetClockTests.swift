import Events
import Platform
import Sync
import Testing

@testable import Agent

/// A collector whose certificate the system's roots vouch for, and a clock that cannot judge it.
@Suite struct `A clock that was never set` {
    private static let url = "https://collector.example"
    private static let time = WallTime(milliseconds: 1_795_341_600_000, quality: .synchronised)

    @Test func `keeps the collector from being asked, and is looked at each five minutes`() throws {
        let kiosk = try Kiosk(url: Self.url)
        kiosk.world.wall = WallTime(milliseconds: 4000, quality: .implausible)
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a")))
        try kiosk.pass(3_600_000)
        #expect(kiosk.world.exchangeCount == 0)
        #expect(kiosk.loop.courier.machine.lastVerdict == .clock)
        let wait = kiosk.loop.courier.machine.deadline.milliseconds(since: kiosk.world.now)
        #expect(1...300_000 ~= wait)
        kiosk.world.wall = Self.time
        try kiosk.rest()
        #expect(kiosk.collector.texts == [Kiosk.track("a")], "and at once when it is set")
    }

    @Test func `leaves what was sent before as it was, byte for byte`() throws {
        let kiosk = try Kiosk(url: Self.url)
        kiosk.collector.mood = .deaf
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a")))
        try kiosk.pass(10_000)
        kiosk.world.wall = WallTime(milliseconds: 4000, quality: .implausible)
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("b")))
        try kiosk.pass(600_000)
        #expect(kiosk.loop.courier.machine.lastVerdict == .clock)
        let sentCount = kiosk.collector.bodies.count
        kiosk.world.wall = Self.time
        try kiosk.pass(300_000)
        #expect(kiosk.collector.bodies.count > sentCount)
        #expect(Set(kiosk.collector.bodies).count == 1, "the answer was lost, not the block")
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a"), Kiosk.track("b")])
    }
}

import Testing

@testable import Agent

/// Memory is given back once there is nothing to do, and nobody wakes up for it again.
@Suite struct `An agent with nothing to do` {
    @Test func `gives memory back half a minute after the last event, once`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(600_000)
        let before = kiosk.world.releaseCount
        for _ in 0..<3 {
            _ = try kiosk.post(Kiosk.batch(Kiosk.track("A")))
            // The event leaves a second later, and its answer is the last thing that is done.
            try kiosk.pass(29_000)
            #expect(kiosk.world.releaseCount == before)
        }
        try kiosk.pass(1_999)
        #expect(kiosk.world.releaseCount == before)
        try kiosk.pass(1)
        #expect(kiosk.world.releaseCount == before + 1)
        try kiosk.pass(3_600_000)
        #expect(kiosk.world.releaseCount == before + 1)
    }

    @Test func `makes blocks as before`() throws {
        let kiosk = try Kiosk()
        for round in 0..<3 {
            let events = (0..<40).map { Kiosk.track("\(round) \($0)") }
            _ = try kiosk.post(Kiosk.batch(events.joined(separator: ",")))
            try kiosk.pass(60_000)
            #expect(kiosk.collector.texts.suffix(40) == events[...])
        }
        #expect(kiosk.world.releaseCount > 1)
    }
}

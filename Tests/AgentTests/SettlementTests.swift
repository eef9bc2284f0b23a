import Events
import Store
import Testing

@testable import Agent

/// What the collector holds leaves the store when that costs least, or when somebody waits.
@Suite struct `What was delivered` {
    private static let cases: [(batches: [Int], stored: Int64)] = [
        ([20, 20, 20], 60), ([20, 20, 20, 1], 1), ([20, 20, 256], 256), ([20, 20, 300, 20], 320),
        ([1, 1, 1], 1), ([20, 1, 20], 21), (Array(repeating: 20, count: 128), 2560),
        (Array(repeating: 20, count: 129), 20),
    ]

    @Test(arguments: cases)
    func `leaves with few events, with a block, or with much more`(
        _ batches: [Int], stored: Int64
    ) throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        for count in batches { try post(count, to: kiosk) }
        #expect(kiosk.collector.events.count == batches.reduce(0, +))
        #expect(try kiosk.queuedCount() == stored)
        #expect(try kiosk.audited()["delivered"] == Int64(batches.reduce(0, +)))
    }

    @Test func `leaves within five minutes`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        for _ in 0..<3 {
            try post(20, to: kiosk)
            try kiosk.pass(60_000)
        }
        try kiosk.pass(117_999)
        #expect(try kiosk.queuedCount() == 60)
        try kiosk.pass(1)
        #expect(try kiosk.queuedCount() == 0)
    }

    @Test func `that had not left is sent again after a kill, and counts once`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        for _ in 0..<3 { try post(20, to: kiosk) }
        try kiosk.killAndStart()
        try kiosk.drain()
        #expect(kiosk.collector.events.count == 60)
        #expect(try kiosk.audited()["delivered"] == 60)
    }

    @Test func `leaves with any events where room is short`() throws {
        let kiosk = try Kiosk("[store]\nquota = 16MB")
        try kiosk.pass(1000)
        for _ in 0..<3 { try post(20, to: kiosk) }
        #expect(!kiosk.loop.store.hasRoom)
        #expect(try kiosk.queuedCount() == 20)
    }

    private func post(_ count: Int, to kiosk: Kiosk) throws {
        let events = (0..<count).map { Kiosk.track("Product \($0)") }
        let reply = try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}")
        #expect(reply.status == 200)
        // They gather for a second, and leave.
        try kiosk.pass(1000)
    }
}

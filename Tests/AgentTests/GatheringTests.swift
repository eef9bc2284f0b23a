import Events
import Testing

@testable import Agent

/// New events wait for others, a second at most, and nothing that matters waits with them.
@Suite struct `New events` {
    @Test func `leave together after a second`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        let before = kiosk.collector.blockCount
        for number in 0..<9 {
            try hand(kiosk, "Product \(number)")
            try kiosk.pass(100)
        }
        try kiosk.pass(99)
        #expect(kiosk.collector.events.isEmpty)
        try kiosk.pass(1)
        #expect(kiosk.collector.events.count == 9)
        #expect(kiosk.collector.blockCount == before + 1)
    }

    @Test func `leave at once when there are a thousand`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        let events = (0..<Limits.blockEvents).map { Kiosk.track("Product \($0)") }
        for start in stride(from: 0, to: events.count, by: 100) {
            #expect(kiosk.collector.events.isEmpty)
            _ = try kiosk.post(Kiosk.batch(events[start..<start + 100].joined(separator: ",")))
        }
        #expect(kiosk.collector.events.count == events.count)
    }

    @Test(arguments: ["Order Completed", "Product Viewed"])
    func `leave at once with a critical one`(_ name: String) throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        try hand(kiosk, "Product Added")
        #expect(kiosk.collector.events.isEmpty)
        try hand(kiosk, name)
        #expect(kiosk.collector.events.count == (name == "Order Completed" ? 2 : 0))
    }

    @Test func `leave at once where somebody flushes`() throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        try hand(kiosk, "Product Added")
        #expect(kiosk.collector.events.isEmpty)
        _ = try kiosk.ask(.flush, wait: 1000)
        #expect(kiosk.collector.events.count == 1)
    }

    @Test func `do not wait behind a backlog`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        for round in 0..<12 {
            let events = (0..<100).map { Kiosk.track("Product \(round) \($0)") }
            _ = try kiosk.post(Kiosk.batch(events.joined(separator: ",")))
        }
        try kiosk.pass(10_000)
        kiosk.collector.mood = .well
        kiosk.loop.courier.hasten()
        try hand(kiosk, "Product Added")
        #expect(kiosk.collector.events.count == 1201)
    }

    @Test(arguments: [("Order Completed", 900), ("Screen Impression", 50), ("Product Added", 50)])
    func `wait for a second at most beside those of another lane`(
        _ other: String, everyMilliseconds: Int64
    ) throws {
        let kiosk = try Kiosk()
        try kiosk.pass(1000)
        kiosk.collector.mood = .silent
        var handed = 0
        var asked: Int64?
        for step in 0..<1200 as Range<Int64> {
            try hand(kiosk, "Product Added")
            handed += 1
            if step * 50 % everyMilliseconds == 0 {
                try hand(kiosk, other)
                handed += 1
            }
            // An answer takes 300 ms, and others come meanwhile.
            if kiosk.world.exchange == nil {
                asked = nil
            } else if asked ?? step <= step - 6 {
                kiosk.collector.mood = .well
                try kiosk.answerExchange()
                kiosk.collector.mood = .silent
                asked = nil
            }
            try kiosk.pass(50)
            if kiosk.world.exchange != nil, asked == nil { asked = step + 1 }
            // A second, and an exchange that was under way; two at most are handed over a step.
            let isNear = handed - kiosk.collector.events.count <= 2 * (20 + 8)
            if !isNear {
                Issue.record("\(handed) handed over, \(kiosk.collector.events.count) arrived")
                return
            }
        }
    }

    private func hand(_ kiosk: Kiosk, _ name: String) throws {
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track(name))).status == 200)
    }
}

import Events
import Store
import Testing

@testable import Agent

/// What waits long is sealed a thousand events at a time, and comes out the same.
@Suite struct `A backlog` {
    @Test(arguments: [
        [999], [1000], [10, 990, 3], [400, 400, 400, 400], [1, 999, 1, 999, 7],
        Array(repeating: 90, count: 50), (0..<120).map { $0 % 3 == 0 ? 40 : $0 % 3 },
        Array(repeating: 210, count: 20) + [600, 20],
    ])
    func `of rows joined into blocks is delivered whole, once, in order`(_ batches: [Int]) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        var texts: [String] = []
        for (number, count) in batches.enumerated() {
            let events = (0..<count).map { Kiosk.track("v\(number)-\($0)") }
            texts += events
            #expect(
                try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}").status == 200)
        }
        #expect(try kiosk.audited()["queued"] == Int64(texts.count))
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == texts)
        #expect(kiosk.collector.events.map { $0.id.sequence } == Array(0..<UInt32(texts.count)))
        #expect(kiosk.collector.largestBlock <= 1000)
        #expect(try kiosk.audited()["delivered"] == Int64(texts.count))
    }

    @Test func `has columns in its rows where events come together, but for few lines`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        for count in [15, 16, 255, 256] {
            let events = (0..<count).map { Kiosk.track("\(count)-\($0)") }
            _ = try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}")
        }
        let tail = try kiosk.loop.store.rows(of: .tail, .normal, fromEpoch: 0, sequence: 0)
        #expect(tail.map { $0.eventCount } == [15, 16, 255])
        #expect(tail.map { $0.body.starts(with: Array("FFBK".utf8)) } == [false, true, true])
        let sealed = try kiosk.loop.store.rows(of: .block, .normal, fromEpoch: 0, sequence: 0)
        #expect(sealed.map { $0.eventCount } == [256])
    }

    @Test func `is the same after a kill, lanes interleaved`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        var texts: Set<String> = []
        let names = ["Product Viewed", "Order Completed", "Heartbeat"]
        for number in 0..<6 {
            let events = (0..<500).map { Kiosk.track(names[$0 % 3], id: "\(number)-\($0)") }
            texts.formUnion(events)
            _ = try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}")
            if number.isMultiple(of: 2) { try kiosk.killAndStart() }
            try kiosk.rest()
        }
        #expect(try kiosk.audited()["queued"] == 3000)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.events.count == 3000 && Set(kiosk.collector.texts) == texts)
        #expect(try kiosk.audited()["delivered"] == 3000)
    }
}

import Events
import Platform
import Store
import Testing

@testable import Agent

/// What a device learns of its clocks, of the Sync page.
@Suite struct `A device whose clock is in 1970` {
    /// World time minus monotonic time, in the world of these tests.
    private static let offset: Int64 = 1_795_341_600_000 - 1_000_000

    /// A kiosk that has had one answer, which told no time.
    private func kiosk() throws -> Kiosk {
        let kiosk = try Kiosk()
        kiosk.world.wall = WallTime(milliseconds: 4000, quality: .implausible)
        kiosk.collector.mood = .silent
        #expect(try send(kiosk) == nil)
        try answer(kiosk, isTimed: false)
        return kiosk
    }

    /// One event is taken and leaves; answers what was said of clocks with it.
    @discardableResult
    private func send(_ kiosk: Kiosk) throws -> [ClockAnchor]? {
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("A"))).status == 200)
        return try said(kiosk)
    }

    /// What is said with the exchange under way, or with the next.
    private func said(_ kiosk: Kiosk) throws -> [ClockAnchor]? {
        for _ in 0..<5000 where kiosk.world.exchange == nil { try kiosk.pass(1000) }
        let exchange = try #require(kiosk.world.exchange)
        return try HTTPField.first("footfall-clock", in: exchange.headers).map {
            try #require(ClockAnchor.Text.read($0))
        }
    }

    /// The answer arrives so many milliseconds after it was made, with the collector's time in it.
    private func answer(
        _ kiosk: Kiosk, after milliseconds: Int64 = 0, isTimed: Bool = true
    ) throws {
        kiosk.collector.mood = .well
        let time = Self.offset + kiosk.world.now.milliseconds
        kiosk.collector.spoil = { isTimed ? $0.dropLast() + ",\"time\":\(time)}" : $0 }
        let exchange = try #require(kiosk.world.exchange)
        let outcome = try #require(kiosk.collector.answer(exchange))
        kiosk.world.advance(to: kiosk.world.now.advanced(byMilliseconds: milliseconds))
        kiosk.world.settle(outcome)
        kiosk.collector.mood = .silent
        try kiosk.rest()
    }

    @Test func `says nothing before an answer, then what that told it, once`() throws {
        let kiosk = try kiosk()
        #expect(try send(kiosk) == nil)
        try answer(kiosk, after: 40)
        let anchors = try #require(try send(kiosk))
        #expect(anchors.map { $0.source } == [.answer])
        #expect(anchors[0].boot == StreamID(high: 0xB0, low: 0x07))
        #expect((anchors[0].lower, anchors[0].upper) == (Self.offset - 40, Self.offset + 1))
        try answer(kiosk, after: 40)
        #expect(try send(kiosk) == nil)
    }

    @Test func `says it again until it is taken, and after a restart`() throws {
        let kiosk = try kiosk()
        try send(kiosk)
        try answer(kiosk)
        let anchors = try #require(try send(kiosk))
        kiosk.world.settle(.failure(.receive, code: 110))
        try kiosk.rest()
        #expect(try said(kiosk) == anchors)
        // What it learned was committed with the second event.
        try kiosk.killAndStart()
        #expect(try said(kiosk) == anchors)
    }

    @Test func `learns of no commit of its own`() throws {
        let kiosk = try kiosk()
        try send(kiosk)
        try answer(kiosk)
        #expect(kiosk.loop.courier.clock.isUnsaved)
        #expect(try kiosk.loop.store.text("clock") == nil)
        try send(kiosk)
        #expect(kiosk.loop.courier.clock.isUnsaved == false)
        #expect(try kiosk.loop.store.text("clock") == kiosk.loop.courier.clock.text)
    }

    @Test func `believes the Date of an older collector, to its two seconds`() throws {
        let kiosk = try kiosk()
        try send(kiosk)
        let date = HTTPField("date", "Sun, 22 Nov 2026 10:00:02 GMT")
        let exchange = try #require(kiosk.world.exchange)
        kiosk.collector.mood = .well
        guard
            case .response(let status, let headers, let body)? = kiosk.collector.answer(exchange)
        else { throw CancellationError() }
        kiosk.collector.mood = .silent
        let asked = kiosk.world.now.milliseconds
        kiosk.world.advance(to: kiosk.world.now.advanced(byMilliseconds: 300))
        kiosk.world.settle(.response(status: status, headers: headers + [date], body: body))
        try kiosk.rest()
        let anchor = try #require(try send(kiosk)?.first)
        let shown: Int64 = 1_795_341_602_000
        #expect((anchor.lower, anchor.upper) == (shown - asked - 300, shown + 2000 - asked))
        #expect(kiosk.world.exchange?.knownSeconds == shown / 1000 + 1)
    }

    @Test(arguments: [true, false])
    func `learns nothing of a collector that is in 1970, too`(_ isTimed: Bool) throws {
        let kiosk = try kiosk()
        try send(kiosk)
        kiosk.collector.mood = .well
        kiosk.collector.spoil = { isTimed ? $0.dropLast() + ",\"time\":77000}" : $0 }
        let exchange = try #require(kiosk.world.exchange)
        guard
            case .response(let status, let headers, let body)? = kiosk.collector.answer(exchange)
        else { throw CancellationError() }
        kiosk.collector.mood = .silent
        let date = HTTPField("date", "Thu, 01 Jan 1970 00:01:17 GMT")
        kiosk.world.settle(.response(status: status, headers: headers + [date], body: body))
        try kiosk.rest()
        #expect(try send(kiosk) == nil)
    }

    @Test func `learns nothing of answers that are not the collector's to this request`() throws {
        let kiosk = try kiosk()
        try send(kiosk)
        let date = HTTPField("date", "Sun, 22 Nov 2026 10:00:02 GMT")
        let body = #"{"status":200,"time":1795341600000}"#
        let old = try #require(kiosk.world.exchange)
        kiosk.collector.spoil = { $0.dropLast() + ",\"time\":1795341600000}" }
        kiosk.collector.mood = .well
        guard case .response(_, let headers, let taken)? = kiosk.collector.answer(old) else {
            throw CancellationError()
        }
        kiosk.collector.mood = .silent
        let lies: [(Int, [HTTPField], [UInt8])] = [
            (200, [date], Array(body.utf8)), (503, [date], []), (302, [date], []),
            (403, [date], Array(body.utf8)), (413, [date], []),
            (
                200, [HTTPField("footfall-signature", String(repeating: "0", count: 64)), date],
                taken
            ),
        ]
        for (status, fields, body) in lies {
            kiosk.world.settle(.response(status: status, headers: fields, body: body))
            try kiosk.rest()
            #expect(try said(kiosk) == nil, "\(status)")
        }
        // Signed, but an answer to an earlier request.
        kiosk.world.settle(.response(status: 200, headers: headers + [date], body: taken))
        try kiosk.rest()
        #expect(try said(kiosk) == nil)
        #expect(kiosk.loop.courier.clock.anchors.isEmpty)
        #expect(kiosk.world.exchange?.knownSeconds == nil)
    }

    @Test func `has the wire hold certificates against the last signed answer`() throws {
        let kiosk = try kiosk()
        try send(kiosk)
        #expect(kiosk.world.exchange?.knownSeconds == nil)
        try answer(kiosk, after: 40)
        kiosk.world.advance(to: kiosk.world.now.advanced(byMilliseconds: 7_000))
        try send(kiosk)
        let time = Self.offset + kiosk.world.now.milliseconds - 40
        let known = try #require(kiosk.world.exchange?.knownSeconds)
        #expect(time / 1000 - 1...time / 1000 ~= known)
        // A collector in the past: that is before this software was made.
        kiosk.collector.spoil = { $0.dropLast() + ",\"time\":5000}" }
        kiosk.collector.mood = .well
        let exchange = try #require(kiosk.world.exchange)
        let outcome = try #require(kiosk.collector.answer(exchange))
        kiosk.collector.mood = .silent
        kiosk.world.settle(outcome)
        try kiosk.rest()
        try send(kiosk)
        #expect((kiosk.world.exchange?.knownSeconds ?? 0) >= known)
    }

    @Test func `says when a time source has set its clock`() throws {
        let kiosk = try kiosk()
        #expect(try send(kiosk) == nil)
        kiosk.world.wall = WallTime(
            milliseconds: Self.offset + kiosk.world.now.milliseconds, quality: .synchronised)
        kiosk.world.settle(.failure(.connect, code: 111))
        try kiosk.rest()
        let anchor = try #require(try said(kiosk)?.first)
        #expect(anchor.source == .synchronised)
        #expect((anchor.lower, anchor.upper) == (Self.offset - 1000, Self.offset + 1000))
    }
}

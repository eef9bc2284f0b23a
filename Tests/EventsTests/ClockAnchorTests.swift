import Testing

@testable import Events

/// What is learned of a clock, of the page of the module Sync.
@Suite struct `A clock's anchor` {
    private let boot = StreamID(high: 1, low: 2)

    private func anchor(
        _ lower: Int64, _ upper: Int64, at: Int64, boot: UInt64 = 2,
        _ source: ClockSource = .answer
    ) throws -> ClockAnchor {
        try #require(
            ClockAnchor(
                boot: StreamID(high: 1, low: boot), source: source,
                instant: Instant(milliseconds: at), lower: lower, upper: upper))
    }

    @Test func `is as wide as the answer took`() throws {
        let anchor = try #require(
            ClockAnchor(
                boot: boot, shown: 5_000_000...5_001_000, between: Instant(milliseconds: 100),
                and: Instant(milliseconds: 350)))
        // The clock showed 5 000 000 at the latest moment, or 5 001 000 at the earliest.
        #expect((anchor.lower, anchor.upper) == (4_999_650, 5_000_900))
        #expect(anchor.instant.milliseconds == 350)
    }

    @Test func `is made of a synchronised clock alone`() throws {
        func made(_ quality: TimeQuality) -> ClockAnchor? {
            ClockAnchor(
                boot: boot,
                synchronised: EventTime(
                    monotonic: Instant(milliseconds: 70), wallMilliseconds: 9_000_000,
                    quality: quality))
        }
        let anchor = try #require(made(.synchronised))
        #expect((anchor.lower, anchor.upper) == (8_998_930, 9_000_930))
        #expect(made(.unsynchronised) == nil && made(.implausible) == nil)
    }

    @Test func `widens by a ten-thousandth of the distance, both ways`() throws {
        let anchor = try anchor(1000, 1010, at: 20_000)
        #expect(anchor.offset(at: Instant(milliseconds: 20_000)) == 1000...1010)
        #expect(anchor.offset(at: Instant(milliseconds: 20_001)) == 999...1011)
        #expect(anchor.offset(at: Instant(milliseconds: 0)) == 998...1012)
        #expect(anchor.offset(at: Instant(milliseconds: 120_000)) == 990...1020)
    }

    @Test func `reads what it writes, to the last number`() throws {
        let most = ClockAnchor.millisecondsMost
        let anchors = [
            try anchor(-most, most, at: most), try anchor(0, 0, at: 0, boot: 3, .synchronised),
        ]
        #expect(ClockAnchor.Text.read(ClockAnchor.Text.write(anchors)) == anchors)
        let text = ClockAnchor.Text.write(anchors)
        #expect(text.hasSuffix("0000000000000003 synchronised 0 0 0"))
    }

    @Test(arguments: [
        "", " ", ",", "x", "00 answer 1 2 3", "BOOT answer 1 3 2", "BOOT answer -1 2 3",
        "BOOT guess 1 2 3", "BOOT answer 1 2", "BOOT answer 1 2 3 4", "BOOT answer 1 2 3,",
        "BOOT answer 1 2 9007199254740993", "BOOT answer 1 2 99999999999999999999",
        "BOOT answer 1 -9007199254740993 3", "BOOT answer 9007199254740993 2 3",
        "BOOT answer 1 2 3; BOOT answer 1 2 3",
    ])
    func `is not read of anything else`(_ text: String) {
        let text = text.replacing("BOOT", with: boot.hexadecimal)
        #expect(ClockAnchor.Text.read(text) == nil)
    }

    @Test func `comes with fifteen others at the most`() throws {
        let one = try anchor(1, 2, at: 3)
        let full = Array(repeating: one, count: 16)
        #expect(ClockAnchor.Text.read(ClockAnchor.Text.write(full)) == full)
        #expect(ClockAnchor.Text.read(ClockAnchor.Text.write(full + [one])) == nil)
    }

    @Test func `is preferred by an order without ties`() throws {
        var all: [ClockAnchor] = []
        for (lower, upper) in [(0, 4), (1, 4), (0, 3), (2, 5)] as [(Int64, Int64)] {
            for at: Int64 in [5, 6] { all.append(try anchor(lower, upper, at: at)) }
        }
        for one in all {
            for other in all {
                #expect(
                    (one == other) == (!one.isPreferred(to: other) && !other.isPreferred(to: one)))
            }
        }
        let best = all.reduce(all[0]) { $1.isPreferred(to: $0) ? $1 : $0 }
        #expect(best == (try anchor(0, 3, at: 5)))
    }
}

@Suite struct `A device's anchors` {
    private func answer(
        _ lower: Int64, _ upper: Int64, at: Int64, boot: UInt64 = 1,
        _ source: ClockSource = .answer
    ) -> ClockAnchor? {
        ClockAnchor(
            boot: StreamID(high: 0, low: boot), source: source,
            instant: Instant(milliseconds: at), lower: lower, upper: upper)
    }

    private func learned(_ all: ClockAnchor?...) -> ClockAnchors {
        var anchors = ClockAnchors()
        for anchor in all { anchors.learn(anchor) }
        return anchors
    }

    @Test func `narrow to what all answers say, widened by the drift between them`() {
        // In 100 s the clocks may part by 10 ms.
        let anchors = learned(answer(0, 2000, at: 0), answer(1500, 3500, at: 100_000))
        #expect(anchors.anchors == [answer(1500, 2010, at: 100_000)])
    }

    @Test func `stay as they are where an answer says little more`() {
        let anchors = learned(answer(0, 2000, at: 0), answer(900, 3500, at: 100))
        #expect(anchors.anchors == [answer(0, 2000, at: 0)])
    }

    @Test func `follow the later of two answers that contradict each other`() {
        let anchors = learned(answer(0, 2000, at: 0), answer(9000, 12_000, at: 100))
        #expect(anchors.anchors == [answer(9000, 12_000, at: 100)])
    }

    @Test func `are the first period's and the latest's of each source`() {
        let period = ClockAnchor.periodMilliseconds
        var anchors = learned(answer(0, 9, at: 5, .synchronised))
        for number: Int64 in 0..<5 { anchors.learn(answer(0, 8000, at: number * period + 1)) }
        #expect(anchors.anchors.map { $0.instant.milliseconds } == [5, 1, 4 * period + 1])
        #expect(anchors.anchors.map { $0.source } == [.synchronised, .answer, .answer])
    }

    @Test func `are those of three boots, the oldest forgotten`() {
        let anchors = learned(
            answer(0, 1, at: 1, boot: 1), answer(0, 1, at: 1, boot: 2),
            answer(0, 1, at: 1, boot: 3), answer(0, 1, at: 1, boot: 4))
        #expect(anchors.anchors.map { $0.boot.low } == [2, 3, 4])
        #expect(anchors.unsent == anchors.anchors)
    }

    @Test func `are sent until the collector has them, and again after a restart`() throws {
        var anchors = learned(answer(0, 2000, at: 1), answer(0, 9, at: 2, .synchronised))
        let first = anchors.unsent
        #expect(first.count == 2)
        anchors.learn(answer(500, 700, at: 3))
        anchors.deliver(first)
        // What was learned while it was on its way is still to be sent.
        #expect(anchors.unsent == [answer(500, 700, at: 3)])
        #expect(anchors.isUnsaved)
        anchors.save()
        anchors.deliver(anchors.unsent)
        #expect(anchors.unsent.isEmpty && !anchors.isUnsaved)
        let again = ClockAnchors(keptText: anchors.text)
        #expect(again.anchors == anchors.anchors && again.unsent == anchors.anchors)
        #expect(ClockAnchors(keptText: "damaged").anchors.isEmpty)
    }

    @Test func `fit one text, however much is learned`() {
        var anchors = ClockAnchors()
        for boot: UInt64 in 0..<9 {
            for number: Int64 in 0..<4 {
                for source in ClockSource.allCases {
                    anchors.learn(
                        answer(
                            0, 9, at: number * ClockAnchor.periodMilliseconds, boot: boot, source))
                }
            }
        }
        #expect(anchors.anchors.count == 12)
        #expect(ClockAnchor.Text.read(anchors.text) == anchors.anchors)
        #expect(anchors.text.utf8.count < 1200)
    }
}

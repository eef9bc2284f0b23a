import Events
import Testing

@testable import Collector

/// The rules by which an event's time is solved, of the Collector page.
@Suite struct `An event's time` {
    /// World time minus monotonic time.
    private static let offset: Int64 = 1_800_000_000_000
    private static let boot = StreamID(high: 3, low: 4)

    private func anchor(
        _ lower: Int64, _ upper: Int64, at: Int64, _ source: ClockSource = .answer
    ) throws -> ClockAnchor {
        try #require(
            ClockAnchor(
                boot: Self.boot, source: source, instant: Instant(milliseconds: at),
                lower: Self.offset + lower, upper: Self.offset + upper))
    }

    private func moment(
        _ monotonic: Int64, wall: Int64, _ quality: TimeQuality = .implausible,
        stated: Int64? = nil, arrival: Int64? = nil
    ) -> EventMoment {
        EventMoment(
            monotonic: monotonic, wall: wall, quality: Int64(quality.rawValue), stated: stated,
            arrival: arrival)
    }

    @Test func `is the synchronised clock's, whatever anchors say`() throws {
        let clock = BootClock([try anchor(0, 10, at: 500)])
        let time = moment(500, wall: 77, .synchronised).solve(clock, BootSpan())
        #expect(time == SolvedTime(milliseconds: 77, bounds: -923...1077, quality: .synchronised))
    }

    @Test func `is within what an anchor of its boot says, before and after it`() throws {
        let clock = BootClock([try anchor(0, 100, at: 1_000_000)])
        for (monotonic, drift) in [(0, 100), (1_000_000, 0), (1_500_000, 50)] as [(Int64, Int64)] {
            let time = moment(monotonic, wall: 4000).solve(clock, BootSpan())
            let true0 = Self.offset + monotonic
            #expect(time.bounds == true0 - drift...true0 + 100 + drift)
            #expect(time.milliseconds == true0 + 50)
            #expect(time.quality == .anchored)
        }
    }

    @Test func `stays where the wall clock had it, if that is possible`() throws {
        let clock = BootClock([try anchor(0, 100, at: 0)])
        let time = moment(0, wall: Self.offset + 3, .unsynchronised).solve(clock, BootSpan())
        #expect(time.milliseconds == Self.offset + 3 && time.quality == .anchored)
        let off = moment(0, wall: Self.offset + 101, .unsynchronised).solve(clock, BootSpan())
        #expect(off.milliseconds == Self.offset + 50)
    }

    @Test func `is what the anchors before and behind it say together`() throws {
        let clock = BootClock([try anchor(0, 100, at: 100_000), try anchor(60, 400, at: 0)])
        #expect(
            clock.offset(at: Instant(milliseconds: 50_000))
                == Self.offset + 55...Self.offset + 105)
    }

    @Test func `follows the nearer of two anchors that contradict each other`() throws {
        let clock = BootClock([try anchor(0, 10, at: 0), try anchor(900, 910, at: 1000)])
        func offset(_ at: Int64) -> Int64? {
            clock.offset(at: Instant(milliseconds: at)).map { $0.lowerBound - Self.offset }
        }
        #expect(offset(100) == -1 && offset(499) == -1 && offset(501) == 899)
        #expect(offset(9000) == 899)
    }

    @Test func `follows a time source rather than answers that contradict it`() throws {
        let clock = BootClock([
            try anchor(9000, 9010, at: 500), try anchor(-1000, 1000, at: 9_000_000, .synchronised),
        ])
        let bounds = try #require(clock.offset(at: Instant(milliseconds: 500)))
        #expect(bounds == Self.offset - 1900...Self.offset + 1900)
        let agreeing = BootClock([
            try anchor(900, 1010, at: 500), try anchor(-1000, 1000, at: 500, .synchronised),
        ])
        #expect(
            agreeing.offset(at: Instant(milliseconds: 500))
                == Self.offset + 900...Self.offset + 1000)
    }

    @Test func `is between the boots before and after, where its own says nothing`() {
        let span = BootSpan(earliest: Self.offset, latest: Self.offset + 50_000)
        let time = moment(20_000, wall: 4000, arrival: .max).solve(BootClock(), span)
        // It was switched on after the boot before it had ended.
        #expect(time.bounds == Self.offset + 19_998...Self.offset + 50_000)
        #expect(time.milliseconds == Self.offset + 34_999)
        #expect(time.quality == .bounded)
    }

    @Test func `is after the software was written, and before it came`() {
        let least = TimeQuality.plausibleFromMilliseconds
        let time = moment(20_000, wall: 4000, arrival: least + 1000).solve(BootClock(), BootSpan())
        #expect(time.bounds == least...least + 1000 && time.quality == .bounded)
        let known = moment(5, wall: least + 7, .unsynchronised, arrival: least + 1000)
        #expect(known.solve(BootClock(), BootSpan()).milliseconds == least + 7)
        // Nobody noted when it came, or nothing fits together.
        for arrival in [nil, least - 1] {
            let time = moment(20_000, wall: 4000, arrival: arrival).solve(BootClock(), BootSpan())
            #expect(time == SolvedTime(milliseconds: 4000, bounds: nil, quality: .unknown))
        }
    }

    @Test func `is the producer's, moved by what the device's clock was off`() throws {
        let clock = BootClock([try anchor(0, 100, at: 700_000)])
        // Taken 500 s before it was handed over, by the same clock.
        let time = moment(700_000, wall: 704_000, stated: 204_000).solve(clock, BootSpan())
        #expect(time.milliseconds == Self.offset + 200_050)
        #expect(time.bounds == Self.offset + 200_000...Self.offset + 200_100)
        #expect(time.quality == .anchored)
    }

    @Test(
        arguments: [
            (704_000 + 60_001, false), (704_000 + 60_000, true), (4000 - 60_000, true),
            (4000 - 60_001, false), (1_800_000_000_000, false),
        ] as [(Int64, Bool)])
    func `is the producer's as it is, where that was no clock of this boot`(
        _ stated: Int64, _ isMoved: Bool
    ) throws {
        let clock = BootClock([try anchor(0, 100, at: 700_000)])
        let time = moment(700_000, wall: 704_000, stated: stated).solve(clock, BootSpan())
        if isMoved {
            #expect(time.quality == .anchored && time.milliseconds > 1_000_000_000_000)
        } else {
            #expect(time == SolvedTime(milliseconds: stated, bounds: nil, quality: .stated))
        }
    }

    @Test func `ends no process, whatever a device says`() throws {
        for clock in [BootClock(), BootClock([try anchor(0, 1, at: ClockAnchor.millisecondsMost)])]
        {
            for wall: Int64 in [.min, 0, .max] {
                for monotonic: Int64 in [.min, -1, 0, .max] {
                    for stated: Int64? in [nil, .min, .max] {
                        for quality: TimeQuality in [.synchronised, .implausible] {
                            _ = moment(
                                monotonic, wall: wall, quality, stated: stated, arrival: .max
                            )
                            .solve(clock, BootSpan(earliest: .min, latest: .max))
                        }
                    }
                }
            }
        }
    }
}

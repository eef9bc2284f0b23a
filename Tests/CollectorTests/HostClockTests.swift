import Events
import Testing

@testable import Collector

/// Which time a collector tells, by what its own machine's kernel says of it.
@Suite struct `The time that devices are told` {
    private static let now: Int64 = 1_800_000_000_000
    private static let unset: Int64 = 77_000

    private func answer(
        _ milliseconds: Int64, isSynchronised: Bool, isTrusted: Bool = false,
        isReadable: Bool = true
    ) async throws -> String {
        let clock = HostClock(isTrusted: isTrusted) {
            HostClock.Reading(milliseconds: milliseconds, isSynchronised: isSynchronised)
        }
        let desk = try TemporaryArchive().desk(clock: clock)
        let body = isReadable ? try Fixture.block([Fixture.event(0)]) : Array("no block".utf8)
        let answer = await desk.take(body, from: Fixture.sender())
        #expect(answer.status == (isReadable ? 200 : 400))
        #expect(answer.signature == Fixture.signature(of: answer.body, key: "secret"))
        return String(decoding: answer.body, as: UTF8.self)
    }

    @Test(arguments: [true, false])
    func `is that of a clock which a time source keeps`(_ isReadable: Bool) async throws {
        let time = #""time":\#(Self.now)}"#
        #expect(
            try await answer(Self.now, isSynchronised: true, isReadable: isReadable)
                .hasSuffix(time))
        #expect(
            try await !answer(Self.now, isSynchronised: false, isReadable: isReadable)
                .contains(#""time""#))
        // An operator vouches for it.
        #expect(
            try await answer(
                Self.now, isSynchronised: false, isTrusted: true, isReadable: isReadable
            ).hasSuffix(time))
    }

    @Test func `is never one before this software`() async throws {
        for isTrusted in [false, true] {
            for isSynchronised in [false, true] {
                let text = try await answer(
                    Self.unset, isSynchronised: isSynchronised, isTrusted: isTrusted)
                #expect(!text.contains(#""time""#))
            }
        }
    }

    @Test(arguments: [(now, true, 1), (now, false, 0), (unset, true, 0)] as [(Int64, Bool, Int)])
    func `is watched by Prometheus`(_ milliseconds: Int64, _ isSynchronised: Bool, _ value: Int) {
        let reading = HostClock.Reading(
            milliseconds: milliseconds, isSynchronised: isSynchronised)
        let text = MetricsText(CollectorMetrics().current, reading, nil).text
        #expect(text.contains("\nfootfall_clock_synchronised \(value)\n"))
    }
}

import Events
import Testing

@testable import Collector

@Suite struct `An id that comes with other content` {
    @Test func `is a conflict, overwrites nothing and is shown`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take((0..<3).map { Fixture.event(UInt32($0)) })
        let lines = try temporary.export()
        let outcome = try await temporary.take([
            Fixture.event(0), Fixture.event(1, #"{"event":"Y"}"#),
            Fixture.event(2, #"{"event":"Y"}"#), Fixture.event(3),
        ])
        #expect(outcome.held == [SequenceRange(0, 0), SequenceRange(3, 3)])
        #expect(outcome.conflicting == [SequenceRange(1, 2)])
        #expect((outcome.newCount, outcome.knownCount) == (1, 1))
        #expect(try temporary.export().prefix(3) == lines[...])
        let report = try temporary.archive.funnelReport()
        #expect(report.completeness.conflicts == 2)
        #expect(
            report.completeness.warnings == [
                Completeness.Warning(
                    device: "kiosk-1", name: "device_cloned_or_restored", sinceMilliseconds: 1000,
                    latestMilliseconds: 1000)
            ])
        #expect(FunnelText.text(of: report).contains("kiosk-1: device cloned or restored"))
    }

    @Test func `counts once however often it comes`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.event(0)])
        for _ in 0..<3 { try await temporary.take([Fixture.event(0, #"{"event":"Y"}"#)]) }
        #expect(try temporary.archive.funnelReport().completeness.conflicts == 1)
    }

    @Test(arguments: [
        Fixture.event(0, kind: .page), Fixture.event(0, stage: .awareness),
        Fixture.event(0, wall: 1), Fixture.event(0, producer: 8),
        Fixture.event(0, #"{"event":"X","sentAt":"later"}"#),
    ])
    func `is one whatever part of the event differs`(event: Event) async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.event(0)])
        #expect(try await temporary.take([event]).conflicting == [SequenceRange(0, 0)])
    }

    @Test func `is one against a duplicate's id too`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.message(0, "m"), Fixture.message(1, "m")])
        #expect(try temporary.count("event") == 1)
        let known = try await temporary.take([Fixture.message(1, "m")])
        #expect(known.knownCount == 1)
        let other = try await temporary.take([Fixture.message(1, "n")])
        #expect(other.conflicting == [SequenceRange(1, 1)])
        #expect(try temporary.count("event") == 1)
    }
}

import Blocks
import Events
import Testing

@testable import Collector

@Suite struct `Metrics` {
    private static let clock = HostClock.Reading(
        milliseconds: 1_800_000_000_000, isSynchronised: true)

    private func lines(_ desk: BlockDesk, _ findings: ArchiveSurvey.Findings? = nil) -> Set<String>
    {
        let text = MetricsText(desk.metrics.current, Self.clock, findings).text
        return Set(text.split(separator: "\n").map(String.init))
    }

    @Test func `count what became of each event and each block`() async throws {
        let temporary = try TemporaryArchive()
        let desk = temporary.desk()
        let first = try Fixture.block([Fixture.event(0), Fixture.event(1)])
        let second = try Fixture.block([Fixture.event(1), Fixture.event(3)])
        let other = try Fixture.block([Fixture.event(0, #"{"event":"Y"}"#), Fixture.event(4)])
        for body in [first, second, other, first] {
            #expect(await desk.take(body, from: Fixture.sender()).status == 200)
        }
        var refusing = BlockOutcome()
        refusing.refused = [.init(sequence: 5, reason: "not_json")]
        desk.metrics.took([], refusing, atMilliseconds: 0)
        desk.metrics.took([], refusing, atMilliseconds: 0)
        let lines = lines(desk)
        for expected in [
            "footfall_events_ingested_total 4", "footfall_events_known_total 3",
            "footfall_events_conflicting_total 1",
            #"footfall_events_refused_total{reason="not_json"} 2"#,
        ] { #expect(lines.contains(expected), "\(expected)") }
    }

    @Test func `count answers by words of the program alone`() {
        let metrics = CollectorMetrics()
        metrics.answered(path: "/v1/blocks", .unsigned(401, "unknown_key"))
        metrics.answered(path: "/v1/blocks", .unsigned(401, "unknown_key"))
        metrics.answered(path: "/health", .word("ok"))
        metrics.answered(path: "other", .unsigned(404, "no_such_path"))
        let text = MetricsText(metrics.current, Self.clock, nil).text
        for line in [
            #"footfall_requests_total{path="/v1/blocks",status="401"} 2"#,
            #"footfall_requests_total{path="/health",status="200"} 1"#,
            #"footfall_requests_total{path="other",status="404"} 1"#,
            #"footfall_blocks_refused_total{reason="unknown_key"} 2"#,
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        #expect(!text.contains("no_such_path"))
    }

    @Test func `have each series from the start, and a text of its own for each family`() {
        let findings = ArchiveSurvey.Findings(
            devices: 0, duplicates: 0, conflicts: 0, missing: [], takenAtMilliseconds: 0,
            tookMilliseconds: 0)
        let text = MetricsText(CollectorMetrics().current, Self.clock, findings).text
        for reason in ["not_json", "not_object", "not_utf8"] {
            #expect(text.contains("\nfootfall_events_refused_total{reason=\"\(reason)\"} 0\n"))
        }
        #expect(text.contains("\nfootfall_build_info{version=\"\(productVersion)\"} 1\n"))
        // Prometheus shows one family at a time, and none of its neighbours.
        let helps = text.split(separator: "\n").filter { $0.hasPrefix("# HELP") }
        for word in ["same", "that took", "below", "above"] {
            #expect(!helps.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test func `tell how late events are, each bound within its bucket`() {
        var lag = LagHistogram()
        for bound in LagHistogram.boundsSeconds {
            lag.note(milliseconds: bound * 1000)
            lag.note(milliseconds: bound * 1000 + 1)
        }
        lag.note(milliseconds: -5)
        #expect(lag.counts == [2] + Array(repeating: 2, count: 10) + [1])
        let sum = LagHistogram.boundsSeconds.reduce(0, +)
        #expect(lag.sumMilliseconds == 2 * sum * 1000 + 11)
    }

    @Test func `count the lag of what is new, by clocks that can be believed`() {
        let metrics = CollectorMetrics()
        let event = Fixture.event(0, wall: 1_800_000_000_000)
        var unset = Fixture.event(1, wall: 5)
        unset.time.quality = .implausible
        var outcome = BlockOutcome()
        outcome.newCount = 2
        let now = event.time.wallMilliseconds + 2000
        metrics.took([event, unset], outcome, atMilliseconds: now)
        outcome.newCount = 0
        metrics.took([event], outcome, atMilliseconds: now + 100_000)
        #expect(metrics.current.lag.counts.reduce(0, +) == 1)
        let text = MetricsText(metrics.current, Self.clock, nil).text
        for line in [
            #"event_lag_seconds_bucket{le="1"} 0"#, #"event_lag_seconds_bucket{le="5"} 1"#,
            #"event_lag_seconds_bucket{le="+Inf"} 1"#, "event_lag_seconds_sum 2.0",
            "event_lag_seconds_count 1",
        ] { #expect(text.contains("footfall_" + line + "\n"), "\(line)") }
    }

    @Test(arguments: [Int64.min, -9_000_000_000_000_000_000, 1_767_225_599_999, .max])
    func `outlive a device that lies about the time`(_ wall: Int64) {
        let metrics = CollectorMetrics()
        var outcome = BlockOutcome()
        outcome.newCount = 2
        let liars = [Fixture.event(0, wall: wall), Fixture.event(1, wall: wall)]
        metrics.took(liars, outcome, atMilliseconds: 1_800_000_000_000)
        // Of the future: just now. Of the past before this software: no word of it.
        #expect(metrics.current.lag.counts.reduce(0, +) == (wall == .max ? 2 : 0))
        #expect(metrics.current.lag.sumMilliseconds == 0)
    }

    @Test func `name no more devices than their bound, and each in quotation marks`() {
        let missing = (0..<1005).map {
            ArchiveSurvey.Missing(device: "d\($0)\\\"\n", count: Int64(2000 - $0))
        }
        let findings = ArchiveSurvey.Findings(
            devices: 1005, duplicates: 1, conflicts: 2, missing: missing,
            takenAtMilliseconds: 1500, tookMilliseconds: 20)
        let text = MetricsText(CollectorMetrics().current, Self.clock, findings).text
        #expect(text.contains(#"footfall_device_events_missing{device="d0\\\"\n"} 2000"# + "\n"))
        #expect(text.split(separator: "footfall_device_events_missing{").count - 1 == 1000)
        #expect(!text.contains("d1000"))
        let sum = missing.reduce(0) { $0 + $1.count }
        #expect(text.contains("footfall_events_missing \(sum)\n"))
        #expect(text.contains("footfall_survey_timestamp_seconds 1.5\n"))
    }
}

@Suite struct `A survey of the archive` {
    private func findings(_ survey: ArchiveSurvey) async -> ArchiveSurvey.Findings {
        while true {
            if let findings = await survey.findings() { return findings }
            await Task.yield()
        }
    }

    private func survey(
        _ temporary: TemporaryArchive, rest: Duration = .zero
    ) -> ArchiveSurvey {
        ArchiveSurvey(folder: temporary.folder, log: temporary.desk().log, rest: rest)
    }

    private func fill(_ temporary: TemporaryArchive) async throws {
        try await temporary.take([Fixture.event(4)])
        try await temporary.take([Fixture.message(0, "m")], epoch: 2)
        try await temporary.take([Fixture.message(1, "m"), Fixture.event(3)], epoch: 2)
        try await temporary.take([Fixture.event(9)], device: "kiosk-2")
        try await temporary.take([Fixture.event(0)], device: "kiosk-3")
        try await temporary.take([Fixture.event(0, #"{"event":"Y"}"#)], device: "kiosk-3")
    }

    @Test func `finds what the report of gaps does, by device`() async throws {
        let temporary = try TemporaryArchive()
        try await fill(temporary)
        var found = await findings(survey(temporary))
        var reported: [String: Int64] = [:]
        for missing in try temporary.archive.missingIDs() {
            reported[missing.gap.device, default: 0] += missing.gap.missing
        }
        #expect(
            found.missing == [
                ArchiveSurvey.Missing(device: "kiosk-2", count: 9),
                ArchiveSurvey.Missing(device: "kiosk-1", count: 5),
            ])
        #expect(reported == ["kiosk-2": 9, "kiosk-1": 5])
        found.missing = []
        #expect((found.devices, found.duplicates, found.conflicts) == (3, 1, 1))
    }

    @Test func `is not made again before its time, however often one asks`() async throws {
        let temporary = try TemporaryArchive()
        try await fill(temporary)
        let patient = survey(temporary, rest: .seconds(3600))
        let eager = survey(temporary)
        let first = await findings(patient)
        _ = await findings(eager)
        try await temporary.take([Fixture.event(0)], device: "kiosk-4")
        while await findings(eager).devices < 4 { await Task.yield() }
        for _ in 0..<1000 { #expect(await patient.findings() == first) }
    }
}

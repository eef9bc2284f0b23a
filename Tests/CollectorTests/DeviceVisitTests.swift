import Events
import Foundation
import GRDB
import Testing

@testable import Collector
@testable import Reports

/// What reports make of the visits that devices tell.
@Suite struct `A device's visits` {
    private func event(
        _ sequence: UInt32, _ members: String, visit: UInt64, actor: Actor = .shopper,
        isStale: Bool = false,
        stage: Stage? = nil, kind: Kind = .track
    ) -> Event {
        var event = Fixture.event(
            sequence, #"{"event":"X",\#(members)}"#, kind: kind, stage: stage)
        var envelope = EventEnvelope()
        envelope.visit = visit
        envelope.actor = actor
        envelope.isStale = isStale
        envelope.append(to: &event.body)
        return event
    }

    private func order(_ sequence: UInt32, visit: UInt64, actor: Actor) -> Event {
        var event = event(
            sequence, #""properties":{"revenue":1,"currency":"EUR"}"#, visit: visit, actor: actor,
            stage: .conversion)
        event.body = Array(
            String(decoding: event.body, as: UTF8.self)
                .replacing(#""event":"X""#, with: #""event":"Order Completed""#).utf8)
        return event
    }

    @Test func `are counted as told, whatever an SDK calls the visitor`() async throws {
        let temporary = try TemporaryArchive()
        let cookie = #""anonymousId":"a""#
        try await temporary.take([
            event(0, cookie, visit: 1 << 32, stage: .awareness),
            event(1, cookie, visit: 1 << 32 | 1, stage: .awareness),
            // Hours later by its own time, and late by its number.
            event(
                2, cookie + #","timestamp":"2026-03-02T20:00:00Z""#, visit: 1 << 32,
                stage: .consideration),
            event(3, cookie, visit: 0, stage: .consideration),
        ])
        let counts = try temporary.archive.funnelReport().counts
        #expect(counts.visits == 2 && counts.eventsOutsideVisits == 1)
        #expect(counts.stages.map(\.visits) == [2, 1, 0, 0, 0])
        #expect(counts.stages.map(\.people) == [2, 1, 0, 0, 0])
        #expect(counts.goneOn == [1, 0, 0, 0])
    }

    @Test func `are told apart by stream, and from visitors of before`() async throws {
        let temporary = try TemporaryArchive()
        let cookie = #""anonymousId":"a""#
        try await temporary.take([event(0, cookie, visit: 1 << 32, stage: .awareness)])
        try await temporary.take(
            [event(0, cookie, visit: 1 << 32, stage: .awareness)], stream: Fixture.later)
        try await temporary.take([Fixture.event(7, #"{"anonymousId":"a"}"#, stage: .awareness)])
        try await temporary.take(
            [event(0, cookie, visit: 1 << 32, stage: .awareness)], device: "kiosk-2")
        let counts = try temporary.archive.funnelReport().counts
        #expect(counts.visits == 4 && counts.stages[0].people == 4)
    }

    @Test func `of staff and tests are left out, and are said to be`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([
            order(0, visit: 10, actor: .shopper),
            event(1, #""a":1"#, visit: 20, stage: .awareness),
            order(2, visit: 20, actor: .staff), order(3, visit: 30, actor: .test),
        ])
        let report = try temporary.archive.funnelReport()
        #expect(report.counts.visits == 1)
        #expect(report.counts.stages.map(\.visits) == [0, 0, 1, 0, 0])
        #expect(report.counts.revenue["EUR"]?.minorUnits == 100)
        let text = FunnelText.text(of: report)
        #expect(text.contains("(1 visits of staff and 1 tests left out: --all-actors)\n"))
        let json = String(decoding: FunnelJSON.text(of: report), as: UTF8.self)
        #expect(json.contains(#""staff_visits_left_out":1,"test_visits_left_out":1"#))
        let all = try temporary.archive.funnelReport(hasAllActors: true)
        #expect(all.counts.visits == 3 && all.counts.revenue["EUR"]?.minorUnits == 300)
        #expect(!FunnelText.text(of: all).contains("left out"))
    }

    @Test func `name nobody where a marker stayed, or an old name`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([
            event(0, #""userId":"[userId]""#, visit: 1, stage: .awareness),
            event(1, #""userId":"[userId]""#, visit: 2, stage: .awareness),
            event(2, #""userId":"u""#, visit: 3, stage: .awareness),
            // Whom an SDK repeats was there before.
            event(3, #""userId":"u""#, visit: 4, isStale: true, stage: .awareness),
        ])
        #expect(try temporary.archive.funnelReport().counts.stages[0].people == 4)
    }

    @Test func `stand in the export`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([
            event(0, #""a":1"#, visit: 1 << 40 | 5, actor: .staff),
            event(1, #""a":1"#, visit: 0), Fixture.event(2),
        ])
        let lines = try temporary.export()
        #expect(lines[0].contains(#""visit":1099511627781,"actor":"staff","event":{"#))
        #expect(lines[1].contains(#""visit":null,"actor":"shopper","event":{"#))
        #expect(!lines[2].contains("visit"))
        #expect(lines.allSatisfy { !$0.contains("footfall") })
    }

    @Test func `are none in an archive of before`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.event(0, #"{"anonymousId":"a"}"#, stage: .awareness)])
        let before = try temporary.archive.funnelReport().counts
        try await temporary.archive.database.write { try $0.execute(sql: Fixture.secondVersion) }
        let reader = try Archive.openForReading(folder: temporary.folder)
        #expect(try reader.funnelReport().counts == before)
        var lines: [String] = []
        try reader.export { lines.append(String(decoding: $0, as: UTF8.self)) }
        #expect(lines.count == 1 && !lines[0].contains("visit"))
    }
}

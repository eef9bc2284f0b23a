import Blocks
import Events
import Foundation
import Testing

@testable import Collector
@testable import Reports

@Suite struct `A funnel report` {
    private func text(_ members: String, minute: Int) -> String {
        #"{"timestamp":"2026-03-02T08:\#(minute < 10 ? "0" : "")\#(minute):00Z",\#(members)}"#
    }

    private func order(_ properties: String, minute: Int, who: String) -> String {
        text(#""event":"Order Completed",\#(who),"properties":{\#(properties)}"#, minute: minute)
    }

    /// A shopper who buys twice on two kiosks, one who looks, and some odd orders.
    private func shop() async throws -> TemporaryArchive {
        let temporary = try TemporaryArchive()
        let ann = #""anonymousId":"a","userId":"user:k1:n1:ann""#
        let texts: [(String, Stage?)] = [
            (text(#""anonymousId":"a","event":"Promotion Viewed""#, minute: 0), .awareness),
            (text(#""anonymousId":"a","event":"Product Viewed""#, minute: 1), .consideration),
            (order(#""revenue":10.005,"currency":"EUR""#, minute: 2, who: ann), .conversion),
            (text(#""context":{"sessionId":1},"event":"Promotion Viewed""#, minute: 3), .awareness),
            (order(#""total":"1e2","currency":"jpy""#, minute: 4, who: #""x":1"#), .conversion),
            (order(#""total":5,"currency":"EURO""#, minute: 5, who: #""x":1"#), .conversion),
            (order(#""value":5"#, minute: 5, who: #""x":1"#), .conversion),
            (
                text(
                    #""event":"Order Refunded","properties":{"revenue":"0.50","currency":"EUR"}"#,
                    minute: 6), nil
            ),
        ]
        try await temporary.take(
            texts.enumerated().map {
                Fixture.event(UInt32($0.offset), $0.element.0, stage: $0.element.1)
            })
        try await temporary.take(
            [
                Fixture.event(
                    0, order(#""revenue":2"#, minute: 30, who: ann), stage: .conversion),
                Fixture.event(1, #"{"anonymousId":"a","name":"Home"}"#, kind: .page),
            ], device: "kiosk-2")
        return temporary
    }

    @Test func `counts what the events say`() async throws {
        let counts = try await shop().archive.funnelReport().counts
        // Ann at two kiosks and an hour-old page at the second one, and the session.
        #expect(counts.visits == 4)
        #expect(counts.stages.map(\.visits) == [2, 1, 2, 1, 0])
        #expect(counts.stages.map(\.people) == [2, 1, 1, 1, 0])
        #expect(counts.goneOn == [1, 1, 1, 0])
        #expect(counts.eventsOutsideVisits == 4)
        #expect(
            counts.revenue == [
                "EUR": FunnelCounts.Revenue(minorUnits: 951, completed: 1, refunded: 1),
                "JPY": FunnelCounts.Revenue(minorUnits: 100, completed: 1, refunded: 0),
                "XXX": FunnelCounts.Revenue(minorUnits: 200, completed: 1, refunded: 0),
            ])
        #expect(counts.unreadableAmounts == 1)
        #expect(counts.missingAmounts == 1)
    }

    @Test func `is one JSON object of schema funnel/1`() async throws {
        let bytes = FunnelJSON.text(of: try await shop().archive.funnelReport())
        let text = #"""
            {"schema":"funnel/1","visits":4,"events_outside_visits":4,\#
            "staff_visits_left_out":0,"test_visits_left_out":0,"stages":[{\#
            "stage":"awareness","visits":2,"people":2},{"stage":"consideration","visits":1,\#
            "people":1},{"stage":"conversion","visits":2,"people":1},{"stage":"loyalty",\#
            "visits":1,"people":1},{"stage":"advocacy","visits":0,"people":0}],"conversions":[{\#
            "from":"awareness","to":"consideration","visits":1,"of":2,"drop_off":1,\#
            "per_mille":500},{"from":"consideration","to":"conversion","visits":1,"of":1,\#
            "drop_off":0,"per_mille":1000},{"from":"conversion","to":"loyalty","visits":1,\#
            "of":2,"drop_off":1,"per_mille":500},{"from":"loyalty","to":"advocacy","visits":0,\#
            "of":1,"drop_off":1,"per_mille":0}],"revenue":[{"currency":"EUR","minor_units":951,\#
            "digits":2,"amount":"9.51","completed":1,"refunded":1},{"currency":"JPY",\#
            "minor_units":100,"digits":0,"amount":"100","completed":1,"refunded":0},{\#
            "currency":"XXX","minor_units":200,"digits":2,"amount":"2.00","completed":1,\#
            "refunded":0}],"unreadable_amounts":1,"missing_amounts":1,"completeness":{\#
            "devices":2,"events":10,"duplicates":0,"message_id_reused":0,"refused":0,\#
            "conflicts":0,"times":{"synchronised":1,"anchored":0,"bounded":0,"stated":9,\#
            "unknown":0},"times_waiting":0,"clock_unreadable":0,"missing":0,"gaps":[],\#
            "tombstoned":[]},"warnings":[]}

            """#
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func `for people is a chart that fits a terminal`() async throws {
        let temporary = try await shop()
        try await temporary.take([Fixture.event(9)])
        try await temporary.take([Fixture.event(0, #"{"event":"Y"}"#)])
        let chart = FunnelText.text(of: try temporary.archive.funnelReport())
        let lines = chart.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.utf8.count < 80 && $0.utf8.allSatisfy { 0x20..<0x7F ~= $0 } })
        #expect(lines.first == "Funnel: 4 visits")
        #expect(lines.contains("  50.0 % go on (1 of 2), 1 drop off"))
        #expect(lines.contains { $0.hasPrefix("awareness ") && $0.hasSuffix("##########") })
        #expect(lines.contains { $0.hasPrefix("EUR ") && $0.contains(" 9.51 ") })
        #expect(lines.contains { $0.hasPrefix("missing") && $0.contains("1 of kiosk-1 epoch 1") })
        #expect(lines.contains { $0.hasPrefix("WARNING") })
        #expect(chart.hasSuffix("\n"))
    }

    @Test func `of an empty archive has no numbers to divide by`() throws {
        let report = try TemporaryArchive().archive.funnelReport()
        #expect(FunnelText.text(of: report).hasPrefix("Funnel: 0 visits\n"))
        let json = String(decoding: FunnelJSON.text(of: report), as: UTF8.self)
        #expect(json.contains(#""per_mille":null"#))
    }

    @Test func `takes visits in the order of stream, epoch and seq`() async throws {
        let temporary = try TemporaryArchive()
        func look(_ sequence: UInt32, _ stage: Stage) -> Event {
            Fixture.event(sequence, #"{"anonymousId":"a"}"#, stage: stage)
        }
        // The consideration is earlier in its epoch, the epoch later; lanes come as they like.
        try await temporary.take([look(0, .consideration)], epoch: 2)
        try await temporary.take([look(5, .awareness)], lane: .ambient, epoch: 1)
        let counts = try temporary.archive.funnelReport().counts
        #expect(counts.visits == 1)
        #expect(counts.goneOn == [1, 0, 0, 0])
    }
}

@Suite struct `What is kept of an event for reports` {
    private func facts(_ text: String, kind: Kind = .track) throws -> EventFacts {
        let event = Fixture.event(0, text, kind: kind, wall: 42)
        let header = BlockHeader(
            device: "kiosk-1", stream: Fixture.stream, lane: .normal, epoch: 1, boot: Fixture.boot,
            previous: nil, tombstones: [])
        return EventFacts(
            event, OpenedEvent(event, header, .empty), try #require(EventFields(event.body)))
    }

    @Test func `is the visitor, else the session, told apart`() throws {
        #expect(try facts(#"{"anonymousId":"5","context":{"sessionId":6}}"#).visitor == "a:5")
        #expect(try facts(#"{"context":{"sessionId":5}}"#).visitor == "s:5")
        #expect(try facts(#"{"anonymousId":"","context":{"sessionId":"x"}}"#).visitor == "s:x")
        #expect(try facts(#"{"anonymousId":null,"sessionId":5}"#).visitor == nil)
    }

    @Test func `is the time of the event, else of its first sending, else the device's`() throws {
        let first = #""originalTimestamp":"1970-01-01T00:00:01Z""#
        #expect(
            try facts(#"{"timestamp":"1970-01-01T00:00:02Z",\#(first)}"#).statedMilliseconds == 2000
        )
        #expect(try facts(#"{"timestamp":"yesterday",\#(first)}"#).statedMilliseconds == 1000)
        #expect(try facts(#"{"timestamp":17}"#).statedMilliseconds == nil)
    }

    @Test func `is the money of orders that are tracked, and of nothing else`() throws {
        let order = #""event":"Order Completed","properties":{"revenue":1.5,"currency":"KWD"}"#
        #expect(
            try facts("{\(order)}").money == .amount(currency: "KWD", minorUnits: 1500))
        #expect(try facts("{\(order)}", kind: .page).money == nil)
        #expect(try facts(#"{"event":"order completed","properties":{"revenue":1}}"#).money == nil)
        #expect(
            try facts(#"{"event":"Order Refunded","properties":{"revenue":true}}"#).money
                == .unreadable)
        #expect(try facts(#"{"event":"Order Completed"}"#).money == .missing)
        #expect(
            try facts(
                #"{"event":"Order Completed","properties":{"revenue":null,"total":1,"currency":null}}"#
            ).money == .amount(currency: "XXX", minorUnits: 100))
        #expect(
            try facts(
                #"{"event":"Order Completed","properties":{"revenue":1,"currency":978}}"#
            ).money == .unreadable)
    }

    @Test func `survives the table`() {
        for money in [
            nil, Money.missing, .unreadable, .amount(currency: "EUR", minorUnits: -5),
        ] {
            let columns = MoneyColumns(money)
            #expect(columns.money == money)
        }
    }
}

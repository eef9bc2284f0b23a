import Events
import Foundation
import Store
import Testing

@testable import Agent

@Suite struct `The audit` {
    private func lane(
        offered: Int64 = 10, accepted: Int64 = 7, deduplicated: Int64 = 2, refused: Int64 = 1,
        delivered: Int64 = 3, queued: Int64 = 2, quarantined: Int64 = 1, dropped: Int64 = 1
    ) -> AuditReport.LaneSums {
        var sums = AuditReport.LaneSums(lane: .normal)
        sums.offered = offered
        sums.accepted = accepted
        sums.deduplicated = deduplicated
        sums.refused = refused
        sums.delivered = delivered
        sums.queued = queued
        sums.quarantined = quarantined
        sums.dropped = dropped
        return sums
    }

    private func report(_ sums: AuditReport.LaneSums...) -> AuditReport {
        AuditReport(lanes: sums, damage: nil)
    }

    @Test func `holds if both equations do, in every lane`() {
        let whole = report(lane(), AuditReport.LaneSums(lane: .ambient))
        #expect(whole.isHolding && whole.exitCode == 0)
        #expect(whole.text.contains("both equations hold"))
        #expect(!whole.text.contains("NOT"))
    }

    @Test func `finds every wrong sum`() throws {
        let wrong = [
            lane(offered: 11), lane(accepted: 8), lane(deduplicated: 1), lane(refused: 0),
            lane(delivered: 4), lane(queued: 1), lane(quarantined: 2), lane(dropped: 0),
            lane(offered: 9, accepted: 6), lane(accepted: 8, delivered: 4),
        ]
        for sums in wrong {
            let report = report(lane(), sums)
            #expect(!report.isHolding && report.exitCode == 74)
            #expect(report.text.contains("DOES NOT HOLD"))
            var writer = JSONWriter()
            report.write(&writer)
            let text = String(decoding: writer.bytes, as: UTF8.self)
            #expect(text.contains(#""holds":false"#))
        }
    }

    @Test func `sums the counters by the first part of their names`() {
        var sums = AuditReport.LaneSums(lane: .normal)
        for (name, value) in [
            ("offered", 100), ("accepted", 90), ("deduplicated", 6), ("refused:400", 3),
            ("refused:503", 1), ("delivered", 50), ("quarantined:not_json", 4),
            ("quarantined:collector:x", 5), ("dropped:evicted", 7), ("message_id_reused", 1000),
            ("stage_unknown", 1000), ("conflict", 1000),
        ] as [(String, Int64)] {
            sums.add(CounterDelta(.normal, name, value))
        }
        #expect(sums.refused == 4 && sums.quarantined == 9 && sums.dropped == 7)
        #expect(sums.isOfferedAccounted && !sums.isAcceptedAccounted)
        sums.queued = 24
        #expect(sums.isAcceptedAccounted)
    }

    @Test(
        arguments: [
            CounterDelta(.normal, "accepted", 1), CounterDelta(.normal, "offered", -1),
            CounterDelta(.critical, "delivered", 1), CounterDelta(.ambient, "refused:400", 1),
            CounterDelta(.normal, "quarantined:x", 1), CounterDelta(.normal, "dropped:evicted", 1),
        ])
    func `of a store with one count wrong does not hold`(_ wrong: CounterDelta) throws {
        let kiosk = try Kiosk()
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), "5"))
        try kiosk.audited()
        var change = Change(for: kiosk.loop.store)
        change.counters = [wrong]
        try kiosk.loop.store.commit(change)
        let response = try #require(try kiosk.ask(.queueAudit))
        #expect(response.exitCode == 74)
        #expect(String(decoding: response.output, as: UTF8.self).contains("DOES NOT HOLD"))
    }

    @Test func `of a store that lost a row does not hold`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), Kiosk.track("b")))
        try kiosk.audited()
        let shipment = try #require(try kiosk.loop.store.nextShipment())
        var change = Change(for: kiosk.loop.store)
        change.removed = shipment.rows.map(\.key)
        try kiosk.loop.store.commit(change)
        #expect(try kiosk.ask(.queueAudit)?.exitCode == 74)
    }

    @Test(
        arguments: [
            ["accepted", "delivered"], ["refused:400", "refused:503"], ["offered"],
            ["quarantined:x", "dropped:evicted"], ["deduplicated", "accepted", "offered"],
        ], [Int64.max, .max - 1, .min, .min + 1])
    func `of damaged counts is told all the same`(_ names: [String], _ value: Int64) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), "5"))
        var change = Change(for: kiosk.loop.store)
        for name in names {
            // Two lanes, which the status adds up.
            for lane in [Lane.normal, .ambient] {
                change.counters.append(CounterDelta(lane, name, value))
            }
        }
        try kiosk.loop.store.commit(change)
        for isJSON in [false, true] {
            #expect(try kiosk.ask(.queueAudit, isJSON: isJSON)?.exitCode == 74)
            #expect(try kiosk.ask(.status, isJSON: isJSON)?.output.isEmpty == false)
        }
        // Nor do books end the agent that are balanced with such counts, or go on from them.
        kiosk.loop.balanceBooks()
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("b"))).status == 200)
        _ = try #require(try kiosk.ask(.queueAudit))
        #expect(try kiosk.queuedCount() == 2)
    }

    @Test func `holds no sum that does not fit in 64 bits`() {
        #expect(!report(lane(offered: .max, accepted: .max, delivered: .max)).isHolding)
        let offered = lane(
            offered: .max, accepted: .max, deduplicated: 1, delivered: .max - 4, queued: 2)
        #expect(!report(offered).isHolding)
    }
}

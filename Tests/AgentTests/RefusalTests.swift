import Blocks
import Events
import Platform
import Store
import Sync
import Testing

@testable import Agent

/// Only a signed refusal opens a block, and only the events that are refused alone are set aside.
@Suite struct `A refused block` {
    private func isPoisoned(_ event: Event) -> Bool {
        String(decoding: event.body, as: UTF8.self).contains("poison")
    }

    @Test(arguments: [[0], [8], [4], [0, 8], [3, 4], [1, 3, 5, 7], Array(0..<9)])
    func `is halved until each bad event stands alone`(_ bad: [Int]) throws {
        let kiosk = try Kiosk()
        kiosk.collector.blockFault = { block in
            block.events.contains { isPoisoned($0) } ? "Bad Content!" : nil
        }
        let names = (0..<9).map { bad.contains($0) ? "poison \($0)" : "good \($0)" }
        let reply = try kiosk.post(
            #"{"batch":["# + names.map { Kiosk.track($0) }.joined(separator: ",") + "]}")
        #expect(reply.status == 200)
        try kiosk.drain()
        let good = (0..<9).filter { !bad.contains($0) }
        #expect(Set(kiosk.collector.texts) == Set(good.map { Kiosk.track("good \($0)") }))
        #expect(Set(kiosk.collector.events.map { Int($0.id.sequence) }) == Set(good))
        let reason = "quarantined:collector:bad_content_"
        #expect(try kiosk.counter(reason) == Int64(bad.count))
        let buried = kiosk.collector.tombstones.flatMap { tombstone in
            #expect(tombstone.reason == reason && tombstone.stream == kiosk.loop.store.stream)
            return tombstone.sequences.flatMap { Array($0.first...$0.last) }
        }
        #expect(buried.sorted() == bad.map { UInt32($0) })
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == Int64(good.count) && sums["quarantined"] == Int64(bad.count))
        #expect(sums["accepted"] == 9 && sums["queued"] == 0)
    }

    @Test func `is the same after a kill between its halves`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.blockFault = { block in
            block.events.contains { isPoisoned($0) } ? "x" : nil
        }
        kiosk.collector.mood = .down
        let events = (0..<40).map { Kiosk.track($0 == 17 ? "poison" : "good \($0)") }
        _ = try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}")
        kiosk.collector.mood = .well
        for _ in 0..<60 where try kiosk.queuedCount() > 0 {
            var world = kiosk.world
            // One answer at a time, and a kill behind each.
            for _ in 0..<6 where kiosk.world.exchange == nil {
                world.advance(to: max(world.now, kiosk.loop.step(&world)))
                if kiosk.loop.courier.machine.deadline != .never {
                    world.advance(to: kiosk.loop.courier.machine.deadline)
                }
            }
            if let exchange = world.exchange, let outcome = kiosk.collector.answer(exchange) {
                world.settle(outcome)
            }
            _ = kiosk.loop.step(&world)
            try kiosk.killAndStart()
        }
        try kiosk.drain()
        #expect(kiosk.collector.events.count == 39)
        #expect(!kiosk.collector.texts.contains { $0.contains("poison") })
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 39 && sums["quarantined"] == 1)
    }

    @Test func `of a version that the collector does not know waits for its upgrade, unopened`()
        throws
    {
        let kiosk = try Kiosk()
        kiosk.collector.blockFault = { _ in "block_version" }
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), Kiosk.track("b"), "5"))
        try kiosk.pass(3_600_000)
        #expect(try kiosk.queuedCount() == 2 && kiosk.world.exchangeCount < 10)
        let status = try #require(try kiosk.ask(.status)?.output)
        #expect(String(decoding: status, as: UTF8.self).contains("upgrade the collector"))
        kiosk.collector.blockFault = { _ in nil }
        try kiosk.pass(3_600_000)
        #expect(kiosk.collector.texts == [Kiosk.track("a"), Kiosk.track("b")])
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 2 && sums["quarantined"] == 1)
    }

    @Test func `is not the way of an event that the receipt refuses`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.eventFault = { isPoisoned($0) ? "too_old" : nil }
        _ = try kiosk.post(
            Kiosk.batch(Kiosk.track("a"), Kiosk.track("poison"), Kiosk.track("b")))
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a"), Kiosk.track("b")])
        #expect(try kiosk.counter("quarantined:collector:too_old") == 1)
        #expect(
            kiosk.collector.tombstones.map(\.sequences) == [[SequenceRange(1, 1)]])
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 2 && sums["quarantined"] == 1)
    }

    @Test func `of tombstones alone is kept, tried again in its time, and stops no event`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.blockFault = { $0.header.tombstones.isEmpty ? nil : "no_tombstones" }
        _ = try kiosk.post(Kiosk.batch("5", Kiosk.track("a")))
        try kiosk.pass(600_000)
        #expect(kiosk.collector.texts == [Kiosk.track("a")])
        #expect(try kiosk.loop.store.pendingTombstones(limit: 9).count == 1)
        #expect(kiosk.world.exchangeCount < 30, "\(kiosk.world.exchangeCount) in ten minutes")
        kiosk.collector.blockFault = { _ in nil }
        try kiosk.pass(3_600_000)
        #expect(kiosk.collector.tombstones.map(\.sequences) == [[SequenceRange(0, 0)]])
        #expect(try kiosk.audited()["delivered"] == 1)
    }

    @Test(arguments: [RowTable.tail, .block])
    func `that nobody can read sets its damaged row aside, and no other`(_ table: RowTable) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), Kiosk.track("b")))
        var change = Change(for: kiosk.loop.store)
        let sequence = kiosk.loop.store.nextSequence
        change.inserted = [
            StoredRow(
                table, lane: .normal, epoch: kiosk.loop.store.epoch,
                ranges: [SequenceRange(sequence, sequence + 2)], body: Array("damaged".utf8))
        ]
        change.endSequence = sequence + 3
        change.counters = [
            CounterDelta(.normal, "offered", 3), CounterDelta(.normal, "accepted", 3),
        ]
        try kiosk.loop.store.commit(change)
        kiosk.loop.nextSequence = kiosk.loop.store.nextSequence
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("c")))
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == ["a", "b", "c"].map { Kiosk.track($0) })
        #expect(try kiosk.counter("quarantined:unreadable") == 3)
        #expect(
            kiosk.collector.tombstones.map(\.sequences) == [[SequenceRange(sequence, sequence + 2)]]
        )
        #expect(kiosk.collector.blockCount < 12, "\(kiosk.collector.blockCount) requests")
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 3 && sums["quarantined"] == 3)
    }
}

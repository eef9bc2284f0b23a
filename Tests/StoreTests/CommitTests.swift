import Events
import Testing

@testable import Store

/// Invariants 1, 2 and 4 of the Store page.
@Suite struct `A committed change` {
    let state = StateDirectory()

    @Test func `is there after reopening, in all its parts`() throws {
        var store = try state.open()
        #expect(store.epoch == 1 && store.nextSequence == 0)
        var change = Change(for: store)
        let row = StoredRow(
            .tail, lane: .critical, epoch: 1,
            ranges: [SequenceRange(0, 2), SequenceRange(4, 4), SequenceRange(300, 70_000)],
            body: [1, 2, 3])
        let sealed = StoredRow(
            .block, lane: .ambient, epoch: 1, ranges: [SequenceRange(3, 3)], body: [])
        change.inserted = [row, sealed]
        change.endSequence = 70_001
        change.quarantined = [
            QuarantinedEvent(
                lane: .normal, epoch: 1, sequence: 5, wallMilliseconds: 9, reason: "not_json",
                producer: .max, byteCount: 12, body: [9])
        ]
        let tombstone = Tombstone(
            stream: store.stream, epoch: 1, sequences: [SequenceRange(5, 5)],
            reason: "quarantined:not_json")
        change.tombstones = [tombstone]
        change.counters = [
            CounterDelta(.critical, "accepted", 69_705), CounterDelta(.normal, "accepted", 1),
            CounterDelta(.critical, "accepted", -1),
        ]
        let chunk = MessageChunk(wallMilliseconds: 3, count: 2, bytes: [7, 7])
        change.messages = chunk
        change.texts = [KeptText("last", "word")]
        #expect(try store.commit(change) == 0)
        #expect(store.nextSequence == 70_001)
        store.close()

        store = try state.open(fresh: 2)
        #expect(store.epoch == 2 && store.nextSequence == 0)
        #expect(store.stream == StreamID(high: 0xF0, low: 1))
        let shipment = try #require(try store.nextShipment())
        #expect(shipment.rows == [row] && !shipment.isSealed && shipment.lane == .critical)
        #expect(shipment.epoch.epoch == 1 && shipment.epoch.boot == Fixture.boot)
        try store.remove([row.key])
        let next = try #require(try store.nextShipment())
        #expect(next.rows == [sealed] && next.isSealed)
        #expect(try store.pendingTombstones(limit: 9).map { $0.tombstone } == [tombstone])
        #expect(
            try store.quarantineStatistics() == [
                QuarantineStatistics(reason: "not_json", eventCount: 1, byteCount: 1)
            ])
        #expect(
            try store.counters() == [
                CounterDelta(.critical, "accepted", 69_704), CounterDelta(.normal, "accepted", 1),
            ])
        var chunks: [MessageChunk] = []
        try store.rememberedMessages { chunks.append($0) }
        #expect(chunks == [chunk])
        #expect(try store.text("last") == "word")
    }

    @Test func `is refused whole when a removed row is not there`() throws {
        let store = try state.open()
        let row = try store.add(3)
        var change = Change(for: store)
        change.inserted = [
            StoredRow(.tail, lane: .normal, epoch: 1, ranges: [SequenceRange(3, 3)], body: [1])
        ]
        change.endSequence = 4
        change.counters = [CounterDelta(.normal, "accepted", 1)]
        change.removed = [row.key, RowKey(.block, row.key.id)]
        #expect {
            try store.commit(change)
        } throws: {
            ($0 as? StoreError)?.code == .stale
        }
        #expect(store.nextSequence == 3)
        #expect(try store.queuedEvents() == 3)
        #expect(try store.counter("accepted") == 3)
        change.removed = [row.key]
        try store.commit(change)
        #expect(try store.queuedEvents() == 1)
    }

    @Test func `is refused when made for another epoch or sequence, or under a taken id`() throws {
        let store = try state.open()
        let change = Change(for: store)
        try store.add(1)
        #expect { try store.commit(change) } throws: { ($0 as? StoreError)?.code == .stale }
        let before = Change(for: store)
        try store.beginEpoch()
        #expect { try store.commit(before) } throws: { ($0 as? StoreError)?.code == .stale }
        let row = try store.add(1)
        var twice = Change(for: store)
        twice.inserted = [row]
        #expect { try store.commit(twice) } throws: { ($0 as? StoreError)?.code == .stale }
        #expect(try store.queuedEvents() == 2)
    }

    @Test func `goes on in a new epoch and stream when told to`() throws {
        let store = try state.open()
        try store.add(5)
        try store.beginEpoch()
        #expect(store.epoch == 2 && store.nextSequence == 0)
        try store.beginEpoch()
        try store.add(7)
        let third = try #require(try store.epochInfo(3))
        #expect(third.previousEpoch == 1 && third.previousEnd == 5)
        let other = StreamID(high: 5, low: 5)
        try store.beginStream(other)
        try store.add(1)
        let fourth = try #require(try store.epochInfo(4))
        #expect(fourth.stream == other && fourth.previousEpoch == nil && fourth.previousEnd == 0)
        store.close()
        let again = try state.open(fresh: 9)
        #expect(again.stream == other && again.epoch == 5)
        #expect(try again.epochInfo(5)?.previousEpoch == 4)
        #expect(try again.epochInfo(3) == third)
    }
}

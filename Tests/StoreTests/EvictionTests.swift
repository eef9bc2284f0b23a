import Events
import Testing

@testable import Store

/// Invariants 6 and 8 of the Store page: the quota is the least, 16 MB.
@Suite struct `Over budget the store` {
    let state = StateDirectory()

    @Test func `evicts ambient before normal before critical, the oldest first`() throws {
        let store = try state.open()
        try fill(store, .critical, megabytes: 2)
        try fill(store, .normal, megabytes: 2)
        try fill(store, .ambient, megabytes: 2)
        #expect(try store.counter("dropped:evicted") == 0)
        var lanes: [Int64] = []
        for _ in 0..<45 {
            try store.add(10, .critical, bytes: 100_000, table: .block)
            let ambient = try dropped(store, .ambient)
            let normal = try dropped(store, .normal)
            if try dropped(store, .critical) > 0 { break }
            if normal > 0 { #expect(try store.statistics()[2].eventCount == 0) }
            if ambient > 0, let oldest = try store.statistics()[2].oldest {
                #expect(normal == 0)
                lanes.append(Int64(oldest.first))
            }
        }
        #expect(lanes == lanes.sorted() && lanes.count > 10)
        #expect(try dropped(store, .normal) > 0)
        #expect(try dropped(store, .critical) == 0)
        try conserve(store)
    }

    @Test func `says that it has no room before it evicts`() throws {
        let store = try state.open(quotaBytes: 64_000_000)
        #expect(store.hasRoom)
        var hadRoom = true
        while try store.counter("dropped:evicted") == 0 {
            hadRoom = store.hasRoom
            try store.add(10, bytes: 1 << 20, table: .block)
        }
        #expect(!hadRoom)
    }

    @Test func `says of each event that it dropped, once, and counts it`() throws {
        var store = try state.open()
        for round in 0..<1500 {
            try store.add(7, [.normal, .ambient, .critical][round % 3], bytes: 9000)
            if round == 700 { try store.beginEpoch() }
            if round == 900 { _ = try store.pendingTombstones(limit: 1) }
            if round == 1200 {
                store.close()
                store = try state.open()
            }
        }
        try conserve(store)
        #expect(try store.counter("dropped:evicted") > 1000)
    }

    @Test func `says nothing more in a statement that is under way`() throws {
        let store = try state.open()
        for _ in 0..<1400 { try store.add(1, .ambient, bytes: 9000) }
        let pending = try store.pendingTombstones(limit: .max)
        let stated = pending.reduce(0) { sum, pending in
            sum + pending.tombstone.sequences.reduce(0) { $0 + $1.count }
        }
        #expect(stated > 0)
        for _ in 0..<50 { try store.add(1, .ambient, bytes: 9000) }
        var change = Change(for: store)
        change.deliveredTombstones = pending.map { $0.id }
        try store.commit(change)
        #expect(try store.counter("dropped:evicted") > stated)
        try conserve(store, stated: stated)
    }

    @Test func `evicts small rows too, and never the ones that are under way`() throws {
        let store = try state.open()
        let row = try store.add(1, .ambient, bytes: 300)
        #expect(try store.nextShipment()?.rows == [row])
        for _ in 0..<130 { try store.add(1, .ambient, bytes: 100_000) }
        #expect(try dropped(store, .ambient) > 10)
        #expect(try store.statistics()[2].oldest == row.key.id)
        try store.remove([row.key])
        try conserve(store, settled: 1)
    }

    @Test func `refuses only what cannot fit at all, and stays of use`() throws {
        let store = try state.open()
        let row = try store.add(3)
        #expect(try store.nextShipment()?.rows == [row])
        #expect {
            try store.add(1, bytes: 12 << 20)
        } throws: {
            ($0 as? StoreError)?.code == .full
        }
        #expect(store.nextSequence == 3)
        #expect(try store.queuedEvents() == 3)
        #expect(try store.counter("dropped:evicted") == 0)
        try store.add(2)
        try conserve(store)
    }

    @Test func `keeps its files within the quota through many turnovers`() throws {
        let store = try state.open()
        for _ in 0..<400 { try store.add(100, .normal, bytes: 100_000) }
        let taken = try ["events.db", "events.db-wal", "ballast"].reduce(0) {
            $0 + (try state.byteCount($1))
        }
        #expect(taken <= Int(EventStore.quotaBytesMin))
        #expect(taken > 12_000_000)
        #expect(try store.diskBytes().used <= store.diskBytes().quota)
        try conserve(store)
    }

    @Test func `settles rows at the limit without evicting others`() throws {
        let store = try state.open()
        while try store.counter("dropped:evicted") == 0 {
            try store.add(10, .normal, bytes: 50_000, table: .block)
        }
        let evicted = try store.counter("dropped:evicted")
        let shipment = try #require(try store.nextShipment())
        try store.remove(shipment.rows.map { $0.key })
        #expect(try store.counter("dropped:evicted") == evicted)
    }

    private func fill(_ store: EventStore, _ lane: Lane, megabytes: Int) throws {
        for _ in 0..<10 * megabytes { try store.add(10, lane, bytes: 100_000, table: .block) }
    }

    private func dropped(_ store: EventStore, _ lane: Lane) throws -> Int64 {
        try store.counters().first { $0.lane == lane && $0.name == "dropped:evicted" }?.value ?? 0
    }

    /// accepted = queued + evicted + settled; and the tombstones name just the evicted ones.
    private func conserve(
        _ store: EventStore, settled: Int64 = 0, stated: Int64 = 0
    ) throws {
        let tombstoned = try store.tombstonedEvents()
        #expect(Set(tombstoned).count == tombstoned.count)
        let evicted = try store.counter("dropped:evicted")
        let accepted = try store.counter("accepted")
        let queued = try store.queuedEvents()
        #expect(accepted == queued + evicted + settled)
        #expect(Int64(tombstoned.count) == evicted - stated)
        var left = Set(tombstoned)
        for id in try store.queuedEventIDs() { #expect(left.insert(id).inserted) }
        #expect(Int64(left.count) == accepted - settled - stated)
    }
}

import Events
import Testing

@testable import Store

/// The ids of the Store page.
@Suite struct `The id of a row` {
    @Test(arguments: Lane.allCases) func `is the same in both tables`(lane: Lane) {
        for (epoch, first) in [
            (1, 0), (1, 1), (2, 0), (1 << 28 - 1, 0), (1 << 28 - 1, .max - 1), (5, 1 << 31),
        ] as [(UInt32, UInt32)] {
            let id = RowID(lane: lane, epoch: epoch, first: first)
            for table in RowTable.allCases {
                let stored = id.stored(in: table)
                #expect((stored < 0) == (table == .tail))
                let back = RowID(stored: stored)
                #expect(back == id && back.lane == lane)
                #expect(back.epoch == epoch && back.first == first)
            }
        }
    }

    @Test func `is in a tail in the order of age, whatever the lane`() {
        let ids = [(1, 0), (1, 1), (1, .max - 1), (2, 0), (1 << 28 - 1, 7)] as [(UInt32, UInt32)]
        let stored = ids.enumerated().map { index, id in
            RowID(lane: Lane.allCases[2 - index % 3], epoch: id.0, first: id.1).stored(in: .tail)
        }
        #expect(stored == stored.sorted())
        #expect(RowID(stored: .min | 1 << 34 | 3).lane == nil)
    }
}

/// Invariant 7 of the Store page.
@Suite struct `What is sent next` {
    let state = StateDirectory()

    @Test func `is the newest critical row, then the oldest of the others`() throws {
        let store = try state.open()
        let normal1 = try store.add(1, .normal)
        let critical1 = try store.add(1, .critical, table: .block)
        let ambient1 = try store.add(1, .ambient, table: .block)
        try store.beginEpoch()
        let ambient2 = try store.add(1, .ambient)
        let normal2 = try store.add(1, .normal)
        let critical2 = try store.add(1, .critical)
        var order: [RowKey] = []
        while let shipment = try store.nextShipment() {
            #expect(shipment.isSealed == (shipment.rows[0].key.table == .block))
            order += shipment.rows.map { $0.key }
            try store.remove(shipment.rows.map { $0.key })
        }
        #expect(
            order == [critical2, critical1, normal1, ambient1, ambient2, normal2].map { $0.key })
    }

    @Test func `is rows of one lane and epoch together, up to the limits`() throws {
        let store = try state.open()
        let first = try store.add(10, .normal, bytes: 500)
        try store.add(10, .ambient)
        let second = try store.add(10, .normal, bytes: 500)
        let third = try store.add(10, .normal, bytes: 500)
        try store.beginEpoch()
        try store.add(10, .normal)
        #expect(try store.nextShipment()?.rows == [first, second, third])
        #expect(try store.nextShipment(eventsMax: 29)?.rows == [first, second])
        #expect(try store.nextShipment(bytesMax: 1499)?.rows == [first, second])
        #expect(try store.nextShipment(eventsMax: 1, bytesMax: 1)?.rows == [first])
    }

    @Test func `is, of critical rows, the newest with the ones before it, in ascending order`()
        throws
    {
        let store = try state.open()
        let rows = try (0..<4).map { _ in try store.add(10, .critical) }
        #expect(try store.nextShipment(eventsMax: 25)?.rows == [rows[2], rows[3]])
    }

    @Test func `is a sealed row alone`() throws {
        let store = try state.open()
        let row = try store.add(1000, .normal, bytes: 30_000, table: .block)
        try store.add(1, .normal)
        let shipment = try #require(try store.nextShipment())
        #expect(shipment.rows == [row] && shipment.isSealed)
    }

    @Test func `changes nothing by being asked`() throws {
        let store = try state.open()
        #expect(try store.nextShipment() == nil)
        try store.add(1)
        #expect(try store.nextShipment()?.rows == store.nextShipment()?.rows)
        #expect(try store.queuedEvents() == 1)
    }
}

/// What `sealable` promises.
@Suite struct `What is better sealed` {
    let state = StateDirectory()

    @Test func `is a lane's oldest rows once they make a whole block`() throws {
        let store = try state.open()
        var rows: [StoredRow] = []
        for _ in 0..<9 {
            rows.append(try store.add(100))
            try store.add(100, .ambient)
        }
        #expect(try store.sealable() == nil)
        rows.append(try store.add(100))
        rows.append(try store.add(100))
        let shipment = try #require(try store.sealable())
        #expect(shipment.rows == Array(rows[..<10]) && shipment.lane == .normal)
        var change = Change(for: store)
        change.removed = shipment.rows.map { $0.key }
        change.inserted = [
            StoredRow(
                .block, lane: .normal, epoch: 1, ranges: shipment.rows.flatMap { $0.ranges },
                body: [1])
        ]
        try store.commit(change)
        #expect(try store.sealable() == nil)
        #expect(try store.queuedEvents() == 2000)
        #expect(try store.nextShipment()?.isSealed == true)
        try store.add(200, .ambient)
        #expect(try store.sealable()?.lane == .ambient)
    }

    @Test func `is also what fills a block's bytes`() throws {
        let store = try state.open()
        try store.add(1, bytes: 600_000)
        #expect(try store.sealable() == nil)
        try store.add(1, bytes: 600_000)
        #expect(try store.sealable()?.rows.count == 1)
    }

    @Test func `is what an epoch that is over has left, if more than one row`() throws {
        var store = try state.open()
        let first = try store.add(1)
        let second = try store.add(1)
        try store.add(1, .ambient)
        store.close()
        store = try state.open()
        try store.add(1)
        try store.add(1)
        let shipment = try #require(try store.sealable())
        #expect(shipment.rows == [first, second] && shipment.epoch.epoch == 1)
        try store.remove([first.key])
        #expect(try store.sealable() == nil)
        try store.beginEpoch()
        #expect(try store.sealable()?.epoch.epoch == 2)
    }

    @Test func `is not what was refused or has gone`() throws {
        let store = try state.open()
        let row = try store.add(999)
        var change = Change(for: store)
        change.inserted = [row]
        #expect(throws: StoreError.self) { try store.commit(change) }
        #expect(try store.sealable() == nil)
        try store.remove([row.key])
        try store.add(1)
        #expect(try store.sealable() == nil)
    }
}

/// What `queuedEventCount` promises.
@Suite struct `What is still queued` {
    @Test func `is counted through any event's id`() throws {
        let state = StateDirectory()
        let store = try state.open()
        try store.add(10, .normal)
        try store.add(10, .critical, table: .block)
        try store.add(10, .ambient)
        try store.beginEpoch()
        try store.add(10, .normal)
        for sequence: UInt32 in 0..<30 {
            #expect(
                try store.queuedEventCount(throughEpoch: 1, sequence: sequence)
                    == Int64(sequence) + 1)
        }
        #expect(try store.queuedEventCount(throughEpoch: 1, sequence: .max) == 30)
        #expect(try store.queuedEventCount(throughEpoch: 2, sequence: 4) == 35)
        #expect(try store.queuedEventCount(throughEpoch: 9, sequence: 0) == 40)
        try store.remove([RowKey(.tail, RowID(lane: .normal, epoch: 1, first: 0))])
        #expect(try store.queuedEventCount(throughEpoch: 1, sequence: 14) == 5)
        let statistics = try store.statistics()
        #expect(statistics.map { $0.eventCount } == [10, 10, 10])
        #expect(statistics[1].oldest == RowID(lane: .normal, epoch: 2, first: 0))
        #expect(statistics[0].byteCount == 100)
    }
}

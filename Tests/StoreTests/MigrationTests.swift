import Events
import Foundation
import Testing

@testable import Store

/// Schema, version 4, of the Store page.
@Suite struct `A database of the first version` {
    let state = StateDirectory()

    @Test func `is gone on with, in its stream and with all that it has`() throws {
        try FirstVersion.make(in: state)
        let store = try state.open(fresh: 9)
        guard case .existing = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(store.stream == FirstVersion.stream && store.epoch == 3)
        let info = try #require(try store.epochInfo(3))
        #expect(info.previousEpoch == 2 && info.previousEnd == UInt32(FirstVersion.events))
        #expect(try store.queuedEvents() == Int64(FirstVersion.events))
        #expect(try store.counter("accepted") == Int64(FirstVersion.events))
        #expect(try store.counters().count == 1)
        #expect(try store.text("a") == "text" && store.text("damaged") == nil)
        #expect(store.rememberedCount == 1)
        let version = try #require(store.database).connection.integer("PRAGMA user_version")
        #expect(version == 4)
    }

    @Test func `is delivered before what is new, each row once`() throws {
        try FirstVersion.make(in: state)
        let store = try state.open()
        let new = try store.add(2)
        var ids: [Int64] = []
        while let shipment = try store.nextShipment() {
            if shipment.lane == .normal, shipment.epoch.epoch == 3 { #expect(ids.count > 10) }
            ids += shipment.rows.map { $0.key.id.age }
            try store.remove(shipment.rows.map { $0.key })
        }
        #expect(Set(ids).count == ids.count && ids.count == FirstVersion.rowCount + 1)
        #expect(ids.last == new.key.id.age)
        #expect(try store.queuedEvents() == 0)
    }

    @Test func `gives way to what is new when there is no room, oldest first`() throws {
        try FirstVersion.make(in: state)
        let store = try state.open()
        let new = try store.add(1, bytes: 900)
        while try store.counter("dropped:evicted") < 160 { try store.add(1, bytes: 8000) }
        let gone = try store.tombstonedEvents()
        let old = gone.filter { $0.epoch == 2 && $0.stream == FirstVersion.stream }
        #expect(old.count == gone.count || old.count == 180)
        #expect(try store.queuedEventIDs().contains { $0.epoch == new.key.id.epoch })
        let left = try store.statistics()
        #expect(left[Int(Lane.critical.rawValue)].eventCount == 60)
        #expect(left[Int(Lane.ambient.rawValue)].eventCount == 0)
    }

    @Test func `that is damaged is salvaged`() throws {
        try FirstVersion.make(in: state)
        var bytes = try state.contents("events.db")
        // Some page in the middle, of rows.
        let middle = bytes.count / 2 / 4096 * 4096
        bytes.replaceSubrange(middle..<middle + 4096, with: Data(repeating: 0, count: 4096))
        try state.write(bytes, "events.db")
        let store = try state.open(fresh: 9)
        if case .existing = store.opening {
            try store.recover(freshStream: StreamID(high: 0xF0, low: 9), wallMilliseconds: 1)
        }
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(salvage.rowCount > FirstVersion.rowCount / 2)
        let ids = try store.queuedEventIDs()
        #expect(Int64(ids.count) == salvage.eventCount)
        #expect(ids.allSatisfy { $0.stream == FirstVersion.stream })
    }
}

/// Schema, version 4, of the Store page.
@Suite struct `A database of the second or third version` {
    let state = StateDirectory()

    @Test(arguments: [2, 3]) func `is gone on with, in its stream and with all that it has`(
        version: Int
    ) throws {
        try SecondVersion.make(in: state, version: version)
        let store = try state.open(fresh: 9)
        guard case .existing = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        let last = UInt32(SecondVersion.epoch)
        #expect(store.stream == SecondVersion.stream && store.epoch == last + 1)
        let info = try #require(try store.epochInfo(store.epoch))
        #expect(info.previousEpoch == last && info.previousEnd == UInt32(SecondVersion.events))
        #expect(try store.queuedEvents() == Int64(SecondVersion.events))
        #expect(
            try store.counters() == [
                CounterDelta(.normal, "accepted", Int64(SecondVersion.events))
            ])
        #expect(try store.text("a") == "text" && store.text("damaged") == nil)
        let found = try #require(store.database).connection.integer("PRAGMA user_version")
        #expect(found == 4)
    }

    @Test(arguments: [2, 3]) func `remembers its message ids before new ones`(version: Int) throws {
        try SecondVersion.make(in: state, version: version)
        var store = try state.open()
        var change = Change(for: store)
        change.messages = MessageChunk(
            wallMilliseconds: 8, count: 1, bytes: [UInt8](repeating: 1, count: 16))
        try store.commit(change)
        store.close()
        store = try state.open()
        var chunks: [MessageChunk] = []
        try store.rememberedMessages { chunks.append($0) }
        #expect(chunks.map { $0.count } == [Int64(SecondVersion.messages), 1])
        #expect(chunks.map { $0.wallMilliseconds } == [7, 8])
        #expect(store.rememberedCount == Int64(SecondVersion.messages) + 1)
    }

    @Test(arguments: [2, 3]) func `that is damaged is salvaged, its counters and message ids too`(
        version: Int
    ) throws {
        try SecondVersion.make(in: state, version: version)
        var bytes = try state.contents("events.db")
        let row = try #require(bytes.range(of: Data("row 40 ".utf8)))
        bytes[row.lowerBound] = 0
        // As it was set aside by an agent of its time, which ended then.
        try state.write(bytes, "events.db.salvaging")
        for name in ["events.db", "events.db-wal"] {
            try FileManager.default.removeItem(atPath: state.file(name))
        }
        let store = try state.open(fresh: 9)
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(salvage.hasCounters && salvage.gaps.map { $0.prefix(12) } == ["tail between"])
        #expect(salvage.rowCount == Int64(SecondVersion.rowCount) - 1)
        #expect(try Set(store.queuedEventIDs()).count == SecondVersion.events - 4)
        #expect(try store.counter("accepted") == Int64(SecondVersion.events))
        #expect(store.rememberedCount == Int64(SecondVersion.messages))
    }

    @Test(arguments: [2, 3]) func `has its rows in the order in which they came`(
        version: Int
    ) throws {
        try SecondVersion.make(in: state, version: version)
        let store = try state.open()
        let new = try store.add(1, .ambient)
        let database = try #require(store.database)
        let tails = try database.connection.prepare(
            "SELECT name FROM sqlite_schema WHERE name LIKE 'tail%'")
        #expect(try tails.step() && tails.text(0) == "tail" && !tails.step())
        let rows = try database.connection.prepare("SELECT id FROM tail ORDER BY rowid")
        var firsts: [UInt32] = []
        while try rows.step() { firsts.append(RowID(stored: rows.integer(0)).first) }
        let old = (0..<UInt32(SecondVersion.rowCount)).filter { $0 % 4 != 1 }.map { 4 * $0 }
        #expect(firsts == old + [new.key.id.first])
        // Whoever walks over them finds each as it was stored.
        while try !store.checkRows(bytesMax: 1 << 20) {}
    }

    @Test(arguments: [2, 3]) func `that has a row of other bytes still has it`(
        version: Int
    ) throws {
        try SecondVersion.make(in: state, version: version)
        var bytes = try state.contents("events.db")
        bytes[try #require(bytes.range(of: Data("row 40 ".utf8))).lowerBound] = 0
        try state.write(bytes, "events.db")
        let store = try state.open()
        #expect(try store.queuedEvents() == Int64(SecondVersion.events))
        let error = #expect(throws: StoreError.self) {
            while try !store.checkRows(bytesMax: 1 << 20) {}
        }
        #expect(error?.code == .corrupt)
    }
}

import Events
import Foundation
import Testing

@testable import Store

/// Invariants 5 and 9 of the Store page.
@Suite struct `A damaged database` {
    let state = StateDirectory()

    @Test(arguments: ["garbage", "another database", "half a header"])
    func `that cannot be read is set aside, and a new stream begins`(kind: String) throws {
        try makeAndClose()
        try FileManager.default.removeItem(atPath: state.file("events.db-wal"))
        switch kind {
        case "garbage": try state.write(Data(repeating: 0x5A, count: 50_000), "events.db")
        case "half a header": try state.write(Data("SQLite f".utf8), "events.db")
        default:
            try FileManager.default.removeItem(atPath: state.file("events.db"))
            try Connection(path: state.file("events.db"), vfs: nil).run("CREATE TABLE other (x)")
        }
        let store = try state.open(fresh: 2)
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("opened as if nothing were wrong")
            return
        }
        #expect(salvage.rowCount == 0 && !salvage.gaps.isEmpty)
        #expect(store.stream == StreamID(high: 0xF0, low: 2) && store.epoch == 4)
        #expect(
            try store.text("damaged")
                == "1700000000000 the database was damaged; 0 events carried over; lost: "
                + "everything in it\n")
        try store.add(1)
        #expect(try state.mode("events.db.damaged") == 0o600)
    }

    @Test func `of which a page in the middle is gone gives back all the others`() throws {
        let rows = try makeAndClose()
        try zero(pageOfRow: rows[102], in: "events.db")
        var store = try state.open(fresh: 2)
        // Pages are checked as they are read: nothing is known yet.
        guard case .existing = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect {
            _ = try store.statistics()
        } throws: {
            ($0 as? StoreError)?.code == .corrupt
        }
        try store.recover(
            freshStream: StreamID(high: 0xF0, low: 3), wallMilliseconds: 1_700_000_000_001)
        #expect(store.stream == StreamID(high: 0xF0, low: 3))
        #expect(store.epoch == 5 && store.nextSequence == 0)
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(salvage.hasCounters)
        #expect(salvage.rowCount < 300 && salvage.rowCount >= 290)
        #expect(salvage.eventCount == salvage.rowCount * 4)
        let gap = try #require(salvage.gaps.first)
        #expect(salvage.gaps.count == 1)
        // The tail has all lanes, in the order in which they came.
        let ends = try /tail between [a-z]+ 1:([0-9]+) and [a-z]+ 1:([0-9]+)/.wholeMatch(in: gap)
        let (from, to) = try #require(ends.map { ($0.1, $0.2) })
        #expect(try #require(UInt32(from)) < #require(UInt32(to)))
        #expect(try store.text("damaged")?.contains(gap) == true)
        #expect(try store.counter("accepted") == 1200)
        #expect(try store.queuedEvents() == salvage.eventCount)
        try store.add(2)
        store.close()

        // What was carried over is under its old ids and stream, and stays so.
        store = try state.open(fresh: 4)
        guard case .existing = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(store.stream == StreamID(high: 0xF0, low: 3))
        let shipment = try #require(try store.nextShipment())
        #expect(shipment.epoch.stream == StreamID(high: 0xF0, low: 1))
        #expect(rows.contains(shipment.rows[0]))
        var left = Set(rows.map { $0.key })
        while let shipment = try store.nextShipment() {
            for row in shipment.rows where shipment.epoch.epoch < 4 {
                #expect(left.remove(row.key) != nil)
            }
            try store.remove(shipment.rows.map { $0.key })
        }
        #expect(Int64(left.count) == 300 - salvage.rowCount)
        #expect(try store.text("damaged")?.contains(gap) == true)
    }

    @Test func `whose page of a long body holds other bytes is noticed, and the row left out`()
        throws
    {
        var store = try state.open()
        var rows: [StoredRow] = []
        for _ in 0..<5 { rows.append(try store.add(1, bytes: 30_000)) }
        store.close()
        try removeLog()
        var bytes = try state.contents("events.db")
        // Another event's body was all dots; a page in the middle of this one's becomes dashes.
        let start = try #require(bytes.firstRange(of: Data(rows[2].body.prefix(12)))).lowerBound
        let page = (start / 4096 + 3) * 4096
        #expect(bytes[page + 100] == 0x2E)
        bytes.replaceSubrange(page + 100..<page + 200, with: Data(repeating: 0x2D, count: 100))
        try state.write(bytes, "events.db")
        store = try state.open(fresh: 2)
        #expect {
            _ = try store.nextShipment()
        } throws: {
            ($0 as? StoreError)?.code == .corrupt
        }
        try store.recover(freshStream: StreamID(high: 0xF0, low: 3), wallMilliseconds: 1)
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(salvage.rowCount == 4)
        #expect(salvage.gaps.count == 1)
        #expect(salvage.gaps.first?.hasPrefix("tail between normal 1:") == true)
    }

    @Test(arguments: [47, 83, 101, 146])
    func `gives back every row that can be read by its id`(index: Int) throws {
        let rows = try makeAndClose()
        try zero(pageOfRow: rows[index], in: "events.db")
        let store = try state.open(fresh: 2)
        let readable = try rows.filter { try isReadable($0.key, store) }
        try store.recover(freshStream: StreamID(high: 0xF0, low: 3), wallMilliseconds: 1)
        #expect(readable.count < 300)
        #expect(try read(store) == Set(readable.map { $0.key }))
    }

    @Test func `that was cut short gives back what is before the cut`() throws {
        let rows = try makeAndClose()
        try removeLog()
        let whole = try state.contents("events.db")
        let cut = try Int(offset(ofRow: rows[250], in: whole)) & ~4095
        try state.write(whole[..<cut], "events.db")
        let store = try state.open(fresh: 2)
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(salvage.rowCount > 0)
        #expect(try store.queuedEvents() == salvage.eventCount)
        #expect(!salvage.gaps.isEmpty)
        #expect(store.stream == StreamID(high: 0xF0, low: 2))
        for shipment in [try #require(try store.nextShipment())] {
            for row in shipment.rows { #expect(rows.contains(row)) }
        }
    }

    @Test func `of which any one page is zero loses little and stops nobody`() throws {
        let rows = try makeAndClose()
        try removeLog()
        let whole = try state.contents("events.db")
        var pages = 0
        for page in 0..<whole.count / 4096 {
            try? FileManager.default.removeItem(atPath: state.path)
            try FileManager.default.createDirectory(
                atPath: state.path, withIntermediateDirectories: true)
            var damaged = whole
            damaged.resetBytes(in: page * 4096..<(page + 1) * 4096)
            // Free pages and pages of no weight are not all of interest.
            guard damaged != whole, page < 12 || page % 7 == 0 else { continue }
            try state.write(damaged, "events.db")
            let store = try state.open(fresh: 2)
            let before = try? read(store)
            if before == nil {
                try store.recover(
                    freshStream: StreamID(high: 0xF0, low: 3), wallMilliseconds: 1)
            }
            let after = try read(store)
            let isSubset = after.isSubset(of: rows.map { $0.key })
            #expect(isSubset)
            if page > 10 { #expect(after.count >= 280, "page \(page)") }
            try store.add(1)
            store.close()
            pages += 1
        }
        #expect(pages > 20)
    }

    @Test func `takes the place of the one that was set aside before`() throws {
        try makeAndClose()
        try removeLog()
        try state.write(Data(repeating: 1, count: 9000), "events.db")
        try state.open(fresh: 2).close()
        try removeLog()
        try state.write(Data(repeating: 2, count: 8000), "events.db")
        let store = try state.open(fresh: 3)
        #expect(try state.contents("events.db.damaged") == Data(repeating: 2, count: 8000))
        #expect(try #require(try store.text("damaged")).contains("everything"))
        #expect(try store.diskBytes().used > 8000)
    }

    @Test func `whose setting aside was broken off keeps its log`() throws {
        let rows = try makeAndClose()
        // A second one, with its rows in the log alone, as after a kill.
        try FileManager.default.copyItem(
            atPath: state.file("events.db"), toPath: state.file("copy.db"))
        let store = try state.open()
        let late = try store.add(4)
        let log = try state.contents("events.db-wal")
        store.close()
        try FileManager.default.removeItem(atPath: state.file("events.db"))
        try FileManager.default.moveItem(
            atPath: state.file("copy.db"), toPath: state.file("events.db"))
        try removeLog()
        try state.write(log, "events.db.salvaging-wal")
        let again = try state.open(fresh: 2)
        guard case .salvaged(let salvage) = again.opening else {
            Issue.record("\(again.opening)")
            return
        }
        #expect(salvage.rowCount == 301 && salvage.gaps.isEmpty)
        #expect(try again.statistics()[1].eventCount == Int64(rows.count * 4 / 3 + 4))
        #expect(late.key.id.epoch == 4)
    }

    /// Three hundred rows in two epochs and three lanes, in small and in overflowing rows.
    @discardableResult
    private func makeAndClose() throws -> [StoredRow] {
        let store = try state.open(fresh: 1)
        var rows: [StoredRow] = []
        for index in 0..<300 {
            if index == 150 { try store.beginEpoch() }
            let table: RowTable = index % 5 == 4 ? .block : .tail
            rows.append(
                try store.add(
                    4, [.normal, .ambient, .critical][index % 3],
                    bytes: table == .block ? 9000 : 400, table: table))
        }
        store.close()
        // One start more, so that the log's beginning is the database's own.
        try state.open(fresh: 1).close()
        return rows
    }

    /// Whether a row can be read by its id.
    private func isReadable(_ key: RowKey, _ store: EventStore) throws -> Bool {
        let row = try #require(store.database).connection.prepare(
            "SELECT body FROM " + key.table.name + " WHERE id = ?")
        do {
            try row.bind(.integer(key.stored))
            return try row.step()
        } catch {
            return false
        }
    }

    /// The keys of all rows, each read to the end.
    private func read(_ store: EventStore) throws -> Set<RowKey> {
        var all: Set<RowKey> = []
        for table in RowTable.allCases {
            let rows = try #require(store.database).connection.prepare(
                "SELECT id, ranges, body FROM " + table.name)
            while try rows.step() {
                _ = rows.bytes(2)
                all.insert(RowKey(table, stored: rows.integer(0)))
            }
        }
        _ = try store.counters()
        return all
    }

    private func removeLog() throws {
        try FileManager.default.removeItem(atPath: state.file("events.db-wal"))
    }

    private func offset(ofRow row: StoredRow, in database: Data) throws -> Int64 {
        let body = Data(row.body.prefix(100))
        return Int64(try #require(database.range(of: body)).lowerBound)
    }

    private func zero(pageOfRow row: StoredRow, in name: String) throws {
        try removeLog()
        var database = try state.contents(name)
        let page = try Int(offset(ofRow: row, in: database)) / 4096
        database.resetBytes(in: page * 4096..<(page + 1) * 4096)
        try state.write(database, name)
    }
}

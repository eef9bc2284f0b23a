import Events
import Foundation
import Testing

@testable import Store

/// Invariant 9 of the Store page where SQL no longer finds its way.
@Suite struct `Carving` {
    let state = StateDirectory()

    @Test(arguments: ["page 1", "root of tail", "root of block", "interior of tail"])
    func `brings back every row on an intact page when a page is zeroed`(kind: String) throws {
        let shop = try DamagedShop(state)
        let page =
            switch kind {
            case "page 1": UInt32(1)
            case "root of tail": shop.roots[0]
            case "root of block": shop.roots[1]
            default: try shop.interior(of: shop.roots[0])
            }
        try shop.damage { $0.resetBytes(in: shop.range(of: page)) }
        let salvage = try shop.salvage()
        #expect(try shop.heldKeys() == Set(shop.rows.map { $0.key }))
        #expect(salvage.rowCount == 600 && salvage.eventCount == 2400)
        #expect(salvage.carvedRowCount >= 60)
        #expect(!salvage.gaps.isEmpty)
        #expect(salvage.gaps.contains("everything in it") == (kind == "page 1"))
        let carved = "\(salvage.carvedEventCount) of them carved out of its pages; lost: "
        #expect(try shop.store.text("damaged")?.contains(carved) == true)
    }

    @Test func `of a file that was cut by a quarter brings back what lies before the cut`() throws {
        let shop = try DamagedShop(state)
        let whole = try state.contents("events.db")
        let kept = whole.count * 3 / 4
        try shop.damage { $0.removeLast($0.count - kept) }
        try shop.salvage()
        let intact = try shop.rows.filter { row in
            try shop.pages(of: row, in: whole).allSatisfy { Int($0) * 4096 <= kept }
        }
        #expect(intact.count > 300 && intact.count < 600)
        #expect(try shop.heldKeys() == Set(intact.map { $0.key }))
    }

    @Test(arguments: [false, true])
    func `takes pages from the log, up to its last whole transaction`(isTorn: Bool) throws {
        var store = try state.open()
        var rows: [StoredRow] = []
        for _ in 0..<4 { rows.append(try store.add(4, bytes: 9000)) }
        try #require(store.database).restartLog()
        let late = try (0..<5).map { _ in try store.add(3, bytes: 9000) }
        // As after a kill: the log is as it was, but for its last frame.
        let (database, log) = (try state.contents("events.db"), try state.contents("events.db-wal"))
        store.close()
        try FileManager.default.removeItem(atPath: state.path)
        try FileManager.default.createDirectory(
            atPath: state.path, withIntermediateDirectories: false)
        var torn = log
        if isTorn {
            let body = try #require(log.range(of: Data(late[4].body[0..<50]))).lowerBound
            torn[body + 70] ^= 1
        }
        var damaged = database
        damaged.resetBytes(in: 0..<4096)
        try state.write(damaged, "events.db.salvaging")
        try state.write(torn, "events.db.salvaging-wal")
        var carver = Carver(
            PageReader(path: state.file("events.db.salvaging"), system: .system))
        var found: Set<Int64> = []
        while let row = carver.next() {
            guard case .integer(let id) = row[EventColumn.id] else { continue }
            found.insert(id)
        }
        let expected = rows + (isTorn ? late.dropLast() : late)
        #expect(found == Set(expected.map { $0.key.stored }))
        store = try state.open(fresh: 2)
        #expect(try store.queuedEvents() == Int64(expected.reduce(0) { $0 + $1.eventCount }))
    }

    @Test func `leaves out a row with an overflow page of other bytes, and no other`() throws {
        let shop = try DamagedShop(state)
        let (lost, whole) = (shop.rows[104], try state.contents("events.db"))
        let page = try shop.pages(of: lost, in: whole)[1]
        try shop.damage { bytes in
            bytes.resetBytes(in: 0..<4096)
            let start = shop.range(of: page).lowerBound + 1000
            bytes.replaceSubrange(start..<start + 8, with: Data("changed!".utf8))
        }
        try shop.salvage()
        #expect(
            try shop.heldKeys() == Set(shop.rows.map { $0.key }).subtracting([lost.key]))
    }

    @Test func `ends at a chain of pages that goes in a circle`() throws {
        let shop = try DamagedShop(state)
        let (lost, whole) = (shop.rows[104], try state.contents("events.db"))
        let page = try shop.pages(of: lost, in: whole)[1]
        try shop.damage { bytes in
            bytes.resetBytes(in: 0..<4096)
            let start = shop.range(of: page).lowerBound
            let own = Data([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: page >> $0) })
            bytes.replaceSubrange(start..<start + 4, with: own)
        }
        try shop.salvage()
        #expect(
            try shop.heldKeys() == Set(shop.rows.map { $0.key }).subtracting([lost.key]))
    }

    @Test func `refuses a row whose mark is another's`() throws {
        let shop = try DamagedShop(state)
        let row = shop.rows[10]
        try shop.damage { bytes in
            bytes.resetBytes(in: 0..<4096)
            guard let start = bytes.range(of: Data(row.body))?.upperBound else { return }
            // The last letter of the body, so that all but the check is as it was.
            bytes[start - 1] ^= 1
        }
        try shop.salvage()
        #expect(try shop.heldKeys() == Set(shop.rows.map { $0.key }).subtracting([row.key]))
    }

    @Test func `leaves out what has been deleted where the list of free pages can be read`() throws
    {
        let shop = try DamagedShop(state) { store, rows in
            try store.remove(rows[0..<200].map { $0.key })
        }
        try shop.damage { $0.resetBytes(in: shop.range(of: shop.roots[0])) }
        try shop.salvage()
        #expect(try shop.heldKeys() == Set(shop.rows[200...].map { $0.key }))
    }

    @Test func `without the list of free pages brings no event twice`() throws {
        var sealed: StoredRow?
        let shop = try DamagedShop(state) { store, rows in
            // Neighbours in a lane become one, as sealing does.
            let tail = rows[5..<14].filter { $0.key.table == .tail && $0.key.id.lane == .normal }
            var change = Change(for: store)
            change.removed = tail.map { $0.key }
            let row = StoredRow(
                .block, lane: .normal, epoch: 1,
                ranges: RangeCoding.union(tail.flatMap { $0.ranges }, []),
                body: Array("FFBK sealed".utf8))
            change.inserted = [row]
            sealed = row
            try store.commit(change)
        }
        try shop.damage { $0.resetBytes(in: 0..<4096) }
        try shop.salvage()
        let ids = try shop.store.queuedEventIDs()
        #expect(Set(ids).count == ids.count)
        #expect(try shop.heldKeys().contains(try #require(sealed).key))
    }

    @Test func `finds nothing in noise, and ends`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<4 {
            var noise = Data(
                (0..<100 * 4096).map { _ in UInt8.random(in: 0...255, using: &random) })
            // Leaves and a list of free pages that lead anywhere.
            noise.replaceSubrange(0..<16, with: Data("SQLite format 3\0".utf8))
            for page in stride(from: 1, to: 100, by: 2) { noise[page * 4096] = 0x0D }
            try FileManager.default.createDirectory(
                atPath: state.path, withIntermediateDirectories: true)
            try state.write(noise, "noise")
            var carver = Carver(PageReader(path: state.file("noise"), system: .system))
            #expect(carver.next() == nil)
        }
    }
}

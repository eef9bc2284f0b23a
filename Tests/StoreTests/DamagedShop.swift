import Events
import Foundation
import Testing

@testable import Store

/// A store of six hundred rows on many pages, whose file a test damages, and then its salvage.
final class DamagedShop {
    let state: StateDirectory
    let rows: [StoredRow]
    /// The root pages of `tail` and `block`.
    private(set) var roots: [UInt32] = []
    private(set) var store: EventStore

    /// Fills the store, lets `change` go on with it, and leaves all of it in the database's file.
    init(
        _ state: StateDirectory, then change: (EventStore, [StoredRow]) throws -> Void = { _, _ in }
    ) throws {
        self.state = state
        store = try state.open()
        var rows: [StoredRow] = []
        for index in 0..<600 {
            var change = Change(for: store)
            let row = Self.row(index, epoch: store.epoch, first: store.nextSequence)
            change.inserted = [row]
            change.endSequence += 4
            try store.commit(change)
            rows.append(row)
        }
        self.rows = rows
        // No leftovers of rows that have moved, which a test could take for the rows themselves.
        try #require(store.database).connection.run("VACUUM")
        try change(store, rows)
        for table in [RowTable.tail, .block] {
            roots.append(
                UInt32(
                    try #require(store.database).connection.integer(
                        "SELECT rootpage FROM sqlite_schema WHERE name = '\(table.name)'")))
        }
        store.close()
        try state.open().close()
        try FileManager.default.removeItem(atPath: state.file("events.db-wal"))
    }

    /// A row of four events, no two of whose pages have the same bytes: each tenth is sealed.
    private static func row(_ index: Int, epoch: UInt32, first: UInt32) -> StoredRow {
        let table: RowTable = index % 10 == 4 ? .block : .tail
        let mark = table == .block ? "FFBK" : "{"
        var body = Array("\(mark) row \(index) ".utf8)
        let count = table == .block ? 9000 : 2400
        while body.count < count {
            let letter = (body.count * 7 + body.count / 26 + body.count / 901) % 26
            body.append(0x40 + UInt8(letter))
        }
        // Enough of one lane for a table with pages between its root and its leaves.
        let lane: Lane = index % 20 == 1 ? .ambient : index % 20 == 2 ? .critical : .normal
        return StoredRow(
            table, lane: lane, epoch: epoch,
            ranges: [SequenceRange(first, first + 3)], body: body)
    }

    func range(of page: UInt32) -> Range<Int> { Int(page - 1) * 4096..<Int(page) * 4096 }

    /// The first interior page below a root that is one itself.
    func interior(of root: UInt32) throws -> UInt32 {
        let pages = PageReader(path: state.file("events.db"), system: .system)
        let bytes = try #require(pages.page(root))
        #expect(bytes[0] == 5)
        let pointer = try #require(bytes.bigEndian(at: 12, width: 2))
        let child = UInt32(try #require(bytes.bigEndian(at: Int(pointer), width: 4)))
        #expect(try #require(pages.page(child))[0] == 5)
        return child
    }

    /// The pages that have a part of a row's body, the leaf first.
    func pages(of row: StoredRow, in file: Data) throws -> [UInt32] {
        let name = Data(row.body.prefix(20))
        var start = try #require(file.range(of: name)).lowerBound
        // A root that became an interior page still has the rows of its time as a leaf.
        while file[start & ~4095] != 0x0D {
            start = try #require(file[(start + 1)...].range(of: name)).lowerBound
        }
        var pages = [UInt32(start / 4096 + 1)]
        guard row.body.count > 4061 else { return pages }
        // The local part is followed by the number of the first page of the chain.
        let tail = file[start...].firstIndex { $0 < 0x20 } ?? start
        var next = file[tail..<tail + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        while next != 0 {
            pages.append(next)
            let link = range(of: next).lowerBound
            next = file[link..<link + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        return pages
    }

    func damage(_ change: (inout Data) throws -> Void) throws {
        var bytes = try state.contents("events.db")
        try change(&bytes)
        try state.write(bytes, "events.db")
    }

    /// Opens the damaged store, which is salvaged then or as soon as it is read.
    @discardableResult
    func salvage() throws -> Salvage {
        store = try state.open(fresh: 2)
        if case .existing = store.opening {
            try store.recover(freshStream: StreamID(high: 0xF0, low: 3), wallMilliseconds: 1)
        }
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("\(store.opening)")
            return Salvage()
        }
        return salvage
    }

    /// The keys of all rows that the store has, each as it was stored.
    func heldKeys() throws -> Set<RowKey> {
        var keys: Set<RowKey> = []
        for table in RowTable.allCases {
            for lane in Lane.allCases {
                for row in try store.rows(of: table, lane, fromEpoch: 0, sequence: 0) {
                    if let own = rows.first(where: { $0.key == row.key }) { #expect(own == row) }
                    keys.insert(row.key)
                }
            }
        }
        return keys
    }
}

import Events
import Foundation
import Testing

@testable import Store

/// What waits is read and checked long before its turn.
@Suite struct `The walk` {
    let state = StateDirectory()

    @Test func `comes over every row of both tables, and begins anew`() throws {
        let store = try state.open()
        for index in 0..<90 {
            try store.add(1, bytes: 30_000, table: index < 60 ? .tail : .block)
        }
        for _ in 0..<3 {
            var calls = 1
            while try !store.checkRows(bytesMax: 256 << 10) { calls += 1 }
            // Nine rows of 30,000 bytes a call.
            #expect(calls == 10 || calls == 11)
        }
    }

    @Test func `reads what it may and no more`() throws {
        let store = try state.open()
        for _ in 0..<30 { try store.add(1, bytes: 30_000) }
        let keys = try (0..<30).map { _ in
            _ = try store.checkRows(bytesMax: 1)
            return try #require(store.walked)
        }
        #expect(Set(keys).count == 30)
        // One row more than the limit, whatever the limit.
        #expect(try store.checkRows(bytesMax: 1))
        #expect(store.walked == nil)
        try store.checkRows(bytesMax: 89_999)
        #expect(store.walked == keys[2])
    }

    @Test func `of an empty store is over at once`() throws {
        #expect(try state.open().checkRows(bytesMax: 1))
    }

    @Test func `goes on where rows have come and gone`() throws {
        let store = try state.open()
        let rows = try (0..<10).map { _ in try store.add(1, bytes: 1000) }
        try store.checkRows(bytesMax: 3000)
        let walked = try #require(store.walked)
        try store.remove(rows.filter { $0.key.id <= walked.id || $0.key == rows[5].key }.map(\.key))
        try store.add(1, .ambient, bytes: 1000)
        #expect(try store.checkRows(bytesMax: .max))
    }

    @Test(arguments: RowTable.allCases)
    func `stops at a row whose bytes have changed`(table: RowTable) throws {
        var store = try state.open()
        let rows = try (0..<40).map { _ in try store.add(1, bytes: 30_000, table: table) }
        store.close()
        try FileManager.default.removeItem(atPath: state.file("events.db-wal"))
        var bytes = try state.contents("events.db")
        let start = try #require(bytes.range(of: Data(rows[20].body.prefix(16)))).lowerBound
        bytes[start + 100] ^= 1
        try state.write(bytes, "events.db")
        store = try state.open()
        try store.checkRows(bytesMax: 19 * 30_000)
        for _ in 0..<2 {
            #expect {
                try store.checkRows(bytesMax: 256 << 10)
            } throws: {
                ($0 as? StoreError)?.code == .corrupt
            }
        }
        try store.recover(freshStream: StreamID(high: 0xF0, low: 3), wallMilliseconds: 1)
        #expect(try store.checkRows(bytesMax: .max))
        #expect(try store.queuedEvents() == 39)
    }
}

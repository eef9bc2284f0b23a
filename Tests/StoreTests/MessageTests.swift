import CSQLite
import Events
import Foundation
import Testing

@testable import Store

/// What is remembered of message ids: the tables `state` and `message` of the Store page.
@Suite struct `Message ids` {
    let state = StateDirectory()

    @Test func `that come one by one are few rows, none lost and in order`() throws {
        let store = try state.open()
        for number in 0..<500 { try remember(1, from: number, in: store) }
        let chunks = try chunks(of: store)
        #expect(chunks.count <= 8 && chunks.allSatisfy { $0.bytes.count <= 1900 })
        #expect(try numbers(of: store) == Array(0..<500))
        #expect(chunks.last?.wallMilliseconds == 499)
    }

    @Test func `that come one by one are written with the counters, on their page`() throws {
        let store = try state.open()
        try store.add(1)
        var largeCommits = 0
        for number in 0..<1000 {
            let pages = try pages(ofCommitIn: store) {
                try remember(1, from: number, in: store)
            }
            #expect(pages >= 1)
            if pages > 1 { largeCommits += 1 }
            #expect(try isStateOnePage(store), "\(number)")
        }
        // 200 ids wait before they leave.
        #expect(largeCommits > 0 && largeCommits <= 5)
    }

    @Test(arguments: [1, 3, 20, 59, 60, 100, 118, 150, 219, 220, 300, 1000])
    func `that come together keep their order, whatever waits`(count: Int) throws {
        var store = try state.open()
        var next = 0
        for index in 0..<60 {
            let count = index % 7 == 3 ? 7 : index % 11 == 5 ? 190 : count
            try remember(count, from: next, in: store)
            next += count
            #expect(store.rememberedCount == Int64(next))
            if index % 25 == 24 {
                store.close()
                store = try state.open()
                #expect(store.rememberedCount == Int64(next))
            }
        }
        #expect(try numbers(of: store) == Array(0..<next))
        for chunk in try chunks(of: store) {
            #expect(Int64(chunk.bytes.count) == 16 * chunk.count)
            #expect(chunk.bytes.count <= max(1900, 16 * count))
        }
    }

    @Test(arguments: [5, 8, 12, 16, 20])
    func `leave the page to the counters, however many and large these get`(period: Int) throws {
        let store = try state.open()
        var next = 0
        for index in 0..<250 {
            var change = Change(for: store)
            // New ones come four at a time, whatever waits then.
            let first = index / period * 4
            for number in first..<first + 4 {
                let name = "refused:for a reason of its own, \(number % 40)"
                change.counters.append(CounterDelta(.normal, name, 1 << 55))
            }
            // Counters that come alone may split the page, and the next ids put that right.
            if index % 4 > 0 {
                change.messages = chunk(5, from: next)
                next += 5
            }
            try store.commit(change)
            if index % 4 > 0 { #expect(try isStateOnePage(store), "\(index)") }
        }
        #expect(try numbers(of: store) == Array(0..<next))
        #expect(try store.counters().count == 40)
    }

    @Test func `wait no longer where the counters alone fill the page`() throws {
        let store = try state.open()
        for index in 0..<200 {
            var change = Change(for: store)
            change.counters = [CounterDelta(.normal, "refused:for the reason \(index)", 1)]
            change.messages = chunk(1, from: index)
            try store.commit(change)
        }
        #expect(try numbers(of: store) == Array(0..<200))
        let waiting = try #require(store.database).connection.integer(
            "SELECT count(*) FROM state WHERE kind = -2")
        #expect(waiting == 0)
    }

    @Test func `that a failed commit had are not remembered`() throws {
        let store = try state.open()
        try remember(30, from: 0, in: store)
        for count in [1, 30, 200] {
            var change = Change(for: store)
            change.messages = chunk(count, from: 30)
            change.removed = [RowKey(.tail, RowID(lane: .normal, epoch: 1, first: 9))]
            #expect(throws: StoreError.self) { try store.commit(change) }
            #expect(store.rememberedCount == 30)
            #expect(try numbers(of: store) == Array(0..<30))
        }
    }

    @Test func `outlive damage, those that waited too`() throws {
        let store = try state.open()
        try remember(300, from: 0, in: store)
        try remember(70, from: 300, in: store)
        try store.recover(freshStream: StreamID(high: 0xF0, low: 2), wallMilliseconds: 1)
        #expect(try numbers(of: store) == Array(0..<370) && store.rememberedCount == 370)
        try remember(130, from: 370, in: store)
        #expect(try numbers(of: store) == Array(0..<500))
    }

    @Test(arguments: ["message", "state"])
    func `of which a row counts what cannot be are lost with damage, once`(table: String) throws {
        let store = try state.open()
        try remember(300, from: 0, in: store)
        try remember(70, from: 300, in: store)
        try #require(store.database).connection.run(
            table == "state"
                ? "UPDATE state SET value = -1 WHERE kind = -2"
                : "UPDATE message SET count = 1 << 40")
        try store.recover(freshStream: StreamID(high: 0xF0, low: 2), wallMilliseconds: 1)
        guard case .salvaged(let salvage) = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(salvage.gaps == ["what makes no sense in " + table])
        for number in 0..<300 { try remember(1, from: 1000 + number, in: store) }
        #expect(try numbers(of: store).suffix(300) == Array(1000..<1300)[...])
    }

    private func remember(_ count: Int, from first: Int, in store: EventStore) throws {
        var change = Change(for: store)
        change.messages = chunk(count, from: first)
        try store.commit(change)
    }

    /// Ids of 16 bytes that are numbers.
    private func chunk(_ count: Int, from first: Int) -> MessageChunk {
        var bytes: [UInt8] = []
        for number in first..<first + count {
            bytes += [UInt8](repeating: 0xFF, count: 13)
            bytes += [16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        }
        return MessageChunk(
            wallMilliseconds: Int64(first + count - 1), count: Int64(count), bytes: bytes)
    }

    private func chunks(of store: EventStore) throws -> [MessageChunk] {
        var chunks: [MessageChunk] = []
        try store.rememberedMessages { chunks.append($0) }
        return chunks
    }

    private func numbers(of store: EventStore) throws -> [Int] {
        let bytes = try chunks(of: store).flatMap { $0.bytes }
        return stride(from: 13, to: bytes.count, by: 16).map {
            Int(bytes[$0]) << 16 | Int(bytes[$0 + 1]) << 8 | Int(bytes[$0 + 2])
        }
    }

    /// The pages that a commit adds to the log, beside the one that pads its last sector.
    private func pages(ofCommitIn store: EventStore, _ commit: () throws -> Void) throws -> Int64 {
        let database = try #require(store.database)
        try database.restartLog()
        try commit()
        return database.connection.frameCount - 1
    }

    /// Whether the table's root is a leaf.
    private func isStateOnePage(_ store: EventStore) throws -> Bool {
        let database = try #require(store.database)
        try database.restartLog()
        let root = try database.connection.integer(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'state'")
        let pages = PageReader(path: state.file("events.db"), system: .system)
        return try #require(pages.page(UInt32(root)))[0] == 0x0A
    }
}

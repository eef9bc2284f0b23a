import Events
import Foundation
import Testing

@testable import Store

/// Invariants 4 and 5 of the Store page.
@Suite struct `A stream` {
    let state = StateDirectory()

    @Test func `begins with the first database and goes on with it`() throws {
        var store = try state.open(fresh: 1)
        guard case .created = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(try store.text("damaged") == nil)
        for epoch: UInt32 in 2...5 {
            try store.add(1)
            store.close()
            store = try state.open(fresh: UInt64(epoch))
            guard case .existing = store.opening else {
                Issue.record("\(store.opening)")
                return
            }
            #expect(store.stream == StreamID(high: 0xF0, low: 1))
            #expect(store.epoch == epoch && store.nextSequence == 0)
        }
    }

    @Test func `is a new one, said aloud, when the database is missing`() throws {
        try state.open(fresh: 1).close()
        for name in ["events.db", "events.db-wal"] {
            try FileManager.default.removeItem(atPath: state.file(name))
        }
        var store = try state.open(fresh: 2)
        guard case .recreated = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        let lost = StreamID(high: 0xF0, low: 1)
        #expect(store.stream == StreamID(high: 0xF0, low: 2) && store.epoch == 2)
        #expect(try #require(try store.text("damaged")).contains(lost.hexadecimal))
        store.close()
        store = try state.open(fresh: 3)
        guard case .existing = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(store.stream == StreamID(high: 0xF0, low: 2))
        #expect(try #require(try store.text("damaged")).contains(lost.hexadecimal))
    }

    @Test func `stays with a database that was copied elsewhere`() throws {
        let store = try state.open(fresh: 1)
        try store.add(3)
        let other = StateDirectory()
        // While it is open, as a backup would.
        try FileManager.default.copyItem(atPath: state.path, toPath: other.path)
        let copy = try other.open(fresh: 2)
        #expect(copy.stream == store.stream && copy.epoch == 2)
        #expect(try copy.queuedEvents() == 3)
    }

    @Test func `is recorded even if that was forgotten`() throws {
        try state.open(fresh: 1).close()
        try FileManager.default.removeItem(atPath: state.file("stream"))
        let store = try state.open(fresh: 2)
        #expect(store.stream == StreamID(high: 0xF0, low: 1))
        let text = try String(decoding: state.contents("stream"), as: UTF8.self)
        #expect(text == store.stream.hexadecimal + " 2\n")
        try store.beginStream(StreamID(high: 3, low: 4))
        let new = try String(decoding: state.contents("stream"), as: UTF8.self)
        #expect(new == StreamID(high: 3, low: 4).hexadecimal + " 3\n")
    }

    @Test func `is a new one, said aloud, over an older copy of its database`() throws {
        var store = try state.open(fresh: 1)
        try store.add(3)
        store.close()
        let copies = try ["events.db", "events.db-wal"].map { ($0, try state.contents($0)) }
        store = try state.open(fresh: 2)
        try store.add(5)
        store.close()
        for (name, copy) in copies { try state.write(copy, name) }
        store = try state.open(fresh: 3)
        guard case .older = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(store.stream == StreamID(high: 0xF0, low: 3) && store.epoch == 3)
        #expect(try store.queuedEvents() == 3)
        let old = StreamID(high: 0xF0, low: 1).hexadecimal
        #expect(
            try #require(try store.text("damaged")).hasSuffix(
                "lost: all that stream \(old) held from 1:3 on, and others up to epoch 2\n"))
        store.close()
        store = try state.open(fresh: 4)
        guard case .existing = store.opening else {
            Issue.record("\(store.opening)")
            return
        }
        #expect(store.stream == StreamID(high: 0xF0, low: 3) && store.epoch == 4)
    }

    @Test func `is a new one, said aloud, where the database went while it was used`() throws {
        let store = try state.open(fresh: 1)
        try store.add(3)
        // As after a commit that failed: the database is opened again before it is used.
        store.database = nil
        for name in ["events.db", "events.db-wal"] {
            try FileManager.default.removeItem(atPath: state.file(name))
        }
        let error = #expect(throws: StoreError.self) { try store.statistics() }
        #expect(error?.code == .corrupt, "what was made in its place is not taken for it")
        try store.recover(freshStream: StreamID(high: 0xF0, low: 2), wallMilliseconds: 0)
        #expect(store.stream == StreamID(high: 0xF0, low: 2) && store.epoch == 2)
        let text = try #require(try store.text("damaged"))
        #expect(text.contains("others up to epoch 1"), "\(text)")
    }
}

/// The ranges of a row, as the Store page has them.
@Suite struct `Ranges` {
    @Test(
        arguments: [
            ([], []), ([SequenceRange(0, 0)], [0, 0]), ([SequenceRange(5, 9)], [5, 4]),
            ([SequenceRange(0, 127), SequenceRange(256, 256)], [0, 127, 128, 1, 0]),
            (
                [SequenceRange(1, 2), SequenceRange(4_294_967_294, 4_294_967_294)],
                [1, 1, 251, 255, 255, 255, 15, 0]
            ),
        ] as [([SequenceRange], [UInt8])])
    func `have one text`(ranges: [SequenceRange], bytes: [UInt8]) {
        #expect(RangeCoding.bytes(ranges) == bytes)
        #expect(RangeCoding.ranges(bytes) == ranges)
    }

    @Test(
        arguments: [
            [0], [128], [0, 128], [0, 0, 0, 0], [255, 255, 255, 255, 15, 0],
            [0, 255, 255, 255, 255, 15], [255, 255, 255, 255, 255, 1, 0],
            // Sums of these would be greater than 64 bits.
            [1] + [UInt8](repeating: 255, count: 9) + [1],
            [1, 1] + [UInt8](repeating: 255, count: 9) + [1, 0],
        ] as [[UInt8]]) func `of no text are refused`(bytes: [UInt8])
    {
        #expect(RangeCoding.ranges(bytes) == nil)
    }

    @Test func `are united without overlap`() {
        let left = [SequenceRange(0, 1), SequenceRange(10, 20)]
        let right = [SequenceRange(2, 3), SequenceRange(15, 30), SequenceRange(40, 40)]
        let union = [SequenceRange(0, 3), SequenceRange(10, 30), SequenceRange(40, 40)]
        #expect(RangeCoding.union(left, right) == union)
        #expect(RangeCoding.union(union, union) == union)
    }
}

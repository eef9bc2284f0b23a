import SeededText
import Testing

@testable import Ring

/// A reader reads each record once, goes on where it was stopped, and wipes what says who it was.
@Suite struct `A reader of a lane` {
    let memory = LaneMemory(capacity: 65_536)

    @Test func `goes on at the position that was stored, if that may be read yet`() throws {
        let writer = memory.writer()
        let first = memory.reader(from: 0)
        for number in 0..<10 { _ = writer.write([UInt8(number)]) }
        for _ in 0..<4 { _ = try first.next() }
        let stored = first.position
        for head in [0, stored, 16, 1 << 50] {
            memory.set(LaneLayout.headOffset, head)
            let second = memory.reader(from: stored)
            #expect(try second.all().map(\.payload) == (4..<10).map { [UInt8($0)] })
        }
        // What lies before the head may be overwritten already.
        for position in [nil, 0, 64, 1 << 50, UInt64.max & ~7] as [UInt64?] {
            memory.set(LaneLayout.headOffset, 6 * 16)
            let second = memory.reader(from: position)
            #expect(try second.all().map(\.payload) == (6..<10).map { [UInt8($0)] })
        }
    }

    @Test func `takes back the record that it read last, and none that is released`() throws {
        memory.begin(at: 65_536 - 32)
        let writer = memory.writer()
        let reader = memory.reader(from: 65_536 - 32)
        for number in 0..<3 { _ = writer.write([UInt8](repeating: UInt8(number), count: 16)) }
        let first = try #require(try reader.next()).record
        reader.release()
        let second = try #require(try reader.next()).record
        reader.putBack(second)
        reader.putBack(first)
        #expect(try reader.all().map(\.payload.first) == [1, 2])
        reader.release()
        reader.putBack(second)
        #expect(try reader.all().isEmpty)
    }

    @Test func `says how far its records are stored, and only by releasing`() throws {
        let writer = memory.writer()
        let reader = memory.reader(from: 0)
        _ = writer.write([1, 2, 3])
        _ = try reader.all()
        #expect(memory.word(LaneLayout.durableOffset) == 0)
        #expect(memory.word(LaneLayout.headOffset) == 0)
        reader.release()
        #expect(memory.word(LaneLayout.durableOffset) == 16)
        #expect(memory.word(LaneLayout.headOffset) == 16)
    }

    @Test func `overwrites the payload of what it has read, and of nothing else`() throws {
        for start in stride(from: UInt64(65_536 - 400), to: 65_536, by: 8) {
            memory.begin(at: start)
            let writer = memory.writer()
            let reader = memory.reader(from: start)
            let secret = Array("anna@example.com".utf8)
            for number in 0..<20 {
                _ = writer.write(number % 3 == 1 ? secret : [UInt8](repeating: 0xAA, count: 9))
            }
            var rest: [ReadRecord] = []
            while let (record, payload) = try reader.next() {
                if payload == secret {
                    let isOverwritten = reader.overwrite(record)
                    try #require(isOverwritten)
                } else {
                    rest.append(ReadRecord(record, payload))
                }
            }
            try #require(!memory.contents.contains(secret))
            let again = memory.reader(from: start)
            let records = try again.all()
            #expect(records.count == 20)
            try #require(records.filter { $0.payload != [UInt8](repeating: 0, count: 16) } == rest)
        }
    }

    @Test func `overwrites nothing that the writer may have again, or that was made up`() throws {
        let writer = memory.writer()
        let reader = memory.reader(from: 0)
        _ = writer.write([UInt8](repeating: 0xAA, count: 32))
        let record = try #require(try reader.next()).record
        let before = memory.contents
        for (position, count) in [
            (record.position, 33), (record.position + 8, 32), (record.position &- 8, 1),
            (record.position + 40, 1), (record.position, -1), (1 << 40, 8), (0, Int.max),
        ] {
            let madeUp = Record(position: position, count: count, kind: 1, flags: [])
            #expect(!reader.overwrite(madeUp))
        }
        #expect(memory.contents == before)
        reader.release()
        let released = memory.contents
        #expect(!reader.overwrite(record))
        #expect(memory.contents == released)
    }

    @Test func `overwrites nothing across the lane's end`() throws {
        memory.begin(at: 65_536 - 64)
        let writer = memory.writer()
        let reader = memory.reader(from: 65_536 - 64)
        for _ in 0..<10 { _ = writer.write([UInt8](repeating: 0xAA, count: 16)) }
        _ = try reader.all()
        let before = memory.contents
        for count in [9, 16, 32] {
            let madeUp = Record(position: 65_536 - 16, count: count, kind: 1, flags: [])
            #expect(!reader.overwrite(madeUp))
        }
        #expect(memory.contents == before)
    }

    @Test func `goes past what it cannot read, and counts that`() throws {
        let writer = memory.writer()
        let reader = memory.reader(from: 0)
        for number in 0..<5 { _ = writer.write([UInt8(number)]) }
        unsafe memory.data.storeBytes(of: UInt64.max >> 16, toByteOffset: 16, as: UInt64.self)
        #expect(try reader.next()?.record.position == 0)
        for _ in 0..<3 {
            #expect(throws: LaneFault.self) { try reader.next() }
        }
        #expect(reader.skip())
        #expect(memory.word(LaneLayout.faultsOffset) == 1)
        // What it read before is not stored yet.
        #expect(memory.word(LaneLayout.headOffset) == 0)
        _ = writer.write([9])
        #expect(try reader.all().map(\.payload) == [[9]])
        reader.release()
        #expect(memory.word(LaneLayout.headOffset) == 6 * 16)
    }

    @Test func `counts what it goes past once, however often it is set back`() throws {
        let writer = memory.writer()
        for number in 0..<5 { _ = writer.write([UInt8(number)]) }
        unsafe memory.data.storeBytes(of: UInt64.max >> 16, toByteOffset: 16, as: UInt64.self)
        var skippedTo: UInt64?
        for _ in 0..<3 {
            let reader = memory.reader(from: 0)
            reader.skippedTo = skippedTo
            #expect(try reader.next()?.record.position == 0)
            #expect(throws: LaneFault.self) { try reader.next() }
            #expect(reader.skip())
            skippedTo = reader.skippedTo
            #expect(skippedTo == 5 * 16)
        }
        #expect(memory.word(LaneLayout.faultsOffset) == 1)
        // The next lie is another, wherever it stands behind.
        let reader = memory.reader(from: 5 * 16)
        reader.skippedTo = skippedTo
        _ = writer.write([5])
        unsafe memory.data.storeBytes(of: UInt64.max >> 16, toByteOffset: 80, as: UInt64.self)
        #expect(throws: LaneFault.self) { try reader.next() }
        #expect(reader.skip())
        #expect(memory.word(LaneLayout.faultsOffset) == 2)
    }
}

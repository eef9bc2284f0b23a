import SeededText
import Testing

@testable import Ring

/// What finds no room is dropped, the newest, and counted; what matters most has room longest.
@Suite struct `A full lane` {
    let memory = LaneMemory(capacity: 65_536)

    @Test func `drops the newest, counts it, and says where`() throws {
        let writer = memory.writer()
        let reader = memory.reader(from: 0)
        var written = 0
        while writer.write(payload(written), at: 7) == .written { written += 1 }
        #expect(written == 65_536 * 7 / 8 / 64)
        for time in 8..<20 { #expect(writer.write([1, 2, 3], at: UInt64(time)) == .full) }
        #expect(reader.drops == Drops(records: 13, bytes: 56 + 12 * 3, lastAt: 19))
        #expect(try reader.all().map(\.payload) == (0..<written).map { payload($0) })
        #expect(writer.write([1], at: 20) == .full, "read, but not given back")
        reader.release()
        #expect(writer.write([4], flags: .identity) == .written)
        #expect(writer.write([5]) == .written)
        let records = try reader.all()
        #expect(records.map(\.payload) == [[4], [5]])
        #expect(records.map(\.flags) == [[.identity, .afterDrop], []])
        #expect(reader.drops.records == 14)
    }

    @Test func `leaves its last eighth to critical records`() throws {
        let writer = memory.writer()
        while writer.write(payload(0)) == .written {}
        var critical = 0
        while writer.write(payload(1), flags: .critical) == .written { critical += 1 }
        #expect(critical == 65_536 / 8 / 64)
        let reader = memory.reader(from: 0)
        #expect(try reader.all().count == 65_536 / 64)
        #expect(reader.waitingBytes == 0)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 8191, 8192])
    func `takes every length up to its limit, at any place`(_ count: Int) throws {
        for start in stride(from: UInt64(57_344), through: 65_536, by: 8) {
            memory.begin(at: start)
            let writer = memory.writer()
            let reader = memory.reader(from: start)
            let payload = payload(count, of: count)
            #expect(writer.write(payload) == .written)
            try #require(reader.all().map(\.payload) == [payload])
        }
    }

    @Test func `refuses what is longer than an eighth of it, and counts it`() throws {
        let writer = memory.writer()
        let reader = memory.reader(from: 0)
        #expect(writer.write(payload(0, of: 8193)) == .refused)
        #expect(writer.write([1], kind: 0xFFFF) == .refused)
        #expect(!writer.claim(8193, at: 3) && !writer.claim(-1, at: 3))
        #expect(try reader.all().isEmpty)
        #expect(reader.drops.records == 4 && reader.drops.lastAt == 3)
        #expect(writer.write([1]) == .written)
        #expect(try reader.all().map(\.flags) == [.afterDrop])
    }

    @Test func `holds what was claimed and committed, be it less, and nothing else`() throws {
        var random = Seeded(3)
        let writer = memory.writer()
        let reader = memory.reader(from: 0)
        var sum = 0
        for round in 0..<5000 {
            let claimed = random.below(8193)
            let count = random.below(claimed + 1)
            try #require(writer.claim(claimed, filledWith: UInt8(round % 251)))
            if random.oneIn(3) { continue }
            writer.commit(count, kind: UInt16(round))
            let records = try reader.all()
            let expected = [UInt8](repeating: UInt8(round % 251), count: count)
            try #require(records.map(\.payload) == [expected] && records[0].kind == UInt16(round))
            reader.release()
            sum += 1
        }
        #expect(sum > 3000)
    }

    @Test func `is gone on with by another writer where the last one ended`() throws {
        let reader = memory.reader(from: 0)
        for round in 0..<3000 {
            let writer = memory.writer()
            #expect(writer.write(payload(round)) == .written)
            if round.isMultiple(of: 2) {
                // Claimed and left: its thread is gone.
                _ = writer.claim(4000)
            }
            try #require(reader.all().map(\.payload) == [payload(round)])
            reader.release()
        }
    }

    private func payload(_ number: Int, of count: Int = 56) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
    }
}

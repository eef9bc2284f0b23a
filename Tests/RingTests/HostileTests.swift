import SeededText
import Testing

@testable import Ring

/// Invariant 5: whatever stands in a lane, its reader stays inside it and comes to an end.
///
/// The memory's end is guarded: a byte read behind it ends the run.
@Suite struct `A writer that breaks the rules` {
    @Test(arguments: [
        (tail: UInt64(8), head: RecordHead(count: 0, kind: 1), fault: LaneFault?.none),
        (4, RecordHead(count: 0, kind: 1), .tail), (65_544, RecordHead(count: 0, kind: 1), .tail),
        (.max & ~7, RecordHead(count: 0, kind: 1), .tail),
        (16, RecordHead(count: 9, kind: 1), .length),
        (65_536, RecordHead(count: 8193, kind: 1), .length),
        (65_536, RecordHead(count: 0xFFFF_FFFF, kind: 1), .length),
        (65_536, RecordHead(count: 65_536, kind: 0xFFFF), .padding),
        (65_536, RecordHead(count: 8, kind: 0xFFFF), .padding),
    ])
    func `is told what it did`(_ tail: UInt64, _ head: RecordHead, _ fault: LaneFault?) throws {
        let memory = LaneMemory(capacity: 65_536)
        memory.set(LaneLayout.tailOffset, tail)
        unsafe memory.data.storeBytes(of: head.word, as: UInt64.self)
        let reader = memory.reader(from: 0)
        if let fault {
            #expect(throws: fault) { try reader.next() }
        } else {
            #expect(try reader.next() != nil)
        }
    }

    @Test(arguments: [
        (count: UInt64(16), tail: UInt64(65_552), fault: LaneFault?.none),
        (8, 65_552, .padding), (24, 65_552, .padding), (16, 65_536, .padding),
    ])
    func `is told what is wrong with its padding`(
        _ count: UInt64, _ tail: UInt64, _ fault: LaneFault?
    ) throws {
        let memory = LaneMemory(capacity: 65_536)
        memory.set(LaneLayout.tailOffset, tail)
        let padding = RecordHead(count: count, kind: 0xFFFF).word
        unsafe memory.data.storeBytes(of: padding, toByteOffset: 65_520, as: UInt64.self)
        unsafe memory.data.storeBytes(of: RecordHead(count: 5, kind: 1).word, as: UInt64.self)
        let reader = memory.reader(from: 65_520)
        if let fault {
            #expect(throws: fault) { try reader.next() }
        } else {
            #expect(try reader.next()?.record.position == 65_536)
        }
        // Padding behind padding.
        unsafe memory.data.storeBytes(
            of: RecordHead(count: 65_536, kind: 0xFFFF).word, as: UInt64.self)
        let again = memory.reader(from: 65_520)
        #expect(throws: LaneFault.padding) { try again.next() }
    }

    @Test(arguments: 1...40)
    func `gets no reader out of the lane, by whatever it scribbles`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let capacity = random.pick([64, 128, 1024, 65_536])
        let memory = LaneMemory(capacity: capacity)
        var start = random.next() & (random.oneIn(2) ? 0xFF_FFF8 : 0xFFFF_FFFF_FFFF_FFF8)
        memory.begin(at: start)
        var (reader, writer) = (memory.reader(from: start), memory.writer())
        var (recordCount, faultCount) = (0, 0)
        for _ in 0..<2000 {
            _ = writer.write([UInt8](repeating: 1, count: random.below(capacity / 8)))
            if random.oneIn(3) { scribble(memory, &random) }
            for _ in 0..<capacity {
                do throws(LaneFault) {
                    guard let (record, payload) = try reader.next() else { break }
                    recordCount += 1
                    #expect(record.count == payload.count && payload.count <= capacity / 8)
                    if random.oneIn(4) { #expect(reader.overwrite(record)) }
                } catch {
                    faultCount += 1
                    if !reader.skip() {
                        start = random.next() & ~7
                        memory.begin(at: start)
                        (reader, writer) = (memory.reader(from: start), memory.writer())
                    }
                    break
                }
            }
            if random.oneIn(2) { reader.release() }
            if random.oneIn(50) { writer = memory.writer() }
        }
        #expect(recordCount > 100 && faultCount > 20, "\(recordCount), \(faultCount)")
    }

    private func scribble(_ memory: LaneMemory, _ random: inout Seeded) {
        let tail = memory.word(LaneLayout.tailOffset)
        switch random.below(5) {
        case 0: memory.set(LaneLayout.tailOffset, tail &+ UInt64(random.below(64)))
        case 1: memory.set(LaneLayout.tailOffset, random.next())
        case 2:
            memory.set(LaneLayout.tailOffset, tail &+ UInt64(memory.capacity) & ~7)
        default:
            let word = RecordHead(
                count: random.oneIn(3) ? random.next() : UInt64(random.below(200)),
                kind: random.oneIn(3) ? 0xFFFF : 1)
            unsafe memory.data.storeBytes(
                of: word.word, toByteOffset: random.below(memory.capacity / 8) * 8,
                as: UInt64.self)
        }
    }
}

import SeededText
import Testing

@testable import Ring

/// The lane of this module and one read off its page in C are the same bytes.
@Suite struct `A lane` {
    /// From every place in a small lane, every two lengths and a third, room given back or not.
    @Test(arguments: [64, 128, 256])
    func `of small capacity is laid out as its page says`(_ capacity: Int) throws {
        let ours = LaneMemory(capacity: capacity)
        let theirs = LaneMemory(capacity: capacity)
        let most = LaneLayout.payloadMost(capacity: capacity)
        let step = capacity > 128 ? 3 : 1
        // Positions that have grown beyond 32 bits, and one that soon will.
        for base in [0, UInt64(UInt32.max) - 63, 1 << 40] {
            for start in stride(from: 0, to: capacity, by: 8) {
                let position = base & ~7 + UInt64(start)
                for first in stride(from: 0, through: most + 1, by: step) {
                    for second in stride(from: 0, through: most, by: step) {
                        try compare(
                            [first, second, first ^ second], from: position,
                            releases: (first + second).isMultiple(of: 2), ours, theirs)
                    }
                }
            }
        }
    }

    @Test func `of the least capacity is laid out as its page says, whatever comes`() throws {
        let ours = LaneMemory(capacity: LaneLayout.capacityLeast)
        let theirs = LaneMemory(capacity: LaneLayout.capacityLeast)
        var random = Seeded(1)
        for _ in 0..<20 {
            let lengths = (0..<400).map { _ in
                Int(random.next() % (random.next() % 8 == 0 ? 9000 : 600))
            }
            try compare(
                lengths, from: random.next() & 0xFFFF_FFFF_FFF8, releases: random.next() % 2 == 0,
                ours, theirs)
        }
    }

    private func compare(
        _ lengths: [Int], from position: UInt64, releases: Bool, _ ours: LaneMemory,
        _ theirs: LaneMemory
    ) throws {
        ours.begin(at: position)
        theirs.begin(at: position)
        let writer = ours.writer()
        let reader = ours.reader(from: position)
        var theirPosition = position
        for (index, length) in lengths.enumerated() {
            let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &+ index) }
            let flags: RecordFlags = index % 5 == 3 ? [.critical, .identity] : []
            let kind = UInt16(truncatingIfNeeded: index)
            let outcome = writer.write(payload, kind: kind, flags: flags, at: UInt64(index))
            try #require(
                theirs.writeInC(payload, kind: kind, flags: flags, at: UInt64(index)) == outcome)
            try #require(ours.contents == theirs.contents)
            guard releases, index % 3 == 0 else { continue }
            let records = try reader.all()
            try #require(theirs.readInC(from: &theirPosition) == records)
            reader.release()
            theirs.releaseInC(theirPosition)
        }
        let records = try reader.all()
        try #require(theirs.readInC(from: &theirPosition) == records)
        try #require(theirPosition == reader.position)
        try #require(ours.contents == theirs.contents)
    }
}

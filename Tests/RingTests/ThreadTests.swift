import Foundation
import SeededText
import Testing

@testable import Ring

/// One thread writes while another reads: every record that was written arrives once, in order.
@Suite struct `Two threads on a lane` {
    @Test(arguments: [1024, 65_536])
    func `lose nothing that was written, and drop only what they count`(_ capacity: Int) throws {
        let memory = LaneMemory(capacity: capacity)
        let shared = Handle(memory)
        let thread = Thread {
            let writer = shared.memory.writer()
            var random = Seeded(5)
            var number = 0
            // However the two threads come to run.
            while number < Handle.recordsLeast || !shared.isEnough {
                _ = writer.write(
                    Self.payload(number, random.below(shared.memory.capacity / 8 - 16)))
                number += 1
            }
            shared.finish(number)
        }
        thread.start()
        let reader = memory.reader(from: 0)
        var (last, read) = (-1, 0)
        while true {
            let isLast = shared.written != nil
            var batch = 0
            while batch < 64, let (record, payload) = try reader.next() {
                let number = try #require(Self.number(payload))
                try #require(number > last)
                try #require(record.flags.contains(.afterDrop) == (number > last + 1))
                (last, read, batch) = (number, read + 1, batch + 1)
            }
            reader.release()
            if read > Handle.readLeast { shared.setEnough() }
            if batch == 0, isLast { break }
        }
        #expect(read + Int(reader.drops.records) == shared.written)
    }

    /// A number, and bytes that only it can have.
    private static func payload(_ number: Int, _ count: Int) -> [UInt8] {
        let word = UInt64(number)
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: index &* 7 &+ number)) }
        return bytes
    }

    private static func number(_ payload: [UInt8]) -> Int? {
        guard payload.count >= 8 else { return nil }
        let number = (0..<8).reduce(0) { $0 | Int(payload[$1]) << (8 * $1) }
        return payload == Self.payload(number, payload.count - 8) ? number : nil
    }
}

/// What both threads hold; each uses its own side of the memory.
private final class Handle: @unchecked Sendable {
    static let recordsLeast = 100_000
    static let readLeast = 1000
    let memory: LaneMemory
    private let lock = NSLock()
    private var count: Int?
    private var hasEnough = false

    init(_ memory: LaneMemory) { self.memory = memory }

    /// How many records there were, once there are no more.
    var written: Int? { lock.withLock { count } }
    func finish(_ number: Int) { lock.withLock { count = number } }

    /// Whether the reader has seen as many as it wants.
    var isEnough: Bool { lock.withLock { hasEnough } }
    func setEnough() { lock.withLock { hasEnough = true } }
}

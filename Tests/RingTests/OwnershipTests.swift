import Foundation
import Testing

@testable import Ring

/// Which thread writes which lane, and what happens to those that find none.
@Suite struct `The lanes of a region` {
    @Test func `belong to one thread each, but for the last`() throws {
        let region = try Region(making: try geometry(lanes: 3), identifier: (1, 2), process: 3)
        defer { region.close() }
        let taken = [7, 8, 9].map { (thread: UInt32) in region.takeLane(for: thread) { _ in false }
        }
        #expect(taken == [0, 1, nil])
        region.freeLane(0)
        region.freeLane(2)
        let again = [9, 10].map { (thread: UInt32) in region.takeLane(for: thread) { _ in false } }
        #expect(again == [0, nil])
    }

    @Test func `of threads that are gone are taken by others`() throws {
        let region = try Region(making: try geometry(lanes: 3), identifier: (1, 2), process: 3)
        defer { region.close() }
        _ = region.takeLane(for: 7) { _ in false }
        _ = region.takeLane(for: 8) { _ in false }
        let (lane, none) = (
            region.takeLane(for: 9) { $0 == 8 }, region.takeLane(for: 10) { $0 == 8 }
        )
        #expect(lane == 1)
        #expect(none == nil)
    }

    @Test func `go to a thread that has the number of one that is gone`() throws {
        let region = try Region(making: try geometry(lanes: 4), identifier: (1, 2), process: 3)
        defer { region.close() }
        for thread in [7, 8, 9] as [UInt32] { _ = region.takeLane(for: thread) { _ in false } }
        var asked: [UInt32] = []
        let lane = region.takeLane(for: 8) {
            asked.append($0)
            return false
        }
        #expect(lane == 1)
        // Of its own number the kernel would say that it is there.
        #expect(asked == [7])
        // It is another owner: whoever counts owners sees that.
        let words = (0..<3).map {
            unsafe region.memory.load(
                fromByteOffset: region.geometry.offset(ofLane: $0), as: UInt64.self)
        }
        #expect(words == [1 << 32 | 7, 2 << 32 | 8, 1 << 32 | 9])
    }

    @Test func `are not taken from a thread that got its number from one that is gone`() throws {
        let region = try Region(making: try geometry(lanes: 2), identifier: (1, 2), process: 3)
        defer { region.close() }
        _ = region.takeLane(for: 5) { _ in false }
        var taken: Int?
        let late = region.takeLane(for: 6) { _ in
            // It was gone when the kernel was asked; then a new one with its number comes first.
            taken = region.takeLane(for: 5) { _ in false }
            return true
        }
        #expect(taken == 0)
        #expect(late == nil)
    }

    @Test func `go to one of many threads that want them`() throws {
        let region = SharedRegion(
            try Region(making: try geometry(lanes: 9), identifier: (1, 2), process: 3))
        for _ in 0..<200 {
            let lock = NSLock()
            nonisolated(unsafe) var taken: [Int] = []
            DispatchQueue.concurrentPerform(iterations: 12) { (thread) in
                let lane = region.take(UInt32(thread + 1))
                lock.withLock { if let lane { unsafe taken.append(lane) } }
            }
            #expect(unsafe taken.sorted() == Array(0..<8))
            for lane in 0..<8 { region.free(lane) }
        }
    }

    @Test func `have one that all write in turn, with nothing lost that is not counted`() throws {
        let region = SharedRegion(
            try Region(making: try geometry(lanes: 1), identifier: (1, 2), process: 3))
        let (threads, each) = (4, 20_000)
        let left = Counter(threads)
        for thread in 0..<threads {
            Thread {
                for number in 0..<each { region.write(UInt32(thread + 1), UInt64(number)) }
                left.subtract()
            }.start()
        }
        var next = [UInt64](repeating: 0, count: threads + 1)
        var records = 0
        while true {
            let isLast = left.isZero
            let found = try region.read()
            for (thread, number) in found {
                try #require(number >= next[Int(thread)])
                next[Int(thread)] = number + 1
            }
            records += found.count
            if isLast, found.isEmpty { break }
        }
        #expect(records + Int(region.drops) == threads * each)
        #expect(records > 1000)
    }

    @Test func `count who came while another held the last, and go on behind one who died`() throws
    {
        let region = SharedRegion(
            try Region(making: try geometry(lanes: 1), identifier: (1, 2), process: 3))
        region.lock(99)
        #expect(region.write(1, 5) == .full)
        #expect(region.drops == 1)
        // Its own thread, come back from a signal's handler, is not gone either.
        #expect(region.write(99, 6, isGone: true) == .full)
        #expect(region.write(1, 7, isGone: true) == .written)
        #expect(region.write(2, 8) == .written)
        let flags = try region.flags()
        #expect(flags == [.afterDrop, []])
        #expect(region.drops == 2)
    }

    private func geometry(lanes: Int) throws -> RegionGeometry {
        try #require(RegionGeometry(lanes: lanes, capacity: 65_536))
    }
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Int
    init(_ value: Int) { self.value = value }
    func subtract() { lock.withLock { value -= 1 } }
    var isZero: Bool { lock.withLock { value == 0 } }
}

/// A region that many threads write.
private final class SharedRegion: @unchecked Sendable {
    private let region: Region
    private var reader: LaneReader

    init(_ region: Region) {
        // swift-format-ignore: NeverForceUnwrap
        reader = region.reader(ofLane: region.geometry.lanes - 1)!
        self.region = region
    }

    deinit { region.close() }

    func take(_ thread: UInt32) -> Int? { region.takeLane(for: thread) { _ in false } }
    func free(_ lane: Int) { region.freeLane(lane) }
    var drops: UInt64 { reader.drops.records }

    /// The overflow lane's lock, held by a thread that does not come back.
    func lock(_ thread: UInt64) {
        let offset = region.geometry.offset(ofLane: region.geometry.lanes - 1)
        unsafe region.memory.storeBytes(
            of: thread, toByteOffset: offset + LaneLayout.lockOffset, as: UInt64.self)
    }

    @discardableResult
    func write(_ thread: UInt32, _ number: UInt64, isGone: Bool = false) -> HandOver {
        let payload = [UInt64(thread), number]
        var mustRing = false
        return unsafe payload.withUnsafeBytes { (bytes) in
            unsafe region.overflowLane().write(
                bytes.count, kind: 1, at: 0, by: thread, region.doorbell(fences: false),
                mustRing: &mustRing, where: { _ in isGone },
                fill: { (room) in
                    if let source = bytes.baseAddress {
                        unsafe room.copyMemory(from: source, byteCount: bytes.count)
                    }
                })
        }
    }

    func read() throws -> [(thread: UInt64, number: UInt64)] {
        var found: [(UInt64, UInt64)] = []
        var payload: [UInt8] = []
        _ = try reader.look()
        while try reader.next(into: &payload) != nil {
            let words = unsafe payload.withUnsafeBytes { (bytes) in
                unsafe (
                    bytes.loadUnaligned(as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                )
            }
            found.append(words)
        }
        reader.release()
        return found
    }

    func flags() throws -> [RecordFlags] {
        var flags: [RecordFlags] = []
        var payload: [UInt8] = []
        _ = try reader.look()
        while let record = try reader.next(into: &payload) { flags.append(record.flags) }
        return flags
    }
}

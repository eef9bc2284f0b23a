import Testing

@testable import Ring

/// Who wakes a reader at rest, and what a reader sees when it looks.
@Suite struct `A reader at rest` {
    private static let urgencies: [RecordFlags] = [.ambient, [], .critical]

    @Test(arguments: [Rest.awake, .dozing, .drowsy, .asleep])
    func `is woken by records that are urgent enough, once`(_ rest: Rest) throws {
        let region = try SharedRegion()
        for (index, flags) in Self.urgencies.enumerated() {
            region.set(rest)
            let isUrgentEnough = index + 1 + Int(rest.rawValue) >= 4
            #expect(region.write(8, flags) == isUrgentEnough)
            #expect(region.write(8, .critical) == (rest != .awake && !isUrgentEnough))
            #expect(!region.write(8, .critical))
        }
    }

    @Test func `is woken by any record of a lane more than half full`() throws {
        let region = try SharedRegion()
        region.set(.dozing)
        // Three records of 8 KiB and their heads are less than half of 64 KiB, four are half and
        // their heads.
        for _ in 0..<3 { #expect(!region.write(8192)) }
        region.set(.dozing)
        #expect(region.write(8192, .ambient))
        // Read and released, it is not half full, as a writer that asks again finds.
        region.set(.dozing)
        try region.readAll()
        #expect(!region.write(8192))
    }

    @Test func `is told by either side to have fences where the kernel gives no barrier`() throws {
        let region = try SharedRegion()
        region.set(RestBarrier(needsFences: true))
        region.set(.asleep)
        #expect(region.write(8))
        region.set(RestBarrier(needsFences: false))
        region.set(.asleep)
        #expect(region.write(8))
    }

    @Test func `crosses its barrier whether the kernel has one or not`() {
        RestBarrier().cross()
        RestBarrier(needsFences: true).cross()
    }

    @Test func `sees the greatest urgency of what is new, and of nothing old`() throws {
        let memory = LaneMemory(capacity: 65_536)
        let (writer, reader) = (memory.writer(), memory.reader(from: 0))
        #expect(try reader.look() == nil)
        let flags: [[RecordFlags]] = [
            [.ambient], [[]], [.critical], [.ambient, []], [.critical, .ambient],
            [[.critical, .ambient]], [[.ambient, .identity]],
        ]
        let expected: [Urgency] = [
            .ambient, .normal, .critical, .normal, .critical, .critical, .ambient,
        ]
        for (flags, expected) in zip(flags, expected) {
            for flags in flags { #expect(writer.write([1, 2, 3], flags: flags) == .written) }
            #expect(try reader.look() == expected)
            #expect(try reader.look() == nil)
        }
        #expect(try reader.all().count == flags.joined().count)
    }

    @Test func `finds many records urgent without looking at all of them`() throws {
        let memory = LaneMemory(capacity: 65_536)
        let (writer, reader) = (memory.writer(), memory.reader(from: 0))
        for _ in 1..<LaneReader.walkRecordsMost { _ = writer.write([], flags: .ambient) }
        #expect(try reader.look() == .ambient)
        for _ in 0..<LaneReader.walkRecordsMost { _ = writer.write([], flags: .ambient) }
        #expect(try reader.look() == .critical)
        #expect(try reader.all().count == 2 * LaneReader.walkRecordsMost - 1)
    }

    @Test func `reads no further than it has looked`() throws {
        let memory = LaneMemory(capacity: 65_536)
        let writer = memory.writer()
        var reader = unsafe LaneReader(lane: memory.lane, capacity: 65_536, from: nil)
        var payload: [UInt8] = []
        #expect(writer.write([1]) == .written)
        let before = try reader.next(into: &payload)
        #expect(before == nil)
        _ = try reader.look()
        #expect(writer.write([2]) == .written)
        let (first, second) = (try reader.next(into: &payload), try reader.next(into: &payload))
        #expect(first != nil && second == nil)
    }

    @Test func `does not believe a lane that takes back what was seen`() throws {
        let memory = LaneMemory(capacity: 65_536)
        let (writer, reader) = (memory.writer(), memory.reader(from: 0))
        for _ in 0..<2 { _ = writer.write([1]) }
        _ = try reader.look()
        memory.set(LaneLayout.tailOffset, 16)
        #expect(throws: LaneFault.tail) { try reader.look() }
    }
}

/// A region of one lane beside the overflow lane, with the writer of the first.
private final class SharedRegion {
    private let region: Region
    private var writer: LaneWriter
    private var reader: LaneReader

    init() throws {
        let geometry = try #require(RegionGeometry(lanes: 2, capacity: 65_536))
        region = try Region(making: geometry, identifier: (1, 2), process: 3)
        // swift-format-ignore: NeverForceUnwrap
        writer = region.writer(ofLane: 0)!
        // swift-format-ignore: NeverForceUnwrap
        reader = region.reader(ofLane: 0)!
    }

    deinit { region.close() }

    func set(_ rest: Rest) { region.set(rest) }

    func set(_ barrier: RestBarrier) { region.set(barrier) }

    /// Whether the writer must ring for a record of so many bytes.
    func write(_ count: Int, _ flags: RecordFlags = []) -> Bool {
        let payload = [UInt8](repeating: 7, count: count)
        let outcome = unsafe payload.withUnsafeBytes { (bytes) in
            unsafe writer.write(bytes, kind: 1, flags: flags, at: 0)
        }
        precondition(outcome == .written)
        return writer.mustRing(region.doorbell(fences: false), flags)
    }

    func readAll() throws {
        var payload: [UInt8] = []
        _ = try reader.look()
        while try reader.next(into: &payload) != nil {}
        reader.release()
    }
}

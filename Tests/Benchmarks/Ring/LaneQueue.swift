internal import Ring

/// Footfall: lanes of a region, each between the two sides that the product has.
@safe final class LaneQueue: RecordQueue {
    let name = "footfall"
    let producerCount: Int
    /// Of 16 MB, an eighth of which is kept for critical records.
    let holdCount = 40_000
    nonisolated(unsafe) private let region: Region
    private let fences: Bool

    init(producers: Int) throws {
        producerCount = producers
        fences = !Doorbell.register()
        guard let geometry = RegionGeometry(lanes: producers, capacity: LaneSender.capacity) else {
            throw BenchError("no region has \(producers) lanes")
        }
        unsafe region = try Region(making: geometry, identifier: (1, 2), process: 0)
        unsafe region.set(RestBarrier())
    }

    deinit { unsafe region.close() }

    func send(_ load: SendLoad, from producer: Int) throws -> SendTimes {
        guard let writer = unsafe region.writer(ofLane: producer) else {
            throw BenchError("a lane is missing")
        }
        var sender = unsafe LaneSender(writer: writer, bell: region.doorbell(fences: fences))
        return try load.run(&sender)
    }

    func receive(_ count: Int) throws {
        guard producerCount > 1 else {
            return try receive(count, lane: 0)
        }
        // Only what stands there already: the lanes one after the other.
        for lane in 0..<producerCount { try receive(count / producerCount, lane: lane) }
    }

    private func receive(_ count: Int, lane: Int) throws {
        guard let reader = unsafe region.reader(ofLane: lane) else {
            throw BenchError("a lane is missing")
        }
        var receiver = LaneReceiver(reader: reader)
        take(count, from: &receiver)
        guard !receiver.isFaulty else { throw BenchError("a lane is faulty") }
    }
}

private struct LaneSender: ~Copyable, RecordSender {
    static let capacity = 16 << 20
    /// A record more than this behind what is stored might not fit: the lane would count a drop.
    private static let windowBytes = UInt64(capacity / 8 * 7 - 2 * SendLoad.recordBytes)

    private var writer: LaneWriter
    private let bell: Doorbell
    private var durableEnd: UInt64

    init(writer: consuming LaneWriter, bell: Doorbell) {
        durableEnd = writer.durableEnd
        self.writer = writer
        self.bell = bell
    }

    @inline(__always)
    mutating func send(_ record: UnsafeRawBufferPointer) -> Bool {
        if writer.end &- durableEnd > Self.windowBytes {
            durableEnd = writer.durableEnd
            guard writer.end &- durableEnd <= Self.windowBytes else { return false }
        }
        guard case .written = unsafe writer.write(record, kind: 1, at: 0) else { return false }
        if writer.mustRing(bell) { preconditionFailure("the reader never rests") }
        return true
    }
}

private struct LaneReceiver: ~Copyable, RecordReceiver {
    private var reader: LaneReader
    private var payload: [UInt8] = []
    private(set) var isFaulty = false

    init(reader: consuming LaneReader) { self.reader = reader }

    @inline(__always)
    mutating func receive() -> Int {
        var count = 0
        do throws(LaneFault) {
            guard try reader.look() != nil else { return 0 }
            while try reader.next(into: &payload) != nil { count += 1 }
        } catch {
            isFaulty = true
            return .max / 2
        }
        reader.release()
        return count
    }
}

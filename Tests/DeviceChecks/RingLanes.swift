internal import Ring

/// Words of 64 bits in memory that two processes share, where a processor may have 32.
enum RingLanes {
    private static let capacity = LaneLayout.capacityLeast

    static func run(_ list: Checklist) {
        list.check("a lane's positions go on beyond 32 bits") { probe in
            for start in [0, 0xFFFF_FFC0, 0x8000_0000_0000_0000, UInt64.max & ~63] {
                unsafe withLane(at: start) { (lane) in
                    var writer = unsafe LaneWriter(lane: lane, capacity: capacity)
                    var reader = unsafe LaneReader(lane: lane, capacity: capacity, from: start)
                    var payload: [UInt8] = []
                    for number in 0..<12 {
                        let sent = [UInt8](repeating: UInt8(number), count: 8)
                        probe.equal(write(sent, to: &writer), 0)
                        let record = next(of: &reader, &payload)
                        let position = start &+ UInt64(number) &* 16
                        probe.equal(record?.position, probe.carrier.number(position))
                        probe.equal(payload, sent)
                        reader.release()
                    }
                }
            }
        }
        list.check("a lane's record may be of any kind and have any flag") { probe in
            unsafe withLane(at: 0) { (lane) in
                var writer = unsafe LaneWriter(lane: lane, capacity: capacity)
                var reader = unsafe LaneReader(lane: lane, capacity: capacity, from: nil)
                var payload: [UInt8] = []
                for kind in [0, 1, 0x7FFF, 0x8000, 0xFFFE] as [UInt16] {
                    let flags: RecordFlags = [.critical, .identity]
                    probe.equal(write([0xFF, 0x80], kind, flags, to: &writer), 0)
                    let record = next(of: &reader, &payload)
                    let expected = probe.carrier.number(UInt32(kind) << 16)
                    probe.equal(record.map { UInt32($0.kind) << 16 }, expected)
                    probe.equal(record?.flags.rawValue, flags.rawValue)
                    probe.equal(payload, [0xFF, 0x80])
                }
            }
        }
        list.check("a lane's length of 32 bits is no negative number") { probe in
            unsafe withLane(at: 0) { (lane) in
                for count in [0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFF8] as [UInt32] {
                    unsafe (lane + LaneLayout.headerBytes).storeBytes(
                        of: UInt64(probe.carrier.number(count)) | 1 << 32, as: UInt64.self)
                    unsafe lane.storeBytes(of: 65_536, toByteOffset: 128, as: UInt64.self)
                    var reader = unsafe LaneReader(lane: lane, capacity: capacity, from: nil)
                    probe.equal(fault(of: &reader), LaneFault.length.number)
                }
            }
        }
        list.check("a lane counts its drops beyond 32 bits") { probe in
            unsafe withLane(at: 0) { (lane) in
                unsafe lane.storeBytes(of: 0xFFFF_FFFF, toByteOffset: 136, as: UInt64.self)
                unsafe lane.storeBytes(of: 0xFFFF_FFFF, toByteOffset: 144, as: UInt64.self)
                var writer = unsafe LaneWriter(lane: lane, capacity: capacity)
                let reader = unsafe LaneReader(lane: lane, capacity: capacity, from: nil)
                let long = [UInt8](repeating: 0, count: capacity / 8 + 1)
                probe.equal(write(long, to: &writer), 2)
                probe.equal(reader.drops.records, probe.carrier.number(0x1_0000_0000 as UInt64))
                probe.equal(reader.drops.bytes, 0x1_0000_2000)
                probe.equal(reader.drops.lastAt, 0x8000_0000_0000_0001)
            }
        }
    }

    private static func withLane(at start: UInt64, _ body: (UnsafeMutableRawPointer) -> Void) {
        let bytes = LaneLayout.stride(capacity: capacity)
        let lane = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        unsafe lane.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        for offset in [128, 256] {
            unsafe lane.storeBytes(of: start, toByteOffset: offset, as: UInt64.self)
        }
        unsafe body(lane)
        unsafe lane.deallocate()
    }

    /// What became of it: 0 written, 1 full, 2 refused.
    private static func write(
        _ payload: [UInt8], _ kind: UInt16 = 1, _ flags: RecordFlags = [],
        to writer: inout LaneWriter
    ) -> Int {
        var outcome = HandOver.full
        unsafe payload.withUnsafeBytes { (bytes) in
            outcome = unsafe writer.write(
                bytes, kind: kind, flags: flags, at: 0x8000_0000_0000_0001)
        }
        return switch outcome {
        case .written: 0
        case .full: 1
        case .refused: 2
        }
    }

    private static func next(
        of reader: inout LaneReader, _ payload: inout [UInt8]
    ) -> Record? {
        do throws(LaneFault) {
            _ = try reader.look()
            return try reader.next(into: &payload)
        } catch { return nil }
    }

    private static func fault(of reader: inout LaneReader) -> Int {
        var payload: [UInt8] = []
        do throws(LaneFault) {
            _ = try reader.look()
            return try reader.next(into: &payload) == nil ? -1 : -2
        } catch { return error.number }
    }
}

extension LaneFault {
    fileprivate var number: Int {
        switch self {
        case .tail: 1
        case .length: 2
        case .padding: 3
        }
    }
}

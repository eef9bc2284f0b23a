/// How far one lane was read, and which of its drops are counted.
struct LanePlace: Equatable {
    var position: UInt64
    var drops: UInt64
}

/// How far the lanes of a region were read: its mark in the store.
///
/// For each lane, as LEB128, an eighth of its position and the number of its counted drops.
struct RegionPlaces: Equatable {
    var lanes: [LanePlace]

    init(lanes: [LanePlace] = []) { self.lanes = lanes }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for lane in lanes {
            Self.append(lane.position / 8, to: &bytes)
            Self.append(lane.drops, to: &bytes)
        }
        return bytes
    }

    /// nil for bytes that are no mark.
    init?(bytes: [UInt8]) {
        lanes = []
        var offset = 0
        while offset < bytes.count {
            guard let eighth = Self.number(bytes, &offset), eighth <= UInt64.max / 8,
                let drops = Self.number(bytes, &offset)
            else { return nil }
            lanes.append(LanePlace(position: eighth * 8, drops: drops))
        }
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func number(_ bytes: [UInt8], _ offset: inout Int) -> UInt64? {
        var number: UInt64 = 0
        for shift in 0..<10 where offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            number |= UInt64(byte & 0x7F) << (7 * UInt64(shift))
            if byte < 0x80 { return number }
        }
        return nil
    }
}

internal import Events

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
            LEB128.append(lane.position / 8, to: &bytes)
            LEB128.append(lane.drops, to: &bytes)
        }
        return bytes
    }

    /// nil for bytes that are no mark.
    init?(bytes: [UInt8]) {
        lanes = []
        var offset = 0
        while offset < bytes.count {
            guard let eighth = LEB128.number(in: bytes, at: &offset),
                eighth <= UInt64.max / 8,
                let drops = LEB128.number(in: bytes, at: &offset)
            else { return nil }
            lanes.append(LanePlace(position: eighth * 8, drops: drops))
        }
    }
}

/// Where everything stands in a region's header, version 1: the table of this module's page.
enum RegionLayout {
    /// `FFRING1` and a zero byte.
    static let magic: UInt64 = 0x0031_474E_4952_4646
    static let majorVersion: UInt64 = 1
    static let headerBytes = 4096
    static let recordAlignment: UInt64 = 8

    static let magicOffset = 0
    /// Major and minor version, 16 bits each, then the header's bytes.
    static let versionOffset = 8
    /// The number of lanes, then the alignment of records.
    static let lanesOffset = 16
    static let strideOffset = 24
    static let capacityOffset = 32
    static let identifierOffset = 40
    static let processOffset = 56
    static let restOffset = 256
    static let fencesOffset = 264
}

/// The size of a region: how many lanes, and how long they are.
public struct RegionGeometry: Hashable, Sendable {
    /// 1 to 64.
    public let lanes: Int
    /// Bytes of a lane: a power of two from 65,536 to 16,777,216.
    public let capacity: Int

    /// nil for what no region may have.
    public init?(lanes: Int, capacity: Int) {
        guard 1...64 ~= lanes,
            LaneLayout.capacityLeast...LaneLayout.capacityMost ~= capacity,
            capacity & (capacity &- 1) == 0
        else { return nil }
        self.lanes = lanes
        self.capacity = capacity
    }

    /// Whether there is a lane of this number.
    public func hasLane(_ lane: Int) -> Bool { lane >= 0 && lane < lanes }

    /// The bytes of the region.
    public var bytes: Int { offset(ofLane: lanes) }

    /// Where a lane's header begins; below 1.1 GB, also for a lane behind the last.
    func offset(ofLane lane: Int) -> Int {
        RegionLayout.headerBytes &+ lane &* LaneLayout.stride(capacity: capacity)
    }
}

/// Why a region could not be made or is not taken.
public enum RegionError: Error, Hashable, Sendable {
    /// The system refused a call, for the reason `errno`.
    case system(call: Call, errno: Int32)
    /// It could become shorter or longer, and end whoever reads it.
    case notSealed
    /// It is not as long as its header says.
    case length
    /// It does not begin as a region does, or is not finished.
    case notRegion
    /// Its layout is of another major version than 1.
    case version(UInt16)
    /// Lanes, their length or alignment are none that a region may have.
    case geometry

    /// What was tried.
    public enum Call: Sendable { case create, seal, examine, map }
}

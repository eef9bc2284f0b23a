/// Where everything stands in a lane, version 1: the table of this module's page.
public enum LaneLayout {
    /// A lane's header; the lane's bytes follow it.
    public static let headerBytes = 4096
    /// The smallest lane of a region.
    public static let capacityLeast = 65_536
    /// The largest lane of a region.
    public static let capacityMost = 16 << 20
    /// The longest payload of any lane.
    public static let payloadMost = 65_536

    static let ownerOffset = 0
    static let tailOffset = 128
    static let droppedOffset = 136
    static let droppedBytesOffset = 144
    static let lastDropOffset = 152
    static let toldOffset = 160
    static let headOffset = 256
    static let durableOffset = 264
    static let faultsOffset = 272
    static let countedOffset = 280
    static let lockOffset = 384
    static let busyOffset = 392
    static let busyBytesOffset = 400

    /// The kind that is none: padding up to the lane's end.
    static let paddingKind: UInt16 = 0xFFFF

    /// From one lane's header to the next.
    public static func stride(capacity: Int) -> Int { headerBytes &+ capacity }

    /// The longest payload of a lane.
    public static func payloadMost(capacity: Int) -> Int { min(capacity / 8, payloadMost) }

    /// The bytes that a record of so much payload takes.
    static func recordBytes(payload: UInt64) -> UInt64 { (payload &+ 15) & ~7 }
}

/// What a record says of itself.
public struct RecordFlags: OptionSet, Hashable, Sendable {
    /// The bits, as they stand in a record.
    public let rawValue: UInt16

    /// Takes bits as they stand in a record; those without a meaning are kept.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// May use the last eighth of the lane.
    public static let critical = RecordFlags(rawValue: 1)
    /// The first record behind one or more that were dropped; set by the writer itself.
    public static let afterDrop = RecordFlags(rawValue: 2)
    /// Says who somebody is: the reader overwrites it.
    public static let identity = RecordFlags(rawValue: 4)
    /// Nobody waits for it: it may be stored much later.
    public static let ambient = RecordFlags(rawValue: 8)

    /// How soon it should be stored; what is both critical and ambient is critical.
    public var urgency: Urgency {
        if contains(.critical) { return .critical }
        return contains(.ambient) ? .ambient : .normal
    }
}

/// How soon a record should be stored.
public enum Urgency: UInt64, Comparable, Sendable {
    /// Much later, with others.
    case ambient = 1
    /// Soon, with others.
    case normal = 2
    /// Now.
    case critical = 3

    /// Whether one is less urgent than another.
    public static func < (left: Urgency, right: Urgency) -> Bool {
        left.rawValue < right.rawValue
    }
}

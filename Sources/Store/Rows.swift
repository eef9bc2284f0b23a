public import Events

/// The two tables that hold events to be delivered.
public enum RowTable: UInt8, CaseIterable, Sendable {
    /// A row a commit and lane: plain and small.
    case tail = 0
    /// Sealed rows, sent as they are.
    case block = 1

    /// The table's name in SQL.
    var name: String {
        switch self {
        case .tail: "tail"
        case .block: "block"
        }
    }
}

/// The id of a row: lane << 60 | epoch << 32 | first sequence, so that order is age within a lane.
public struct RowID: Hashable, Comparable, Sendable {
    /// The number as SQLite has it; never negative.
    public var value: Int64

    /// Takes a number as SQLite has it.
    init(value: Int64) { self.value = value }

    /// The id of the row in `lane` whose first event has this epoch and sequence.
    public init(lane: Lane, epoch: UInt32, first: UInt32) {
        value = Int64(lane.rawValue) << 60 | Int64(epoch) << 32 | Int64(first)
    }

    /// The row's lane; nil for a number that no row may have.
    public var lane: Lane? { Lane(rawValue: UInt8(truncatingIfNeeded: value >> 60)) }

    /// The row's epoch.
    public var epoch: UInt32 { UInt32(truncatingIfNeeded: value >> 32) & Limits.epochLast }

    /// The first sequence number in the row.
    public var first: UInt32 { UInt32(truncatingIfNeeded: value) }

    /// The number without the lane: the age over all lanes.
    var age: Int64 { value & (1 << 60 - 1) }

    /// Whether one row is before another in SQLite's order.
    public static func < (left: RowID, right: RowID) -> Bool { left.value < right.value }
}

/// Names one row.
public struct RowKey: Hashable, Sendable {
    /// Where it is.
    public var table: RowTable
    /// Its id there.
    public var id: RowID

    /// Names the row `id` of `table`.
    public init(_ table: RowTable, _ id: RowID) {
        self.table = table
        self.id = id
    }
}

/// Events of one lane and epoch, encoded together.
public struct StoredRow: Hashable, Sendable {
    /// Where it is and by which id.
    public var key: RowKey
    /// The exact sequence numbers in it, ascending and apart; the first is the id's.
    public var ranges: [SequenceRange]
    /// The encoded events, opaque here.
    public var body: [UInt8]

    /// Makes a row of its parts; its id follows from lane, epoch and the first range.
    public init(
        _ table: RowTable, lane: Lane, epoch: UInt32, ranges: [SequenceRange], body: [UInt8]
    ) {
        key = RowKey(table, RowID(lane: lane, epoch: epoch, first: ranges.first?.first ?? 0))
        self.ranges = ranges
        self.body = body
    }

    init(key: RowKey, ranges: [SequenceRange], body: [UInt8]) {
        self.key = key
        self.ranges = ranges
        self.body = body
    }

    /// How many events the row holds.
    public var eventCount: Int64 { ranges.reduce(0) { $0 + $1.count } }
}

/// What an event's id needs beside lane and sequence.
public struct EpochInfo: Hashable, Sendable {
    /// The epoch's number.
    public var epoch: UInt32
    /// The stream that it belongs to.
    public var stream: StreamID
    /// The kernel's boot id then.
    public var boot: StreamID
    /// The last epoch of the stream before this one that gave a sequence number; nil if none did.
    public var previousEpoch: UInt32?
    /// The count of sequence numbers given in `previousEpoch`; 0 without one.
    public var previousEnd: UInt32
}

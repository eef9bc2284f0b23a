public import Events

/// The two tables that hold events to be delivered.
public enum RowTable: UInt8, CaseIterable, Sendable {
    /// A row a commit and lane: plain and small.
    case tail = 0
    /// Sealed rows, sent as they are.
    case block = 1

}

/// The tables as they stand in the database.
///
/// The lanes' tails are apart, so that every row that comes is added at a table's end, where SQLite
/// changes one page; in the middle it rearranges three.
enum RowPlace: UInt8, CaseIterable {
    /// Of normal rows, and of all that the first version of the schema left.
    case tail = 0
    case criticalTail = 1
    case ambientTail = 2
    /// Of all lanes: blocks are few.
    case block = 3

    /// The name in SQL.
    var name: String {
        switch self {
        case .tail: "tail"
        case .criticalTail: "tail_critical"
        case .ambientTail: "tail_ambient"
        case .block: "block"
        }
    }

    /// What its rows are.
    var table: RowTable { self == .block ? .block : .tail }

    /// The place that a table's name in SQL stands for.
    init?(name: String) {
        guard let place = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = place
    }
}

/// A part of a table in which a lane's rows stand, by age.
struct RowSpan {
    var place: RowPlace
    var first: Int64
    var last: Int64

    /// All parts that rows of `lane` may be in.
    static func all(of lane: Lane) -> [RowSpan] {
        RowID.codes(of: lane).flatMap { code in
            [code < 3 ? .tail : code == 3 ? .criticalTail : .ambientTail, .block].map { place in
                RowSpan(place: place, first: code << 60, last: code << 60 | (1 << 60 - 1))
            }
        }
    }
}

/// The id of a row: code << 60 | epoch << 32 | first sequence, so that order is age within a lane.
///
/// Codes are 1 for normal, 3 for critical, 4 for ambient; 0 and 2 are critical and ambient as the
/// first version of the schema wrote them, which had all lanes in one table.
public struct RowID: Hashable, Comparable, Sendable {
    /// The number as SQLite has it; never negative.
    public var value: Int64

    /// Takes a number as SQLite has it.
    init(value: Int64) { self.value = value }

    /// The id of the row in `lane` whose first event has this epoch and sequence.
    public init(lane: Lane, epoch: UInt32, first: UInt32) {
        value = RowID.code(of: lane) << 60 | Int64(epoch) << 32 | Int64(first)
    }

    /// The row's lane; nil for a number that no row may have.
    public var lane: Lane? {
        switch value >> 60 {
        case 0, 3: .critical
        case 1: .normal
        case 2, 4: .ambient
        default: nil
        }
    }

    /// The row's epoch.
    public var epoch: UInt32 { UInt32(truncatingIfNeeded: value >> 32) & Limits.epochLast }

    /// The first sequence number in the row.
    public var first: UInt32 { UInt32(truncatingIfNeeded: value) }

    /// The number without the lane: the age over all lanes.
    var age: Int64 { value & (1 << 60 - 1) }

    /// The least and the greatest id in the row's lane and epoch.
    var group: (first: Int64, last: Int64) {
        (value & ~Int64(UInt32.max), value | Int64(UInt32.max))
    }

    private static func code(of lane: Lane) -> Int64 {
        switch lane {
        case .normal: 1
        case .critical: 3
        case .ambient: 4
        }
    }

    /// The codes that stand for a lane.
    fileprivate static func codes(of lane: Lane) -> [Int64] {
        switch lane {
        case .normal: [1]
        case .critical: [0, 3]
        case .ambient: [2, 4]
        }
    }

    /// Whether one row is before another in SQLite's order.
    public static func < (left: RowID, right: RowID) -> Bool { left.value < right.value }
}

/// Names one row.
public struct RowKey: Hashable, Sendable {
    /// Where it is.
    public var table: RowTable
    /// Its id there.
    public var id: RowID

    /// Where the row stands.
    var place: RowPlace {
        switch (table, id.value >> 60) {
        case (.block, _): .block
        case (.tail, 3): .criticalTail
        case (.tail, 4): .ambientTail
        default: .tail
        }
    }

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

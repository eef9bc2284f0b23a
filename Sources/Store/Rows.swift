public import Events

/// The two tables that hold events to be delivered.
public enum RowTable: UInt8, CaseIterable, Sendable {
    /// A row a commit and lane, small; of all lanes, in the order in which they came, so that
    /// whatever a commit adds is added at the table's end: there SQLite changes one page.
    case tail = 0
    /// Sealed rows, sent as they are.
    case block = 1

    /// The name in SQL.
    var name: String { self == .tail ? "tail" : "block" }

    /// The table that a name in SQL stands for.
    init?(name: String) {
        guard let table = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = table
    }
}

/// A part of a table in which a lane's rows stand, by age.
struct RowSpan {
    /// What a span is bound to, behind `WHERE`.
    static let condition = "id BETWEEN ?1 AND ?2 AND (?3 < 0 OR id & 3 = ?3)"

    var table: RowTable
    var first: Int64
    var last: Int64
    /// Whose rows of the table they are; nil where no others stand between them.
    private var lane: Lane?

    /// All parts that rows of `lane` may be in, from the one that begins at (epoch, sequence) on.
    static func all(
        of lane: Lane, fromEpoch epoch: UInt32 = 0, sequence: UInt32 = 0
    ) -> [RowSpan] {
        [tail(of: lane, from: RowID(lane: lane, epoch: epoch, first: sequence))]
            + blocks(of: lane, from: Int64(epoch) << 32 | Int64(sequence))
    }

    /// The whole tail, of all lanes.
    static let tail = RowSpan(table: .tail, first: .min, last: -1)

    /// The lane's rows of `block` from an age on.
    static func blocks(of lane: Lane, from age: Int64 = 0) -> [RowSpan] {
        RowID.codes(of: lane).map { code in
            RowSpan(
                table: .block, first: code << 60 | age, last: code << 60 | (1 << 60 - 1))
        }
    }

    /// The lane's rows of `tail` from one on.
    static func tail(of lane: Lane, from id: RowID) -> RowSpan {
        RowSpan(table: .tail, first: id.stored(in: .tail) & ~3, last: -1, lane: lane)
    }

    /// The rows of a row's lane and epoch.
    static func group(of key: RowKey) -> RowSpan {
        let (first, last) = key.id.group
        guard key.table == .tail else { return RowSpan(table: .block, first: first, last: last) }
        return RowSpan(
            table: .tail, first: RowID(value: first).stored(in: .tail),
            last: RowID(value: last).stored(in: .tail), lane: key.id.lane)
    }

    /// Binds a statement's first three parameters, which are those of `condition`.
    func bind(to statement: Statement) throws(StoreError) {
        try statement.bind(
            .integer(first), .integer(last), .integer(lane.map { Int64($0.rawValue) } ?? -1))
    }
}

/// The id of a row: code << 60 | epoch << 32 | first sequence, so that order is age within a lane.
///
/// Codes are 1 for normal, 3 for critical, 4 for ambient; 0 and 2 are critical and ambient as the
/// first version of the schema wrote them, which had all lanes in one table. So it stands in
/// `block`. In `tail` it is a number below 0 whose order is age over all lanes:
/// −2^63 + (epoch << 34 | first sequence << 2 | lane).
public struct RowID: Hashable, Comparable, Sendable {
    /// The number as it stands in `block`; never negative.
    public var value: Int64

    /// Takes a number as it stands in `block`.
    init(value: Int64) { self.value = value }

    /// Takes a number as it stands in either table.
    init(stored: Int64) {
        guard stored < 0 else {
            value = stored
            return
        }
        let age = stored ^ .min
        // No lane has the code 7.
        let code = Lane(rawValue: UInt8(age & 3)).map { RowID.code(of: $0) } ?? 7
        value = code << 60 | (age >> 2 & (1 << 60 - 1))
    }

    /// The number as it stands in a table.
    func stored(in table: RowTable) -> Int64 {
        table == .block ? value : .min | age << 2 | Int64(lane?.rawValue ?? 3)
    }

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

    /// The id as it stands there.
    var stored: Int64 { id.stored(in: table) }

    /// Takes a number as it stands in a table.
    init(_ table: RowTable, stored: Int64) { self.init(table, RowID(stored: stored)) }

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

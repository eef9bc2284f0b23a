internal import Blocks
internal import Events
internal import Store

/// Everything that the next commit will make durable, and the answers that wait for it.
struct PendingCommit {
    /// The events of one lane that make one row of the store.
    struct Row {
        var lane: Lane
        var sequences: [SequenceRange] = []
        /// The events' lines as a block holds them.
        var lines: [UInt8] = []
        var eventCount = 0
    }

    /// One event that goes to the quarantine.
    struct Quarantined {
        var lane: Lane
        /// nil for an event that is admitted by this commit, in the store's own stream and epoch.
        var origin: EventID?
        var sequence: UInt32
        var reason: String
        var producer: UInt64
        var byteCount: Int64
        /// Canonical text with identity replaced; empty where it could not be had.
        var body: [UInt8]
    }

    // A row is joined with others and sent whole, so it stays well under a block.
    private static let rowBytesMost = 64 << 10

    private(set) var rows: [Row] = []
    private(set) var byteCount = 0
    var counters = CounterDeltas()
    var quarantined: [Quarantined] = []
    var answers: [WaitingAnswer] = []
    var settlement = Settlement()
    private var openRow: [Int?] = [nil, nil, nil]

    /// Whether there is nothing to write and nobody to answer.
    var isEmpty: Bool { !isUrgent && counters.isEmpty && settlement.isEmpty }

    /// Whether an answer or an event waits: what is left otherwise can ride on a later commit.
    var isUrgent: Bool { !rows.isEmpty || !quarantined.isEmpty || !answers.isEmpty }

    mutating func append(_ event: Event) {
        let lane = Int(event.lane.rawValue)
        var index = openRow[lane] ?? rows.count
        if index == rows.count || rows[index].eventCount == Limits.blockEvents
            || rows[index].lines.count + event.body.count > Self.rowBytesMost
        {
            index = rows.count
            rows.append(Row(lane: event.lane))
            openRow[lane] = index
        }
        let line = BlockWriter.line(of: event)
        rows[index].lines.append(contentsOf: line)
        rows[index].eventCount += 1
        SequenceRange.append(event.sequence, to: &rows[index].sequences)
        byteCount += line.count
    }
}

/// What an answer of the collector changes in the store.
///
/// It rides on the next commit: lost with it, the same events are sent again and found known.
struct Settlement {
    var removed: [RowKey] = []
    var inserted: [StoredRow] = []
    var deliveredTombstones: [Int64] = []
    var texts: [KeptText] = []

    var isEmpty: Bool {
        removed.isEmpty && inserted.isEmpty && deliveredTombstones.isEmpty && texts.isEmpty
    }
}

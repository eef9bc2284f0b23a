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

        /// Whether its events are stored as columns: the lines of fewer are shorter, packed.
        var isColumns: Bool { eventCount >= columnsEventsLeast || isBlock }

        /// Whether it is sealed for good: as much as is sent in one block anyway.
        var isBlock: Bool { eventCount >= blockEventsLeast || lines.count >= blockBytesLeast }
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

    // A thousand events of 600 bytes and their envelopes make one block.
    private static let rowBytesMost = 900 << 10
    private static let columnsEventsLeast = 16
    private static let blockEventsLeast = 256
    private static let blockBytesLeast = 64 << 10

    private(set) var rows: [Row] = []
    private(set) var byteCount = 0
    var counters = CounterDeltas()
    /// Those among them that come of what stands in shared memory, and will be counted again if it
    /// is not stored.
    var ringCounters = CounterDeltas()
    var quarantined: [Quarantined] = []
    var answers: [WaitingAnswer] = []
    var settlement = Settlement()
    private var openRow: [Int?] = [nil, nil, nil]

    /// Whether there is nothing to write and nobody to answer.
    var isEmpty: Bool { !isUrgent && counters.isEmpty && settlement.isEmpty }

    /// Whether an answer or an event waits: what is left otherwise can ride on a later commit.
    var isUrgent: Bool { !rows.isEmpty || !quarantined.isEmpty || !answers.isEmpty }

    /// The counters of what somebody is answered for.
    var answeredCounters: [CounterDelta] {
        var answered = counters
        for delta in ringCounters.deltas {
            answered.add(-delta.value, to: delta.name, lane: delta.lane)
        }
        return answered.deltas
    }

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
        let before = rows[index].lines.count
        BlockWriter.appendLine(of: event, to: &rows[index].lines)
        rows[index].eventCount += 1
        SequenceRange.append(event.sequence, to: &rows[index].sequences)
        byteCount += rows[index].lines.count - before
    }
}

/// What an answer of the collector changes in the store.
///
/// It rides on a later commit: lost with the process, the same events are sent again and found
/// known.
struct Settlement {
    // What a look for the next rows has to step over stays small.
    private static let waitingRowsMost = 2000

    // So many are worth the pages that change when rows leave from among others.
    private static let removedRowsLeast = 128

    var removed: Set<RowKey> = []
    /// Events that the collector holds, by lane.
    var delivered: [Int64] = [0, 0, 0]
    var inserted: [StoredRow] = []
    var deliveredTombstones: [Int64] = []
    var texts: [KeptText] = []

    var isEmpty: Bool {
        removed.isEmpty && inserted.isEmpty && deliveredTombstones.isEmpty && texts.isEmpty
    }

    /// Whether it can wait for the commit of the next events: nothing depends on it before.
    var canWait: Bool {
        inserted.isEmpty && deliveredTombstones.isEmpty && removed.count <= Self.waitingRowsMost
    }

    /// Whether it can wait for more to leave with it.
    var isFew: Bool { canWait && !isEmpty && removed.count < Self.removedRowsLeast }

    /// Counts events that the collector holds.
    mutating func deliver(_ count: Int64, of lane: Lane) {
        delivered[Int(lane.rawValue)] += count
    }
}

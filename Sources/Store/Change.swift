public import Events

/// Everything that is to be stored in one instant.
public struct Change: Sendable {
    /// The epoch that the change was made for: the store's at that time.
    public var epoch: UInt32
    /// The store's `nextSequence` when the change was made.
    public var firstSequence: UInt32
    /// The `nextSequence` after it: `firstSequence` and one for each number given.
    public var endSequence: UInt32
    /// New rows: of new events, of sealed or of re-encoded ones.
    public var inserted: [StoredRow] = []
    /// Rows that are settled or replaced; each must be there.
    public var removed: [RowKey] = []
    /// Events that cannot be sent.
    public var quarantined: [QuarantinedEvent] = []
    /// New statements to be delivered.
    public var tombstones: [Tombstone] = []
    /// Statements that were delivered, by their ids; those already gone are ignored.
    public var deliveredTombstones: [Int64] = []
    /// What to add to the counters.
    public var counters: [CounterDelta] = []
    /// The message ids of the new events.
    public var messages: MessageChunk?
    /// How far shared memory was read, with the events from there.
    public var regionMarks: [RegionMark] = []
    /// Texts to keep; an empty one is forgotten.
    public var texts: [KeptText] = []

    /// Makes a change that changes nothing, for the store as it is now.
    public init(for store: EventStore) {
        epoch = store.epoch
        firstSequence = store.nextSequence
        endSequence = store.nextSequence
    }
}

/// An event that is kept aside because it cannot be sent.
public struct QuarantinedEvent: Hashable, Sendable {
    /// The lane it was counted in.
    public var lane: Lane
    /// The epoch of its id.
    public var epoch: UInt32
    /// The sequence of its id.
    public var sequence: UInt32
    /// When, by the wall clock.
    public var wallMilliseconds: Int64
    /// Why, one word.
    public var reason: String
    /// The producer's number.
    public var producer: UInt64
    /// The event's length as it came.
    public var byteCount: Int64
    /// What is kept of it, identity replaced; may be nothing.
    public var body: [UInt8]

    /// Makes a quarantined event of its parts.
    public init(
        lane: Lane, epoch: UInt32, sequence: UInt32, wallMilliseconds: Int64, reason: String,
        producer: UInt64, byteCount: Int64, body: [UInt8]
    ) {
        self.lane = lane
        self.epoch = epoch
        self.sequence = sequence
        self.wallMilliseconds = wallMilliseconds
        self.reason = reason
        self.producer = producer
        self.byteCount = byteCount
        self.body = body
    }
}

/// What to add to one counter, or what it stands at.
public struct CounterDelta: Hashable, Sendable {
    /// The lane that is counted.
    public var lane: Lane
    /// The counter's name, such as `accepted`.
    public var name: String
    /// The number.
    public var value: Int64

    /// Makes a number for a counter.
    public init(_ lane: Lane, _ name: String, _ value: Int64) {
        self.lane = lane
        self.name = name
        self.value = value
    }
}

/// Recent message ids, opaque.
public struct MessageChunk: Hashable, Sendable {
    /// When they came, by the wall clock.
    public var wallMilliseconds: Int64
    /// How many they are.
    public var count: Int64
    /// What stands for them.
    public var bytes: [UInt8]

    /// Makes a chunk of its parts.
    public init(wallMilliseconds: Int64, count: Int64, bytes: [UInt8]) {
        self.wallMilliseconds = wallMilliseconds
        self.count = count
        self.bytes = bytes
    }
}

/// A text that the store keeps by name.
public struct KeptText: Hashable, Sendable {
    /// Its name; `damaged` is the store's own.
    public var name: String
    /// The text.
    public var text: String

    /// Makes a text of its parts.
    public init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }
}

public import Events

/// What all events of a block have in common, and the tombstones that travel with them.
public struct BlockHeader: Hashable, Sendable {
    /// The device's name: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public var device: String
    /// The stream of the block's events.
    public var stream: StreamID
    /// The lane of the block's events.
    public var lane: Lane
    /// The epoch of the block's events.
    public var epoch: UInt32
    /// The kernel's boot id in that epoch; serves time only.
    public var boot: StreamID
    /// Where the epoch before this one ended; nil in a stream's first epoch.
    public var previous: EpochEnd?
    /// Events that left the device by another way than delivery.
    public var tombstones: [Tombstone]

    /// Makes a header of its parts.
    public init(
        device: String, stream: StreamID, lane: Lane, epoch: UInt32, boot: StreamID,
        previous: EpochEnd?, tombstones: [Tombstone]
    ) {
        self.device = device
        self.stream = stream
        self.lane = lane
        self.epoch = epoch
        self.boot = boot
        self.previous = previous
        self.tombstones = tombstones
    }
}

/// How many sequence numbers an epoch has given.
public struct EpochEnd: Hashable, Sendable {
    /// The epoch that ended.
    public var epoch: UInt32
    /// The count of sequence numbers given in it: one more than the last of them.
    public var end: UInt32

    /// Makes the end of an epoch.
    public init(epoch: UInt32, end: UInt32) {
        self.epoch = epoch
        self.end = end
    }
}

/// A block's contents.
public struct Block: Sendable {
    /// What the events have in common.
    public var header: BlockHeader
    /// The events in ascending sequence; all of the header's lane.
    public var events: [Event]

    /// Makes a block of its parts.
    public init(header: BlockHeader, events: [Event]) {
        self.header = header
        self.events = events
    }
}

/// What can be said of a block without reading its events.
public struct BlockSummary: Hashable, Sendable {
    /// What the events have in common.
    public var header: BlockHeader
    /// How many events the frame states.
    public var eventCount: Int

    /// Makes a summary of its parts.
    public init(header: BlockHeader, eventCount: Int) {
        self.header = header
        self.eventCount = eventCount
    }
}

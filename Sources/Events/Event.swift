/// What a producer said, with what the agent knows of it.
public struct Event: Sendable {
    /// The number within its epoch, given at admission.
    public var sequence: UInt32
    /// The Segment call that it came by.
    public var kind: Kind
    /// How soon it is committed and sent, and how late evicted.
    public var lane: Lane
    /// The funnel stage that the producer's word or the name rule gave it.
    public var stage: Stage?
    /// What the clocks said when it was taken.
    public var time: EventTime
    /// The first 8 bytes of the SHA-256 of the producer's key; 0 for a producer without one.
    public var producer: UInt64
    /// The canonical JSON text of one object, identity replaced.
    public var body: [UInt8]

    /// Makes an event of its parts.
    public init(
        sequence: UInt32, kind: Kind, lane: Lane, stage: Stage?, time: EventTime, producer: UInt64,
        body: [UInt8]
    ) {
        self.sequence = sequence
        self.kind = kind
        self.lane = lane
        self.stage = stage
        self.time = time
        self.producer = producer
        self.body = body
    }
}

/// The six calls of the Segment specification.
public enum Kind: UInt8, CaseIterable, Sendable {
    case track = 0
    case identify = 1
    case page = 2
    case screen = 3
    case group = 4
    case alias = 5

    /// The word that means this kind in JSON and paths.
    public var word: String {
        switch self {
        case .track: "track"
        case .identify: "identify"
        case .page: "page"
        case .screen: "screen"
        case .group: "group"
        case .alias: "alias"
        }
    }

    /// The kind that a word means; nil for any other word.
    public init?(word: String) {
        guard let kind = Kind.allCases.first(where: { $0.word == word }) else { return nil }
        self = kind
    }
}

/// The five funnel stages, in order.
public enum Stage: UInt8, CaseIterable, Comparable, Sendable {
    case awareness = 0
    case consideration = 1
    case conversion = 2
    case loyalty = 3
    case advocacy = 4

    /// The word that means this stage in JSON and configuration.
    public var word: String {
        switch self {
        case .awareness: "awareness"
        case .consideration: "consideration"
        case .conversion: "conversion"
        case .loyalty: "loyalty"
        case .advocacy: "advocacy"
        }
    }

    /// The stage that a word means; nil for any other word.
    public init?(word: String) {
        guard let stage = Stage.allCases.first(where: { $0.word == word }) else { return nil }
        self = stage
    }

    /// Whether one stage comes before another in the funnel.
    public static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
}

/// How urgent an event is: the order of commit and upload, and the reverse order of eviction.
public enum Lane: UInt8, CaseIterable, Sendable {
    /// Identify, consent, checkout, payment, order.
    case critical = 0
    /// Everything else that a shopper does.
    case normal = 1
    /// Heartbeats and impressions.
    case ambient = 2

    /// The word that means this lane in JSON.
    public var word: String {
        switch self {
        case .critical: "critical"
        case .normal: "normal"
        case .ambient: "ambient"
        }
    }

    /// The lane that a word means; nil for any other word.
    public init?(word: String) {
        guard let lane = Lane.allCases.first(where: { $0.word == word }) else { return nil }
        self = lane
    }
}

/// A statement that events left the device otherwise than by delivery; delivered like an event.
public struct Tombstone: Hashable, Sendable {
    /// The stream of the events.
    public var stream: StreamID
    /// The epoch of the events.
    public var epoch: UInt32
    /// The events' sequence numbers, ascending and apart.
    public var sequences: [SequenceRange]
    /// The rule by which they left, such as `evicted` or `quarantined:too_big`.
    public var reason: String

    /// Makes a tombstone of its parts.
    public init(stream: StreamID, epoch: UInt32, sequences: [SequenceRange], reason: String) {
        self.stream = stream
        self.epoch = epoch
        self.sequences = sequences
        self.reason = reason
    }
}

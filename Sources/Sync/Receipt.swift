public import Events

/// What the collector says it holds of one block.
public struct Receipt: Equatable, Sendable {
    /// Events that it holds durably, whether new to it or not.
    public var held: [SequenceRange]
    /// Events under whose ids it holds something else.
    public var conflicting: [SequenceRange]
    /// Events that it refuses for good, with its reason.
    public var refused: [Refusal]
    /// How many of the block's tombstones are recorded.
    public var tombstoneCount: Int
    /// The name of the dictionary that it keeps of this block, 16 hexadecimal digits; empty for
    /// none.
    public var dictionary: String

    /// One event that the collector refuses.
    public struct Refusal: Equatable, Sendable {
        /// The event's sequence number.
        public var sequence: UInt32
        /// The collector's word for why.
        public var reason: String
    }
}

/// What was sent, as far as an answer must match it.
public struct Sent: Sendable {
    /// The device's name.
    public var device: String
    /// The block's stream.
    public var stream: StreamID
    /// The block's epoch.
    public var epoch: UInt32
    /// The block's events.
    public var sequences: [SequenceRange]
    /// How many tombstones the block's header has.
    public var tombstoneCount: Int
    /// The request's nonce, 32 hexadecimal digits.
    public var nonce: String
    /// The SHA-256 of the body as sent, 64 hexadecimal digits.
    public var bodyDigest: String

    /// Describes a request of its parts.
    public init(
        device: String, stream: StreamID, epoch: UInt32, sequences: [SequenceRange],
        tombstoneCount: Int, nonce: String, bodyDigest: String
    ) {
        self.device = device
        self.stream = stream
        self.epoch = epoch
        self.sequences = sequences
        self.tombstoneCount = tombstoneCount
        self.nonce = nonce
        self.bodyDigest = bodyDigest
    }
}

extension Receipt {
    /// Reads a signed answer's body and holds it against what was sent.
    ///
    /// nil unless device, stream, epoch, nonce and digest are those of the request and the three
    /// lists part the block's events exactly: anything else is no receipt, whoever signed it.
    public init?(_ answer: AnswerBody, for sent: Sent) {
        guard answer.device == sent.device, answer.stream == sent.stream.hexadecimal,
            answer.epoch == Int64(sent.epoch), answer.nonce == sent.nonce,
            answer.digest == sent.bodyDigest, let tombstones = answer.tombstoneCount,
            tombstones == Int64(sent.tombstoneCount)
        else { return nil }
        var count: Int64 = 0
        for range in answer.held { count += range.count }
        guard count == answer.count else { return nil }
        var all = answer.held + answer.conflicting
        for refusal in answer.refused {
            all.append(SequenceRange(refusal.sequence, refusal.sequence))
        }
        guard let parts = Self.merged(all), parts == Self.merged(sent.sequences) else { return nil }
        held = answer.held
        conflicting = answer.conflicting
        refused = answer.refused
        tombstoneCount = sent.tombstoneCount
        dictionary = answer.dictionary
    }

    /// The ranges in order and joined where they touch; nil where two overlap.
    private static func merged(_ ranges: [SequenceRange]) -> [SequenceRange]? {
        var merged: [SequenceRange] = []
        for range in ranges.sorted(by: { $0.first < $1.first }) {
            guard range.first <= range.last else { return nil }
            if let last = merged.last, last.last >= range.first { return nil }
            SequenceRange.append(range, to: &merged)
        }
        return merged
    }
}

internal import Events

/// What became of a block's events; the three lists part them exactly.
struct BlockOutcome: Equatable, Sendable {
    /// One event that was refused for good.
    struct Refusal: Equatable, Sendable {
        var sequence: UInt32
        /// One word for what is wrong with it.
        var reason: String
    }

    /// Held durably, new or known before.
    var held: [SequenceRange] = []
    /// Ids under which something else is held.
    var conflicting: [SequenceRange] = []
    var refused: [Refusal] = []
    var newCount: Int64 = 0
    var knownCount: Int64 = 0
    /// How many of the block's tombstones are recorded.
    var tombstoneCount: Int64 = 0
    /// The name of the dictionary that is kept of it.
    var dictionary: UInt64?
    /// Whether times of stored events are still to be solved by what it said.
    var leavesUnsolved = false
}

internal import Events

/// What producers have handed over, and what they were told.
struct Ledger {
    /// One event of a producer's.
    struct Entry {
        var producer: Int
        var text: [UInt8]
        var hasMessageID: Bool
        var isPoison: Bool
        var isAcknowledged = false
        /// How often it was handed over.
        var handOverCount = 0
        /// Where the store had it when it was acknowledged.
        var id: EventID?
        var lane = Lane.normal
    }

    private(set) var entries: [Entry] = []
    private(set) var acknowledgedCount = 0

    mutating func enter(_ entry: Entry) { entries.append(entry) }

    subscript(number: Int) -> Entry { entries[number] }

    /// A producer was told that its event is stored.
    mutating func acknowledge(_ number: Int) {
        guard !entries[number].isAcknowledged else { return }
        entries[number].isAcknowledged = true
        acknowledgedCount += 1
    }

    mutating func handOver(_ number: Int) { entries[number].handOverCount += 1 }

    /// The store has an event under this id, the last of which counts: an event whose id was taken
    /// goes on under a new one.
    mutating func locate(_ number: Int, at id: EventID, in lane: Lane) {
        guard entries.indices.contains(number) else { return }
        entries[number].id = id
        entries[number].lane = lane
    }
}

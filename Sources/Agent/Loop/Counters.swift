internal import Events
internal import Store

/// The names under which the store keeps what happened to events, committed with the events.
///
/// offered = accepted + deduplicated + refused; accepted = delivered + queued + quarantined +
/// dropped (design, promise 3). `queued` is no counter: it is counted from the tables.
enum CounterName {
    static let offered = "offered"
    static let accepted = "accepted"
    static let deduplicated = "deduplicated"
    static let delivered = "delivered"
    static let messageIDReused = "message_id_reused"
    static let stageUnknown = "stage_unknown"
    static let conflicting = "conflict"
    /// Identities of accepted events that were not kept, for want of a key to seal them to.
    static let identityDropped = "identity_dropped"
    /// Accepted events that a damaged database no longer had.
    static let droppedByDamage = "dropped:damaged"
    /// Offers whose outcome a damaged database no longer told.
    static let refusedByDamage = "refused:damaged"

    /// The first part of the reason of an event that the collector refused.
    static let byCollector = "collector:"
    static let refusedPrefix = "refused:"
    static let quarantinedPrefix = "quarantined:"
    static let droppedPrefix = "dropped:"

    /// What the guard found of a kind.
    static func guarded(_ kind: String) -> String { "guard:" + kind }
    static func refused(_ reason: String) -> String { refusedPrefix + reason }
    static func quarantined(_ reason: String) -> String { quarantinedPrefix + reason }
}

/// Counts that wait for the commit of what they count.
///
/// What was refused before a lane could be read is counted as normal.
struct CounterDeltas {
    // A handful of entries: a scan is cheaper than a dictionary, and the order is the same each
    // time.
    private(set) var deltas: [CounterDelta] = []

    var isEmpty: Bool { deltas.isEmpty }

    mutating func add(_ value: Int64, to name: String, lane: Lane) {
        for index in deltas.indices where deltas[index].lane == lane && deltas[index].name == name {
            deltas[index].value += value
            return
        }
        deltas.append(CounterDelta(lane, name, value))
    }
}

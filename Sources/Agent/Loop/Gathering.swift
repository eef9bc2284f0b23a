internal import Events

/// How long new events wait for others, so that they leave in a block together.
///
/// An event alone costs the wire, the disk and the collector as much as a hundred. Nothing waits
/// that is critical, that somebody flushes, or while there is more than a block.
struct Gathering {
    private static let patienceMilliseconds: Int64 = 1_000

    private var eventCount: Int64 = 0
    private var isUrgent = false
    private var until: Instant?
    /// Whether the last block held all that there was.
    private var wasAll = false

    /// When what is gathered leaves; nil where nothing is gathered.
    var deadline: Instant? { isOpen ? until : nil }

    private var isOpen: Bool {
        wasAll && !isUrgent && eventCount < Int64(Limits.blockEvents)
    }

    /// Whether more is worth waiting for.
    func isGathering(at now: Instant) -> Bool {
        guard isOpen, let until else { return false }
        return now < until
    }

    /// Events are stored.
    mutating func take(_ count: Int64, isCritical: Bool, at now: Instant) {
        guard count > 0 else { return }
        eventCount += count
        isUrgent = isUrgent || isCritical
        if until == nil { until = now.advanced(byMilliseconds: Self.patienceMilliseconds) }
    }

    /// A block leaves, or there was nothing to send.
    mutating func leave(isAll: Bool) {
        wasAll = isAll
        (eventCount, isUrgent, until) = (0, false, nil)
    }
}

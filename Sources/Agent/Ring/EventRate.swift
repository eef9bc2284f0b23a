internal import Events

/// Events a second, over the last ten to twenty seconds in which somebody asked or counted.
struct EventRate {
    private static let spanMilliseconds: Int64 = 10_000

    private var beganAt: Instant
    private var count: Int64 = 0
    private var before: (beganAt: Instant, count: Int64)

    init(at now: Instant) {
        beganAt = now
        before = (now, 0)
    }

    mutating func add(_ events: Int64, at now: Instant) {
        turn(now)
        count += events
    }

    mutating func perSecond(at now: Instant) -> Int64 {
        turn(now)
        let milliseconds = max(1, now.milliseconds(since: before.beganAt))
        return (before.count + count) * 1000 / max(milliseconds, 1000)
    }

    private mutating func turn(_ now: Instant) {
        let age = now.milliseconds(since: beganAt)
        guard age >= Self.spanMilliseconds else { return }
        before =
            age >= 2 * Self.spanMilliseconds
            ? (now.advanced(byMilliseconds: -Self.spanMilliseconds), 0) : (beganAt, count)
        (beganAt, count) = (now, 0)
    }
}

internal import Events
internal import Platform

/// Time as it is, and as the device's clocks tell it.
final class SimulatedClock {
    /// Milliseconds since the simulation began.
    private(set) var now: Int64 = 0
    /// When the device was last switched on.
    private var bootedAt: Int64 = -1000
    /// What the wall clock shows beyond `now`.
    private var wallOffset = SimulatedClock.trueOffset
    private var isSynchronised = true

    /// 2026-11-22T10:00:00Z, where the simulation begins.
    private static let trueOffset: Int64 = 1_795_341_600_000
    private static let plausibleFrom: Int64 = 1_767_225_600_000

    func advance(to instant: Int64) { now = max(now, instant) }

    var monotonic: Instant { Instant(milliseconds: now - bootedAt) }

    /// The moment at which the monotonic clock shows `instant`.
    func moment(of instant: Instant) -> Int64 {
        instant == .never ? .max : instant.milliseconds + bootedAt
    }

    var wall: WallTime {
        let milliseconds = now + wallOffset
        let quality: TimeQuality =
            milliseconds < Self.plausibleFrom
            ? .implausible : isSynchronised ? .synchronised : .unsynchronised
        return WallTime(milliseconds: milliseconds, quality: quality)
    }

    /// The time of the world, whatever the device's clock shows.
    var worldMilliseconds: Int64 { now + Self.trueOffset }

    /// The device is switched on; without a battery its wall clock begins in 1970.
    func boot(in1970: Bool) {
        bootedAt = now - 1000
        if in1970 { wallOffset = -now }
        isSynchronised = !in1970
    }

    /// The wall clock is set, by hand or by a time server.
    func jump(byMilliseconds milliseconds: Int64) {
        wallOffset += milliseconds
        isSynchronised = false
    }

    func synchronise() {
        wallOffset = Self.trueOffset
        isSynchronised = true
    }
}

/// What is to happen at its time; of two things at the same time the one that was planned first.
struct Schedule {
    private var plans: [(time: Int64, order: Int, action: () -> Void)] = []
    private var count = 0

    mutating func plan(at time: Int64, _ action: @escaping () -> Void) {
        count += 1
        let index = plans.firstIndex { $0.time > time } ?? plans.count
        plans.insert((time, count, action), at: index)
    }

    var next: Int64 { plans.first?.time ?? .max }

    /// Takes the first thing that is due.
    mutating func take(at now: Int64) -> (() -> Void)? {
        guard let first = plans.first, first.time <= now else { return nil }
        plans.removeFirst()
        return first.action
    }
}

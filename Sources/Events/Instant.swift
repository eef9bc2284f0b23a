/// A moment on the device's monotonic clock, which runs through suspend and never goes back.
///
/// Only differences mean anything, and only within one boot.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since the boot.
    public var milliseconds: Int64

    /// Makes a moment of milliseconds since the boot.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// A moment that never comes.
    public static let never = Instant(milliseconds: .max)

    /// Whether one moment is before another.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment `milliseconds` later; stops at `never`.
    public func advanced(byMilliseconds milliseconds: Int64) -> Instant {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return overflow ? .never : Instant(milliseconds: sum)
    }

    /// Milliseconds from `earlier` to this moment.
    public func milliseconds(since earlier: Instant) -> Int64 {
        milliseconds - earlier.milliseconds
    }
}

/// How far a wall-clock reading can be believed.
public enum TimeQuality: UInt8, Sendable {
    /// The kernel says that the clock is disciplined by a time source.
    case synchronised = 0
    /// A plausible time that nothing vouches for.
    case unsynchronised = 1
    /// A time before this software was written: a clock that was never set.
    case implausible = 2

    /// 2026-01-01T00:00:00Z, before this software was written.
    public static let plausibleFromMilliseconds: Int64 = 1_767_225_600_000
}

/// What the clocks said when the agent took an event.
public struct EventTime: Hashable, Sendable {
    /// The monotonic clock; with the epoch's boot id it orders events of one boot.
    public var monotonic: Instant
    /// Milliseconds since 1970-01-01T00:00:00Z, by the device's wall clock.
    public var wallMilliseconds: Int64
    /// How far `wallMilliseconds` can be believed.
    public var quality: TimeQuality

    /// Makes a reading of its three parts.
    public init(monotonic: Instant, wallMilliseconds: Int64, quality: TimeQuality) {
        self.monotonic = monotonic
        self.wallMilliseconds = wallMilliseconds
        self.quality = quality
    }
}

internal import Events

/// When something came, by the collector's clock, and how far that is believed.
struct Arrival: Sendable {
    /// Unix time.
    var milliseconds: Int64
    /// Whether a time source or the operator vouches for the clock.
    var isVouched: Bool

    /// A clock that was never set tells of nothing when it came.
    var noted: Int64? {
        milliseconds < TimeQuality.plausibleFromMilliseconds ? nil : milliseconds
    }
}

internal import Events

/// When an event was, and how well that is known.
struct SolvedTime: Equatable {
    /// On what the time rests; the number is stored.
    enum Quality: Int64, CaseIterable {
        /// The device's wall clock, disciplined by a time source.
        case synchronised = 0
        /// The monotonic clock, and what was learned of it in the same boot.
        case anchored = 1
        /// What came before and after.
        case bounded = 2
        /// The producer's word, given by another clock than the device's, or in another boot.
        case stated = 3
        /// The device's wall clock alone.
        case unknown = 4

        /// The word in exports and reports.
        var word: String {
            switch self {
            case .synchronised: "synchronised"
            case .anchored: "anchored"
            case .bounded: "bounded"
            case .stated: "stated"
            case .unknown: "unknown"
            }
        }
    }

    /// What reports count by, in Unix milliseconds.
    var milliseconds: Int64
    /// Within these it lies; nil where nothing says so.
    var bounds: ClosedRange<Int64>?
    var quality: Quality
}

/// What an event says of its time, and when it came.
struct EventMoment: Equatable {
    var monotonic: Int64
    /// The device's wall clock at the capture.
    var wall: Int64
    /// A number of ``TimeQuality``.
    var quality: Int64
    /// The producer's own timestamp.
    var stated: Int64?
    /// When the collector first held it; nil where that was not noted.
    var arrival: Int64?

    // A clock is slewed, and a producer's may be read a little before or after.
    private static let slackMilliseconds: Int64 = 60_000

    /// Solves an event of a boot with this clock, or with this span where the clock is not known.
    func solve(_ clock: BootClock, _ span: BootSpan) -> SolvedTime {
        if quality == Int64(TimeQuality.synchronised.rawValue) {
            let error = ClockAnchor.synchronisedErrorMilliseconds
            return told(
                capturedAt: wall,
                within: wall.subtractingSaturated(error)...wall.addingSaturated(error),
                .synchronised)
        }
        if let offset = clock.offset(at: Instant(milliseconds: monotonic)) {
            let bounds = offset.moved(by: monotonic)
            return told(capturedAt: Self.estimate(wall, bounds), within: bounds, .anchored)
        }
        guard let bounds = bounds(of: span) else {
            return told(capturedAt: wall, within: nil, .unknown)
        }
        return told(capturedAt: Self.estimate(wall, bounds), within: bounds, .bounded)
    }

    /// What remains where no clock says anything: after the boot before and after this software
    /// was written, before the boot after and before it came.
    private func bounds(of span: BootSpan) -> ClosedRange<Int64>? {
        var lower = TimeQuality.plausibleFromMilliseconds
        if let earliest = span.earliest {
            let passed = monotonic.subtractingSaturated(ClockAnchor.drift(monotonic))
            let here = earliest.addingSaturated(max(0, passed))
            lower = max(lower, here)
        }
        guard let upper = [span.latest, arrival].compactMap({ $0 }).min(), lower <= upper else {
            return nil
        }
        return lower...upper
    }

    /// A wall clock that nothing contradicts is believed: order within a boot stays as it was told.
    private static func estimate(_ wall: Int64, _ bounds: ClosedRange<Int64>) -> Int64 {
        guard !bounds.contains(wall) else { return wall }
        let width = bounds.upperBound.subtractingSaturated(bounds.lowerBound)
        return bounds.lowerBound.addingSaturated(width / 2)
    }

    /// The capture's time, or the producer's moved by as much as the clock was wrong.
    ///
    /// A producer on the device reads the same wall clock; what it says was read in this boot if
    /// it lies between what that clock showed at the boot and at the capture. Anything else is
    /// another clock's or another boot's, and stays as it is.
    private func told(
        capturedAt captured: Int64, within bounds: ClosedRange<Int64>?,
        _ quality: SolvedTime.Quality
    ) -> SolvedTime {
        guard let stated else {
            return SolvedTime(milliseconds: captured, bounds: bounds, quality: quality)
        }
        let boot = wall.subtractingSaturated(monotonic)
        let earliest = boot.subtractingSaturated(Self.slackMilliseconds)
        let latest = wall.addingSaturated(Self.slackMilliseconds)
        guard earliest <= stated, stated <= latest else {
            return SolvedTime(milliseconds: stated, bounds: nil, quality: .stated)
        }
        let distance = stated.subtractingSaturated(wall)
        return SolvedTime(
            milliseconds: captured.addingSaturated(distance),
            bounds: bounds?.moved(by: distance), quality: quality)
    }
}

extension ClosedRange<Int64> {
    fileprivate func moved(by distance: Int64) -> ClosedRange<Int64> {
        lowerBound.addingSaturated(distance)...upperBound.addingSaturated(distance)
    }
}

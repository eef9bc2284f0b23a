internal import Events

/// Regions whose lanes lied so often that they are not taken again, by the user who shared them.
///
/// What a user is remembered for is bounded, and so is what the log says of one: nobody gains by
/// making new regions.
struct RegionBans {
    private struct Offender {
        /// nil for regions of which no connection says whose they are.
        var userID: UInt32?
        var regions: [StreamID] = []
        var isLoggedUntil: Instant
    }

    /// The last to be told of comes last.
    private var offenders: [Offender] = []

    // As many as may be attached, so that each of them is remembered.
    private static let regionsMost = 16
    // More users than a device has.
    private static let offendersMost = 64
    private static let lineEveryMilliseconds: Int64 = 600_000

    func contains(_ region: StreamID, of userID: UInt32) -> Bool {
        offenders.contains { $0.userID == userID && $0.regions.contains(region) }
    }

    /// Remembers a region; whether the log is to say so, once in ten minutes a user.
    mutating func add(_ region: StreamID, of userID: UInt32?, at now: Instant) -> Bool {
        var offender = Offender(userID: userID, isLoggedUntil: now)
        if let place = offenders.firstIndex(where: { $0.userID == userID }) {
            offender = offenders.remove(at: place)
        } else if offenders.count == Self.offendersMost {
            offenders.removeFirst()
        }
        offender.regions.removeAll { $0 == region }
        if offender.regions.count == Self.regionsMost { offender.regions.removeFirst() }
        offender.regions.append(region)
        let isNews = offender.isLoggedUntil <= now
        if isNews {
            offender.isLoggedUntil = now.advanced(byMilliseconds: Self.lineEveryMilliseconds)
        }
        offenders.append(offender)
        return isNews
    }
}

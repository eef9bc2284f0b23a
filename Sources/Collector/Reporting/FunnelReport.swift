internal import Reports

/// The funnel, and how complete what it was counted from is.
struct FunnelReport: Equatable {
    var counts: FunnelCounts
    var completeness: Completeness
}

/// What the archive holds, and what it knows to be missing.
struct Completeness: Equatable {
    /// An epoch of which some numbers are neither held nor accounted for.
    struct Gap: Equatable {
        var device: String
        var stream: String
        var epoch: Int64
        var missing: Int64
    }

    /// How many events left a device otherwise than by delivery, by one rule.
    struct Tombstoned: Equatable {
        var reason: String
        var events: Int64
    }

    /// How many events have times of one quality.
    struct Timed: Equatable {
        var quality: SolvedTime.Quality
        var events: Int64
    }

    /// Something that an operator should look into.
    struct Warning: Equatable {
        var device: String
        /// One word of ``Notice``.
        var name: String
        var sinceMilliseconds: Int64
        var latestMilliseconds: Int64
    }

    var devices: Int64 = 0
    var events: Int64 = 0
    var duplicates: Int64 = 0
    var messageIDReused: Int64 = 0
    var refused: Int64 = 0
    var conflicts: Int64 = 0
    /// How well the events' times are known, by the order of the qualities.
    var times: [Timed] = []
    /// Events whose times are still being solved, for the first time or anew.
    var timesWaiting: Int64 = 0
    /// Requests whose header of anchors could not be read.
    var clockUnreadable: Int64 = 0
    var gaps: [Gap] = []
    var tombstoned: [Tombstoned] = []
    var warnings: [Warning] = []

    /// Events of whose times no clock tells.
    var untimed: Int64 {
        times.filter { [.bounded, .unknown].contains($0.quality) }.reduce(0) { $0 + $1.events }
    }

    var missing: Int64 { gaps.reduce(0) { $0 + $1.missing } }
}

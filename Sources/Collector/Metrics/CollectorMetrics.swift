internal import Events
internal import Synchronization

/// What was taken and answered since the process began, counted for Prometheus.
///
/// Its size has a bound: paths, statuses and reasons are words of the program, never of a request.
final class CollectorMetrics: Sendable {
    struct Counts {
        var ingested: Int64 = 0
        var known: Int64 = 0
        var conflicting: Int64 = 0
        /// Events, by the reason for which each was refused.
        var refused: [String: Int64] = [:]
        /// Blocks that got no receipt, by reason.
        var refusedBlocks: [String: Int64] = [:]
        var requests: [Request: Int64] = [:]
        var lag = LagHistogram()
        /// When the latest block was committed, in Unix milliseconds.
        var latestBlockMilliseconds: Int64?
    }

    struct Request: Hashable {
        /// A door's path, or `other`.
        var path: String
        var status: Int
    }

    private let counts = Mutex(Counts())

    var current: Counts { counts.withLock(\.self) }

    /// Counts a block whose receipt may be given.
    func took(_ events: [Event], _ outcome: BlockOutcome, atMilliseconds now: Int64) {
        counts.withLock { counts in
            counts.ingested += outcome.newCount
            counts.known += outcome.knownCount
            counts.conflicting += outcome.conflicting.reduce(0) { $0 + $1.count }
            for refusal in outcome.refused { counts.refused[refusal.reason, default: 0] += 1 }
            counts.latestBlockMilliseconds = now
            // A block that comes again says nothing of how late its events are.
            guard outcome.newCount > 0 else { return }
            // Both are the device's word: a time before this software tells of no lag.
            for event in events
            where event.time.quality == .synchronised
                && event.time.wallMilliseconds >= TimeQuality.plausibleFromMilliseconds
            {
                let lag = now.subtractingSaturated(event.time.wallMilliseconds)
                counts.lag.note(milliseconds: lag)
            }
        }
    }

    /// Counts an answer.
    func answered(path: String, _ answer: BlockAnswer) {
        counts.withLock { counts in
            counts.requests[Request(path: path, status: answer.status), default: 0] += 1
            if path == "/v1/blocks", let reason = answer.reason {
                counts.refusedBlocks[reason, default: 0] += 1
            }
        }
    }
}

/// How long after they happened events arrived, of those whose device knew the time.
struct LagHistogram {
    /// From the commit window of a device to a month offline.
    static let boundsSeconds: [Int64] = [
        1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 604_800, 2_592_000,
    ]

    /// By bound, and beyond the last.
    private(set) var counts = Array(repeating: Int64(0), count: boundsSeconds.count + 1)
    private(set) var sumMilliseconds: Int64 = 0

    /// Notes one event; one from the future counts as just now.
    mutating func note(milliseconds: Int64) {
        let lag = max(0, milliseconds)
        let index = Self.boundsSeconds.firstIndex { lag <= $0 * 1000 }
        counts[index ?? Self.boundsSeconds.count] += 1
        sumMilliseconds = sumMilliseconds.addingSaturated(lag)
    }
}

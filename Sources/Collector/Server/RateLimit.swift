internal import Synchronization

/// Holds each device to a rate of blocks: a bucket of tokens by device.
///
/// Of a bucket only the moment is kept at which it is full again (the "virtual scheduling" form of
/// the leaky bucket, ITU-T I.371); full buckets need no entry.
final class RateLimit: Sendable {
    /// What no device that works reaches, which leaves the commits to them.
    ///
    /// It sends one block at a time and waits for the receipt: beyond a round trip of 5 ms that is
    /// less.
    static let blocksPerSecond: Double = 200
    /// What a full bucket holds at once: who comes back from a short outage is not held up.
    static let burstSeconds: Double = 10
    /// Devices that are remembered at once, some 10 MB of names; more is no chain of shops.
    static let devicesMax = 100_000

    private let interval: Duration
    private let burst: Duration
    private let devicesMax: Int
    private let fullAgain = Mutex<[String: ContinuousClock.Instant]>([:])

    init(blocksPerSecond: Double, devicesMax: Int = RateLimit.devicesMax) {
        interval = .seconds(1 / blocksPerSecond)
        burst = .seconds(max(Self.burstSeconds, 1 / blocksPerSecond))
        self.devicesMax = devicesMax
    }

    /// How many devices are remembered.
    var deviceCount: Int { fullAgain.withLock(\.count) }

    /// Takes a token of a device's; where there is none, in how many seconds there will be.
    func take(device: String, at now: ContinuousClock.Instant = .now) -> Int64? {
        fullAgain.withLock { fullAgain in
            let full = max(fullAgain[device] ?? now, now) + interval
            let wait = now.duration(to: full) - burst
            guard wait <= .zero else { return max(1, wait.wholeSeconds) }
            if fullAgain.count >= devicesMax, fullAgain[device] == nil {
                forget(&fullAgain, at: now)
            }
            fullAgain[device] = full
            return nil
        }
    }

    /// Makes room: what is full goes, and all where that is little, so that it is seldom done.
    private func forget(
        _ fullAgain: inout [String: ContinuousClock.Instant], at now: ContinuousClock.Instant
    ) {
        fullAgain = fullAgain.filter { $0.value > now }
        if fullAgain.count > devicesMax / 2 { fullAgain = [:] }
    }
}

extension Duration {
    /// Rounded up.
    fileprivate var wholeSeconds: Int64 {
        components.seconds + (components.attoseconds > 0 ? 1 : 0)
    }
}

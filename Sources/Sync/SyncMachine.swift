public import Events

/// Decides when to send and when to try again.
///
/// Full-jitter backoff: after the n-th failure in a row the wait is uniform between 0 and
/// min(cap, base · 2^n) (Brooker, "Exponential Backoff And Jitter", 2015). A server's Retry-After
/// is honoured up to 24 h, so that nobody in between can mute a device for ever. New events never
/// shorten a wait; `hasten` does.
public struct SyncMachine: Sendable {
    /// What the machine is doing.
    public enum State: Equatable, Sendable {
        /// Nothing is under way and nothing forbids sending.
        case ready
        /// One exchange is under way; the loop gives up on it at the instant.
        case sending(until: Instant)
        /// Waiting after a failure.
        case waiting(until: Instant)
    }

    private static let backoffBaseMilliseconds: Int64 = 500
    // A wait of nearly nothing would hammer a collector that refuses at once.
    private static let backoffLeastMilliseconds: Int64 = 50
    // What comes up later is one device alone.
    private static let bootMilliseconds: Int64 = 5 * 60 * 1000
    // 2,000 devices are 13 a second then.
    private static let bootSpreadMilliseconds: Int64 = 150 * 1000
    private static let retryAfterMostSeconds: Int64 = 24 * 3600
    // A wrong key or address and an old collector are mended by people: one small probe each
    // quarter of an hour.
    private static let probeMilliseconds: Int64 = 15 * 60 * 1000
    // A time source may be there any minute.
    private static let clockMilliseconds: Int64 = 5 * 60 * 1000
    // Longer than the sum of the wire's own deadlines, which end an exchange first.
    private static let exchangeMilliseconds: Int64 = 90 * 1000

    /// What the machine is doing.
    public private(set) var state = State.ready
    /// Whether it waits after a failure.
    public var isWaiting: Bool {
        if case .waiting = state { true } else { false }
    }
    /// Failures in a row.
    public private(set) var failureCount = 0
    /// What the last answer meant; nil before the first.
    public private(set) var lastVerdict: Verdict?
    private let backoffCapMilliseconds: Int64
    private let eventsPerSecond: Int64?

    /// Begins ready after a jittered start.
    ///
    /// Soon after a boot that may be that of a whole chain of shops after a power cut: then the
    /// start is drawn from 150 s by the device's name, which spreads devices that have no chance of
    /// their own yet, and gives each the same place every time.
    ///
    /// - Parameters:
    ///   - eventsPerSecond: what leaves at most, while nobody waits for it; nil for no limit.
    ///   - device: the device's name.
    ///   - now: milliseconds since the boot.
    ///   - random: 64 random bits.
    public init(
        backoffCapMilliseconds: Int64, eventsPerSecond: Int64? = nil, device: String, now: Instant,
        random: UInt64
    ) {
        self.backoffCapMilliseconds = backoffCapMilliseconds
        self.eventsPerSecond = eventsPerSecond
        let isAfterBoot = now.milliseconds < Self.bootMilliseconds
        let spread = isAfterBoot ? Self.bootSpreadMilliseconds : Self.backoffBaseMilliseconds
        let start = Self.draw(
            isAfterBoot ? Self.place(of: device) : random,
            below: min(backoffCapMilliseconds, spread))
        state = .waiting(until: now.advanced(byMilliseconds: start))
    }

    /// A name as 64 bits, each of which depends on all of it: FNV-1a, finished as in SplitMix64.
    private static func place(of device: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in device.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }

    /// Whether to send now, given that something is queued.
    public mutating func shouldSend(at now: Instant) -> Bool {
        if case .waiting(let until) = state, until <= now { state = .ready }
        return state == .ready
    }

    /// An exchange has begun.
    public mutating func begin(at now: Instant) {
        state = .sending(until: now.advanced(byMilliseconds: Self.exchangeMilliseconds))
    }

    /// The exchange ended with `verdict`.
    ///
    /// - Parameters:
    ///   - eventCount: how many events the exchange was about, for the pace of a long queue.
    ///   - isHurried: somebody waits for the queue to drain: a wait that nobody asked for is at
    ///     most a second.
    public mutating func conclude(
        _ verdict: Verdict, eventCount: Int64 = 0, at now: Instant, random: UInt64,
        isHurried: Bool = false
    ) {
        lastVerdict = verdict
        switch verdict {
        case .receipt, .refused:
            failureCount = 0
            state = .ready
            if let eventsPerSecond, !isHurried, eventCount > 0 {
                wait(eventCount * 1000 / eventsPerSecond, now)
            }
        case .misconfigured, .outdated, .unauthorised, .rejecting, .captive(300...399):
            failureCount += 1
            wait(Self.probeMilliseconds - Self.draw(random, below: Self.probeMilliseconds / 5), now)
        case .rateLimited(let retryAfterSeconds), .failing(_, let retryAfterSeconds):
            failureCount += 1
            let backoff = backoffMilliseconds(random, isHurried)
            let asked = max(0, min(retryAfterSeconds ?? 0, Self.retryAfterMostSeconds)) * 1000
            // A collector that says the same to all, each time, gets no rush for it.
            wait(max(backoff, asked > 0 ? asked + min(backoff, 1000) : 0), now)
        case .clock:
            failureCount += 1
            wait(Self.clockMilliseconds, now)
        case .captive, .unreachable, .tooLarge:
            failureCount += 1
            wait(backoffMilliseconds(random, isHurried), now)
        }
    }

    /// Whether what is sent next is a probe: as little as there is, for it may well be refused.
    public var isProbing: Bool {
        switch lastVerdict {
        case .misconfigured, .outdated, .unauthorised, .rejecting, .captive, .tooLarge: true
        case .receipt, .refused, .rateLimited, .failing, .unreachable, .clock, nil: false
        }
    }

    /// An operator asked, or the link came up: try now, unless an exchange is under way.
    public mutating func hasten() {
        if case .waiting = state { state = .ready }
    }

    /// When the machine next has something to decide by itself.
    public var deadline: Instant {
        switch state {
        case .ready: .never
        case .sending(let until), .waiting(let until): until
        }
    }

    private mutating func wait(_ milliseconds: Int64, _ now: Instant) {
        state = .waiting(until: now.advanced(byMilliseconds: milliseconds))
    }

    private func backoffMilliseconds(_ random: UInt64, _ isHurried: Bool) -> Int64 {
        let doublings = Int64(min(failureCount, 20))
        let cap = isHurried ? min(backoffCapMilliseconds, 1000) : backoffCapMilliseconds
        let most = min(cap, Self.backoffBaseMilliseconds << doublings)
        return max(Self.backoffLeastMilliseconds, Self.draw(random, below: most))
    }

    private static func draw(_ random: UInt64, below bound: Int64) -> Int64 {
        bound > 0 ? Int64(random % UInt64(bound)) : 0
    }
}

internal import Events
internal import Identity
internal import Intake

/// Tells of each admitted event which visit it belongs to.
///
/// On one thread. A class, since it is never copied.
final class VisitPlacer {
    private let rules: VisitRules
    private let key: VisitKey
    private var log: VisitLog
    /// What the wall clock is ahead of the monotonic one; as of the first event, while it is about
    /// that: two events of one millisecond are of one moment.
    private var aheadMilliseconds: Int64 = 0
    private var numbering: (stream: StreamID, epoch: UInt32)?

    // What is said to happen later than now is a clock's mistake.
    private static let aheadMostMilliseconds: Int64 = 1000
    private static let readingMilliseconds: Int64 = 20

    init(rules: VisitRules, key: VisitKey) {
        self.rules = rules
        self.key = key
        log = VisitLog(rules: rules)
    }

    /// Goes on under these numbers; under new ones there is no visit yet.
    func takeUpNumbers(of stream: StreamID, epoch: UInt32) {
        if let numbering, numbering.stream == stream, numbering.epoch == epoch { return }
        numbering = (stream, epoch)
        log = VisitLog(rules: rules)
    }

    /// Places an event.
    ///
    /// - Parameters:
    ///   - decision: made of the event's guarded `body`.
    ///   - keys: of each of its claims.
    func place(
        _ decision: Admission.Decision, _ body: [UInt8], _ keys: [IdentityKeys],
        from handover: Handover, sequence: UInt32
    ) -> PlacedEvent {
        var event = VisitEvent(
            timeMilliseconds: moment(decision.statedMilliseconds, handover),
            number: UInt64(numbering?.epoch ?? 0) << 32 | UInt64(sequence),
            kind: decision.kind, lane: decision.lane)
        event.mark = rules.mark(ofEventNamed: decision.name)
        if let visitor = decision.visitor {
            event.anonymous = key.anonymousName(body, in: visitor, from: handover.producer)
        }
        event.actor = decision.contextActor
        if decision.name == VisitRules.startEvent, let actor = decision.propertiesActor {
            event.actor = actor
        }
        guard !keys.isEmpty else { return PlacedEvent(log.place(event)) }
        let strong = names(keys, handover, &event)
        return PlacedEvent(log.place(event), strong, of: keys.count)
    }

    /// Names those of an event's claims that tell shoppers apart.
    ///
    /// - Returns: which claim each of the event's identities is.
    private func names(
        _ keys: [IdentityKeys], _ handover: Handover, _ event: inout VisitEvent
    ) -> [Int] {
        var places: [Int] = []
        for (index, made) in keys.enumerated()
        where VisitRules.tellsApart(made.type) && places.count < VisitEvent.identitiesMost {
            guard let name = key.name(of: made, from: handover.producer) else { continue }
            event.identities.append(name)
            places.append(index)
        }
        return places
    }

    /// When it happened, on the boot's monotonic clock.
    private func moment(_ stated: Int64?, _ handover: Handover) -> Int64 {
        let taken = handover.time.monotonic.milliseconds
        guard let stated, !handover.isMeasured else { return taken }
        let ahead = handover.time.wallMilliseconds - taken
        if abs(ahead - aheadMilliseconds) > Self.readingMilliseconds { aheadMilliseconds = ahead }
        let happened = stated - aheadMilliseconds
        return happened <= taken + Self.aheadMostMilliseconds ? happened : taken
    }

    /// What an operator is told.
    func summary(at now: Instant) -> VisitSummary { log.summary(at: now.milliseconds) }

    /// The events since the last commit are stored.
    func commit() { log.commit() }

    /// The events since the last commit were not stored, and will come again.
    func rollBack() { log.rollBack() }
}

/// Where an event was placed.
struct PlacedEvent {
    /// The number of its visit; 0 for none.
    var visit: UInt64
    var actor: Actor
    /// Whether its producer repeats who was there before.
    var isStale = false
    /// Bit k: claim k is shared by many, or comes with such alone.
    var shared: UInt64 = 0

    init(_ placement: Placement) {
        visit = placement.visit ?? 0
        actor = placement.actor
    }

    /// - Parameter places: which claim each of the event's identities is.
    init(_ placement: Placement, _ places: [Int], of claimCount: Int) {
        self.init(placement)
        guard placement.ignored != 0 else { return }
        isStale = placement.stale != 0
        for (index, place) in places.enumerated()
        where (placement.ignored & ~placement.stale) >> UInt32(index) & 1 == 1 {
            shared |= 1 << UInt64(place)
        }
        // A name or an address is whose the identities are that it comes with.
        if shared.nonzeroBitCount == places.count {
            shared = claimCount < 64 ? 1 << UInt64(claimCount) - 1 : .max
        }
    }
}

internal import Events
internal import Identity
internal import Intake

/// What became of a group of events that one producer handed over together.
struct AdmissionSummary {
    /// One event that will not be delivered, by its place in the group.
    struct Refusal {
        var index: Int
        var fault: Fault
        /// Where the JSON breaks off; nil where it does not.
        var offset: Int?
    }

    var stored = 0
    var duplicate = 0
    var refused: [Refusal] = []
    /// Whether one of them says who somebody is, or could not be asked.
    var hasIdentity = false
}

/// Who handed a group of events over, and when.
struct Handover {
    /// The first 8 bytes of the SHA-256 of the producer's key; 0 without one.
    var producer: UInt64
    var time: EventTime
    /// Whether the producer took the time when it happened: then no clock's word is needed.
    var isMeasured = false
}

/// The order of the stations between a door and the store: Intake, Identity, Intake's rules,
/// memory.
struct Admitter {
    private let identityGuard: IdentityGuard
    /// What was found in texts since the start.
    private(set) var findings = GuardFindings()
    private let claims: ClaimSealer
    private let admission: Admission
    private(set) var messages: MessageMemory
    /// Whose numbers the events take: all of an id but the sequence.
    var numbering: SealedID
    let visits: VisitPlacer
    /// Quarantined bodies beyond this are not worth their room; reason and length are kept.
    private static let quarantinedBodyMost = 16 << 10

    init(
        identityGuard: IdentityGuard, claims: ClaimSealer, admission: Admission,
        messages: MessageMemory, numbering: SealedID, visits: VisitPlacer
    ) {
        self.identityGuard = identityGuard
        self.claims = claims
        self.admission = admission
        self.messages = messages
        self.numbering = numbering
        self.visits = visits
    }

    /// Admits what can be admitted, in order; a bad event harms none of its neighbours.
    ///
    /// - Parameters:
    ///   - proposals: found in `text`, which has passed the JSON check where a proposal has no
    ///     fault.
    ///   - sequence: the next free sequence number; moves on with each event.
    mutating func admit(
        _ proposals: [Proposal], of text: [UInt8], from handover: Handover,
        into pending: inout PendingCommit, sequence: inout UInt32
    ) -> AdmissionSummary {
        var summary = AdmissionSummary()
        for (index, proposal) in proposals.enumerated() {
            let fault = admit(
                proposal, of: text, from: handover, into: &pending, sequence: &sequence,
                summary: &summary)
            if let fault {
                summary.refused.append(.init(index: index, fault: fault, offset: nil))
            }
        }
        return summary
    }

    private mutating func admit(
        _ proposal: Proposal, of text: [UInt8], from handover: Handover,
        into pending: inout PendingCommit, sequence: inout UInt32, summary: inout AdmissionSummary
    ) -> Fault? {
        if let fault = proposal.fault {
            summary.hasIdentity = true
            let isKept = fault == .tooDeep && proposal.range.count <= Self.quarantinedBodyMost
            var guarded = GuardedEvent()
            if isKept { guarded = identityGuard.rewrite(text, in: proposal.range) }
            count(guarded, lane: .normal, &pending)
            quarantine(
                fault, body: guarded.body, byteCount: Int64(proposal.range.count), offset: nil,
                from: handover,
                into: &pending, sequence: &sequence)
            return fault
        }
        let guarded = identityGuard.rewrite(text, in: proposal.range)
        if !guarded.claims.isEmpty { summary.hasIdentity = true }
        var body = guarded.body
        let decision: Admission.Decision
        do throws(Fault) {
            decision = try admission.decide(body, kind: proposal.kind)
        } catch {
            count(guarded, lane: .normal, &pending)
            quarantine(
                error, body: body, byteCount: Int64(proposal.range.count), offset: nil,
                from: handover,
                into: &pending, sequence: &sequence)
            return error
        }
        let lane = decision.lane
        pending.counters.add(1, to: CounterName.offered, lane: lane)
        if let messageID = decision.messageID {
            let finding = messages.admit(
                messageID, producer: handover.producer, comparable: decision.comparable)
            if finding == .duplicate {
                pending.counters.add(1, to: CounterName.deduplicated, lane: lane)
                summary.duplicate += 1
                return nil
            }
            if finding == .reused {
                pending.counters.add(1, to: CounterName.messageIDReused, lane: lane)
            }
        }
        if decision.isStageUnknown {
            pending.counters.add(1, to: CounterName.stageUnknown, lane: lane)
        }
        pending.counters.add(1, to: CounterName.accepted, lane: lane)
        let keys = guarded.claims.isEmpty ? [] : claims.keys(of: guarded, text)
        let place = visits.place(decision, body, keys, from: handover, sequence: sequence)
        let envelope = envelope(of: keys, sequence, place, &pending, lane)
        count(guarded, lane: lane, &pending)
        envelope.append(to: &body)
        pending.append(
            Event(
                sequence: sequence, kind: decision.kind, lane: lane, stage: decision.stage,
                time: handover.time, producer: handover.producer, body: body))
        sequence += 1
        summary.stored += 1
        return nil
    }

    /// Counts what was found in an event's texts.
    private mutating func count(
        _ guarded: GuardedEvent, lane: Lane, _ pending: inout PendingCommit
    ) {
        guard !guarded.found.isEmpty else { return }
        let fields = EventFields(guarded.body)
        let name = (fields?.event ?? fields?.name)?.bytes(in: guarded.body) ?? []
        for kind in guarded.found {
            let word = identityGuard.name(of: kind)
            pending.counters.add(
                1, to: CounterName.guarded(String(decoding: word, as: UTF8.self)), lane: lane)
            findings.add(word, in: name)
        }
    }

    private func envelope(
        of keys: [IdentityKeys], _ sequence: UInt32, _ place: PlacedEvent,
        _ pending: inout PendingCommit, _ lane: Lane
    ) -> EventEnvelope {
        var envelope = EventEnvelope()
        envelope.visit = place.visit
        envelope.actor = place.actor
        envelope.isStale = place.isStale
        let count = keys.count - place.shared.nonzeroBitCount
        guard count > 0 else { return envelope }
        var id = numbering
        id.sequence = sequence
        if let sealed = claims.seal(keys, for: id, visit: place.visit, ignoring: place.shared) {
            envelope.sealed = sealed
        } else {
            pending.counters.add(Int64(count), to: CounterName.identityDropped, lane: lane)
        }
        return envelope
    }

    /// Quarantines one event: it is accepted, has an id, and is never delivered.
    ///
    /// - Parameter body: canonical text with identity replaced; of bytes that do not parse,
    ///   nothing.
    mutating func quarantine(
        _ fault: Fault, body: [UInt8], byteCount: Int64, offset: Int?, from handover: Handover,
        into pending: inout PendingCommit, sequence: inout UInt32
    ) {
        pending.counters.add(1, to: CounterName.offered, lane: .normal)
        pending.counters.add(1, to: CounterName.accepted, lane: .normal)
        pending.counters.add(1, to: CounterName.quarantined(fault.word), lane: .normal)
        pending.quarantined.append(
            .init(
                lane: .normal, sequence: sequence, reason: fault.word, producer: handover.producer,
                byteCount: byteCount, body: kept(body, offset)))
        sequence += 1
    }

    /// What the quarantine keeps: of bytes that are no JSON only where they break off, of JSON that
    /// is no object nothing, since identity is known by its place in an object alone.
    private func kept(_ body: [UInt8], _ offset: Int?) -> [UInt8] {
        if let offset { return Array("{\"offset\":\(offset)}".utf8) }
        let isKept = body.first == UInt8(ascii: "{") && body.count <= Self.quarantinedBodyMost
        return isKept ? body : []
    }

    /// The hashes of the message ids since the last commit, for the store.
    var messageChunk: [UInt8] { messages.chunk }

    /// The events since the last commit are stored.
    mutating func commit() {
        messages.commit()
        visits.commit()
    }

    /// The events since the last commit were not stored, and will come again.
    mutating func rollBack() {
        messages.rollBack()
        visits.rollBack()
    }
}

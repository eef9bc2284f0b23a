internal import Events
internal import Identity
internal import Platform
internal import Sync

/// What each of the wire's answers changes.
extension AgentLoop {
    /// Takes the wire's answer to the block on its way.
    func settle(_ answer: ExchangeAnswer, _ world: inout some World & ~Copyable) {
        guard let flight = courier.inFlight, flight.exchangeNumber == answer.number else { return }
        courier.certificates = answer.certificates
        let (status, headers, body): (Int, [HTTPField], [UInt8])
        switch answer.outcome {
        case .failure(let step, _):
            courier.lastFailure = answer.outcome.fault
            if step == .slow { spare(flight, world.monotonicNow()) }
            conclude(.unreachable, &world)
            return
        case .response(let answered, let fields, let text):
            (status, headers, body) = (answered, fields, text)
        }
        courier.lastFailure = nil
        let signature = HTTPField.first("footfall-signature", in: headers)
        let expected = Hexadecimal.text(Digest.authenticate(body, key: writeKey))
        let isSigned = signature.map { Digest.isEqual(Array($0.utf8), Array(expected.utf8)) }
        let date = HTTPField.first("date", in: headers)
        let asked = RetryAfter.seconds(HTTPField.first("retry-after", in: headers), date: date)
        let verdict = permitted(
            Verdict.read(
                status: status, body: body, isSigned: isSigned ?? false, retryAfter: asked,
                sent: flight.sent), flight, world.monotonicNow())
        learnTime(of: verdict, flight, body, date: date, world.monotonicNow())
        switch verdict {
        case .receipt(let receipt):
            keepDictionary(of: flight, named: receipt.dictionary, world.monotonicNow())
            accept(receipt, flight, &world)
        case .refused where flight.parcel.dictionary != nil: forgetDictionary()
        case .refused(_, let reason): open(flight, reason, world.monotonicNow())
        case .tooLarge: narrow(flight, world.monotonicNow())
        // What is tried next has fewer events that could be refused.
        case .rejecting: halve(flight)
        // A server that gave up waiting for the block: the line was too slow for its patience.
        case .failing(status: 408, retryAfterSeconds: _): spare(flight, world.monotonicNow())
        case .outdated, .unauthorised, .misconfigured, .captive, .rateLimited,
            .failing, .unreachable, .clock:
            break
        }
        conclude(verdict, &world)
    }

    /// An answer, unless it refuses more than may be set aside.
    private func permitted(_ verdict: Verdict, _ flight: BlockInFlight, _ now: Instant) -> Verdict {
        // A refused dictionary is forgotten, and the events go again.
        if case .refused = verdict, flight.parcel.dictionary != nil { return verdict }
        let eventCount = flight.sent.sequences.reduce(Int64(0)) { $0 + $1.count }
        let poison = verdict.poison(among: eventCount)
        var judged = poison.count
        if case .receipt = verdict { judged = eventCount }
        let isPermitted = courier.poisonBudget.admits(poison.count, of: judged, at: now)
        return isPermitted ? verdict : .rejecting(reason: poison.reason)
    }

    func conclude(_ verdict: Verdict, _ world: inout some World & ~Copyable) {
        let before = courier.machine.lastVerdict?.word
        let now = world.monotonicNow()
        let sequences = courier.inFlight?.sent.sequences ?? []
        courier.land(verdict)
        courier.machine.conclude(
            verdict, eventCount: sequences.reduce(0) { $0 + $1.count }, at: now,
            random: world.random(), isHurried: !flushes.isEmpty)
        if case .receipt = verdict { courier.lastDelivery = now }
        if before != verdict.word { Log.line("collector: " + verdict.word) }
    }

    private func accept(
        _ receipt: Receipt, _ flight: BlockInFlight, _ world: inout some World & ~Copyable
    ) {
        if receipt.conflicting.isEmpty, receipt.refused.isEmpty {
            var count: Int64 = 0
            for range in receipt.held { count += range.count }
            pending.settlement.removed.formUnion(flight.rows)
            pending.settlement.deliveredTombstones += flight.tombstoneIDs
            pending.settlement.deliver(count, of: flight.lane)
            return
        }
        part(receipt, flight, &world)
    }
}

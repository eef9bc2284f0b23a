internal import Events
internal import Platform
internal import Store
internal import Sync

/// How this boot's monotonic clock lies to the time of the world: learned, kept, and sent along.
extension AgentLoop {
    private static let textName = "clock"
    // A server may make the field once a second for all its answers, and it has no fractions.
    private static let dateMilliseconds: Int64 = 2000

    /// What earlier runs have learned.
    func loadClock() throws(StoreError) {
        courier.clock = ClockAnchors(keptText: try store.text(Self.textName))
        courier.hasUnsynchronised = store.epoch > 1
    }

    /// What the wall clock says while a time source disciplines it.
    ///
    /// Events that are captured meanwhile say so themselves; this is for those before, if there
    /// are any.
    func learnTime(_ world: inout some World & ~Copyable, _ now: Instant) {
        guard courier.hasUnsynchronised else { return }
        let wall = world.wallNow()
        courier.clock.learn(
            ClockAnchor(
                boot: store.boot,
                synchronised: EventTime(
                    monotonic: now, wallMilliseconds: wall.milliseconds, quality: wall.quality)))
    }

    /// What goes along with a request; nil where the collector has it all.
    var clockHeader: HTTPField? {
        let anchors = courier.clock.unsent
        return anchors.isEmpty
            ? nil : HTTPField("footfall-clock", ClockAnchor.Text.write(anchors))
    }

    /// What an answer says of the time, if it is the collector's own and to this request.
    ///
    /// - Parameter date: the answer's field Date, which counts where the signed body tells no time:
    ///   an older collector's does not.
    func learnTime(
        of verdict: Verdict, _ flight: BlockInFlight, _ body: [UInt8], date: String?,
        _ now: Instant
    ) {
        switch verdict {
        case .receipt: courier.clock.deliver(flight.anchors)
        case .refused, .rejecting, .outdated: break
        case .tooLarge, .unauthorised, .misconfigured, .captive, .rateLimited, .failing,
            .unreachable, .clock:
            return
        }
        let shown: ClosedRange<Int64>
        if let milliseconds = AnswerBody(body)?.timeMilliseconds {
            shown = milliseconds...milliseconds.addingSaturated(1)
        } else if let seconds = date.flatMap({ HTTPDate.seconds($0) }) {
            shown = seconds * 1000...seconds * 1000 + Self.dateMilliseconds
        } else {
            return
        }
        // A collector whose own clock was never set tells no time; servers write a date even so.
        guard shown.lowerBound >= TimeQuality.plausibleFromMilliseconds else { return }
        // Of a collector that tells no time it is the date, as of old: who answers for the
        // collector's name may write another, and then only a restart or the time itself helps.
        courier.show(shown.lowerBound, at: now)
        courier.clock.learn(
            ClockAnchor(boot: store.boot, shown: shown, between: flight.sentAt, and: now))
    }

    /// What the next commit carries of it.
    var unsavedClock: KeptText? {
        courier.clock.isUnsaved ? KeptText(Self.textName, courier.clock.text) : nil
    }
}

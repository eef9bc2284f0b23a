internal import Blocks
internal import Events
internal import GRDB

extension Archive {
    /// Takes a block in one transaction; what the outcome says is durable when this returns.
    ///
    /// Taking the same events again, cut or ordered in any other way, changes nothing.
    func take(_ prepared: PreparedBlock, at now: Arrival) async throws -> BlockOutcome {
        try await database.write { database in
            var transaction = try BlockTransaction(database, prepared.block.header, now)
            return try transaction.run(prepared)
        }
    }
}

/// One block's way into the tables; lives within one transaction.
private struct BlockTransaction {
    let database: Database
    let header: BlockHeader
    let now: Arrival
    let device: Int64
    let stream: Int64
    let epochBoot: EpochBoot
    private var solver: TimeSolver
    /// What is known of the boot's clock, once an event needs it.
    private var time: (clock: BootClock, span: BootSpan)?

    init(_ database: Database, _ header: BlockHeader, _ now: Arrival) throws {
        self.database = database
        self.header = header
        self.now = now
        device = try database.identify(device: header.device)
        // A tombstone's stream is as old as the block's or older: it takes its ordinal first.
        for tombstone in header.tombstones {
            let stream = try database.identify(stream: tombstone.stream, of: device)
            try database.record(tombstone, of: stream)
        }
        stream = try database.identify(stream: header.stream, of: device)
        epochBoot = try database.record(header, of: stream)
        solver = TimeSolver(database, device: device)
    }

    mutating func run(_ prepared: PreparedBlock) throws -> BlockOutcome {
        try learn(prepared)
        let events = prepared.block.events
        let held = try heldContents(events)
        var outcome = BlockOutcome()
        outcome.tombstoneCount = Int64(header.tombstones.count)
        for (event, verdict) in zip(events, prepared.verdicts) {
            switch verdict {
            case .refusal(let reason):
                try database.refuse(stream, header.epoch, event.sequence, reason)
                outcome.refused.append(
                    BlockOutcome.Refusal(sequence: event.sequence, reason: reason))
            case .facts(let facts):
                try take(event, facts, held[event.sequence], &outcome)
            }
        }
        if !outcome.conflicting.isEmpty || epochBoot == .another {
            try database.notice(device, Notice.clonedOrRestored, at: now.milliseconds)
        }
        if let dictionary = prepared.dictionary {
            try database.keep(dictionary, beside: prepared.earlierDictionary, of: device)
            outcome.dictionary = dictionary.name
        }
        outcome.leavesUnsolved = solver.leavesUnsolved
        return outcome
    }

    private mutating func take(
        _ event: Event, _ facts: EventFacts, _ held: [UInt8]?, _ outcome: inout BlockOutcome
    ) throws {
        if let held {
            guard held == facts.content else {
                SequenceRange.append(event.sequence, to: &outcome.conflicting)
                return try database.record(
                    conflict: facts.content, stream, header.epoch, event.sequence)
            }
            outcome.knownCount += 1
        } else if try isRepeat(facts) {
            try database.record(duplicate: facts.content, stream, header.epoch, event.sequence)
            outcome.knownCount += 1
        } else {
            try database.insert(
                event, facts, stream, header, arrival: now.noted, solve(event, facts),
                boot: epochBoot == .another ? header.boot.hexadecimal : nil)
            if facts.isOpened == false { try database.count(device, Counter.identityUnopened) }
            outcome.newCount += 1
        }
        SequenceRange.append(event.sequence, to: &outcome.held)
    }

    /// What the block says of clocks comes first: its own events are solved by it.
    private mutating func learn(_ prepared: PreparedBlock) throws {
        let anchors = prepared.anchors.filter { $0.isPlausible(at: now) }
        if prepared.isClockUnreadable || anchors.count < prepared.anchors.count {
            try database.count(device, Counter.clockUnreadable)
        }
        switch epochBoot {
        case .known: break
        case .new:
            try solver.place(new: header.boot.hexadecimal, Int64(header.epoch), in: stream)
        case .another: try solver.part(stream)
        }
        let told = prepared.toldAnchors.filter { $0.isPlausible(at: now) }
        try solver.learn(anchors + told)
    }

    private mutating func solve(_ event: Event, _ facts: EventFacts) throws -> SolvedTime {
        let moment = EventMoment(
            monotonic: event.time.monotonic.milliseconds, wall: event.time.wallMilliseconds,
            quality: Int64(event.time.quality.rawValue), stated: facts.statedMilliseconds,
            arrival: now.noted)
        if event.time.quality == .synchronised { return moment.solve(BootClock(), BootSpan()) }
        let known =
            try time ?? (
                database.clock(of: header.boot.hexadecimal, device),
                epochBoot == .another
                    ? BootSpan() : database.span(stream, Int64(header.epoch))
            )
        time = known
        return moment.solve(known.clock, known.span)
    }

    /// Whether this message is held under another id; remembers it if not.
    private func isRepeat(_ facts: EventFacts) throws -> Bool {
        guard let message = facts.message else { return false }
        let contents = try database.contents(ofMessage: message, device)
        if contents.contains(facts.messageContent) { return true }
        if !contents.isEmpty { try database.count(device, Counter.messageIDReused) }
        try database.remember(message, facts.messageContent, device)
        return false
    }

    /// The content held under each of the block's ids, as event or as duplicate.
    private func heldContents(_ events: [Event]) throws -> [UInt32: [UInt8]] {
        guard let first = events.first?.sequence, let last = events.last?.sequence else {
            return [:]
        }
        // A lane's few events may span many of other lanes: then each is asked for by itself.
        if Int64(last) - Int64(first) < 4 * Int64(events.count) {
            return try database.contents(stream, header.epoch, SequenceRange(first, last))
        }
        var held: [UInt32: [UInt8]] = [:]
        for event in events {
            let one = SequenceRange(event.sequence, event.sequence)
            try held.merge(database.contents(stream, header.epoch, one)) { one, _ in one }
        }
        return held
    }
}

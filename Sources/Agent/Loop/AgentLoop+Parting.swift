internal import Blocks
internal import Events
internal import Platform
internal import Store
internal import Sync

/// What becomes of a block that was not taken whole.
extension AgentLoop {
    /// A receipt that names conflicts or refusals: each event goes its own way.
    ///
    /// Under a conflicting id the collector holds somebody else's event: this database was copied
    /// or restored. Those events go on under new ids in a new stream, where nobody else is.
    func part(
        _ receipt: Receipt, _ flight: BlockInFlight, _ world: inout some World & ~Copyable
    ) {
        guard let events = events(of: flight) else { return }
        if !receipt.conflicting.isEmpty, flight.sent.stream == store.stream {
            // What waits has numbers of the old stream; it is stored before the new one begins.
            commit(&world)
            do throws(StoreError) {
                try store.beginStream(StreamID(high: world.random(), low: world.random()))
            } catch {
                complain(error)
                return
            }
            takeUpNumbers()
            Log.line("the collector holds other events under our ids: device cloned or restored")
        }
        if !receipt.conflicting.isEmpty {
            pending.settlement.texts.append(KeptText(NoticeName.cloned, notice(&world)))
        }
        var held: Int64 = 0
        for var event in events {
            if let refusal = receipt.refused.first(where: { $0.sequence == event.sequence }) {
                setAside(event, flight, reason: Self.word(refusal.reason))
            } else if Self.contains(event.sequence, receipt.conflicting) {
                noteOrigin(of: &event, flight)
                event.sequence = nextSequence
                nextSequence += 1
                pending.counters.add(1, to: CounterName.conflicting, lane: flight.lane)
                pending.append(event)
            } else {
                held += 1
            }
        }
        if !receipt.conflicting.isEmpty { extendFlushes() }
        pending.settlement.deliver(held, of: flight.lane)
        pending.settlement.removed.formUnion(flight.rows)
        pending.settlement.deliveredTombstones += flight.tombstoneIDs
    }

    /// What is sealed is bound to the event's first id.
    private func noteOrigin(of event: inout Event, _ flight: BlockInFlight) {
        guard var envelope = EventEnvelope.remove(from: &event.body) else { return }
        if !envelope.sealed.isEmpty, envelope.origin.isEmpty {
            let id = "\(flight.sent.epoch)-\(event.sequence)"
            envelope.origin = Array((flight.sent.stream.hexadecimal + "-" + id).utf8)
        }
        envelope.append(to: &event.body)
    }

    /// Events that were waited for have new ids: whoever waits, waits for those.
    private func extendFlushes() {
        for index in flushes.indices {
            flushes[index].epoch = store.epoch
            flushes[index].sequence = nextSequence - 1
        }
    }

    /// A block that the collector will not take as it is: its halves are tried, and an event that
    /// is refused alone is quarantined.
    func open(_ flight: BlockInFlight, _ reason: String, _ now: Instant) {
        guard !flight.rows.isEmpty else {
            // A statement must arrive one day, but events do not wait for it.
            courier.deferTombstones(now)
            return
        }
        guard let events = events(of: flight) else {
            // Which of several rows is damaged shows when each goes by itself.
            courier.isWary = flight.rows.count > 1
            if !courier.isWary { setAside(flight) }
            return
        }
        guard events.count == 1 else { return halve(events, flight) }
        setAside(events[0], flight, reason: Self.word(reason))
        pending.settlement.removed.formUnion(flight.rows)
    }

    /// Somebody on the way passes nothing so long: what is more than one event goes in halves, and
    /// one alone steps aside for a while.
    func narrow(_ flight: BlockInFlight, _ now: Instant) {
        guard let row = flight.rows.first else {
            courier.deferTombstones(now)
            return
        }
        guard let events = events(of: flight), events.count == 1 else { return halve(flight) }
        func withhold(_ key: RowKey) -> Bool {
            courier.withhold(
                key, byteCount: flight.parcel.block.count, quotaBytes: configuration.quotaBytes,
                at: now)
        }
        // A row of the tail may be sealed with others at any time; one that is sealed stays.
        if row.table == .block {
            _ = withhold(row)
            return
        }
        guard let aside = sealed(events, flight), withhold(aside.key) else { return }
        pending.settlement.inserted.append(aside)
        pending.settlement.removed.formUnion(flight.rows)
    }

    /// The line was too slow for a block, again and again: less is sent at once.
    ///
    /// Once or twice it may as well have broken while something was on its way. A block of before,
    /// larger than what such a line is given by now, is not tried so often.
    func spare(_ flight: BlockInFlight, _ now: Instant) {
        let byteCount = Int64(flight.parcel.block.count)
        guard courier.machine.failureCount >= 2 else {
            if courier.isSlow, byteCount > courier.shipmentBytes { halve(flight) }
            return
        }
        guard byteCount > Courier.shipmentBytesLeast else { return }
        courier.slowDown()
        narrow(flight, now)
    }

    /// What is more than one event goes in halves.
    func halve(_ flight: BlockInFlight) {
        guard let events = events(of: flight), events.count > 1 else { return }
        halve(events, flight)
    }

    private func halve(_ events: [Event], _ flight: BlockInFlight) {
        let half = events.count / 2
        guard let first = sealed(Array(events[..<half]), flight),
            let second = sealed(Array(events[half...]), flight)
        else { return }
        pending.settlement.inserted += [first, second]
        pending.settlement.removed.formUnion(flight.rows)
    }

    /// Rows that cannot be made a block would stop the queue for ever: they are set aside whole.
    func setAside(_ shipment: Shipment) {
        for row in shipment.rows {
            setAside(
                row.ranges, lane: shipment.lane, stream: shipment.epoch.stream,
                epoch: shipment.epoch.epoch)
        }
        pending.settlement.removed.formUnion(shipment.rows.map { $0.key })
    }

    /// So are those whose block neither the collector nor this agent can read.
    private func setAside(_ flight: BlockInFlight) {
        setAside(
            flight.sent.sequences, lane: flight.lane, stream: flight.sent.stream,
            epoch: flight.sent.epoch)
        pending.settlement.removed.formUnion(flight.rows)
    }

    private func setAside(
        _ ranges: [SequenceRange], lane: Lane, stream: StreamID, epoch: UInt32
    ) {
        for range in ranges {
            for sequence in range.first...range.last {
                quarantine(
                    sequence, lane: lane, stream: stream, epoch: epoch, producer: 0, body: [],
                    reason: "unreadable")
            }
        }
    }

    private func setAside(_ event: Event, _ flight: BlockInFlight, reason: String) {
        quarantine(
            event.sequence, lane: flight.lane, stream: flight.sent.stream,
            epoch: flight.sent.epoch, producer: event.producer, body: event.body, reason: reason)
    }

    private func quarantine(
        _ sequence: UInt32, lane: Lane, stream: StreamID, epoch: UInt32, producer: UInt64,
        body: [UInt8], reason: String
    ) {
        pending.counters.add(1, to: CounterName.quarantined(reason), lane: lane)
        pending.quarantined.append(
            .init(
                lane: lane, origin: EventID(stream: stream, epoch: epoch, sequence: sequence),
                sequence: sequence, reason: reason, producer: producer,
                byteCount: Int64(body.count), body: body))
    }

    private func sealed(_ events: [Event], _ flight: BlockInFlight) -> StoredRow? {
        do throws(BlockError) {
            let header = try BlockReader.peek(flight.parcel.block).header
            var ranges: [SequenceRange] = []
            for event in events { SequenceRange.append(event.sequence, to: &ranges) }
            return StoredRow(
                .block, lane: flight.lane, epoch: flight.sent.epoch, ranges: ranges,
                body: try courier.writer.write(header, events))
        } catch {
            Log.line("a refused block cannot be parted: \(error.word)")
            return nil
        }
    }

    private func events(of flight: BlockInFlight) -> [Event]? {
        do throws(BlockError) {
            let parcel = flight.parcel
            return try BlockReader.read(parcel.block, with: parcel.dictionary).events
        } catch {
            Log.line("a block of ours cannot be read back: \(error.word)")
            return nil
        }
    }

    private func notice(_ world: inout some World & ~Copyable) -> String {
        "device cloned or restored, noticed at \(Timestamp.text(world.wallNow().milliseconds))"
    }

    private static func contains(_ sequence: UInt32, _ ranges: [SequenceRange]) -> Bool {
        ranges.contains { $0.first <= sequence && sequence <= $0.last }
    }

    /// The collector's reason as a word that counters and tombstones can carry.
    static func word(_ reason: String) -> String {
        var word = CounterName.byCollector
        for byte in reason.utf8.prefix(32) {
            switch byte {
            case 0x61...0x7A, 0x30...0x39, 0x5F: word.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x41...0x5A: word.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
            default: word += "_"
            }
        }
        return word
    }
}

/// Texts that the store keeps for the operator.
enum NoticeName {
    static let cloned = "cloned"
    /// The store's own: what was lost to damage.
    static let damaged = "damaged"
}

extension Courier {
    /// Whether the line was too slow of late for what is else sent at once.
    fileprivate var isSlow: Bool { shipmentBytes < Self.shipmentBytesMost }
}

internal import Blocks
internal import Events
internal import Identity
internal import Platform
internal import Store
internal import Sync

/// The upload: one block at a time.
extension AgentLoop {
    private static let blockPath = "/v1/blocks"
    private static let tombstonesMost = 200
    // Sealing writes every event again: not while they leave within minutes.
    private static let sealedFromEvents: Int64 = 4000

    func upload(_ world: inout some World & ~Copyable, _ now: Instant) {
        settle(&world)
        // A seal is a commit of its own, and rows that are settled would be in it.
        if pending.settlement.isEmpty { seal() }
        if case .sending(let until) = courier.machine.state, until <= now {
            world.abandonExchange()
            conclude(.unreachable, &world)
        }
        courier.resume(now)
        if courier.machine.lastVerdict == .clock, !lacksClock(&world) { courier.hasten() }
        guard !isFinished, courier.machine.shouldSend(at: now) else { return }
        if flushes.isEmpty, courier.gathering.isGathering(at: now) { return }
        // Whatever comes of this: a store that cannot be read has no deadline.
        courier.gathering.leave(isAll: false)
        do throws(StoreError) {
            try sendNext(&world, now)
        } catch {
            complain(error)
        }
    }

    /// What the collector holds leaves the store with a commit of events.
    ///
    /// That writes most of the same pages. Alone, or while it is little, it waits for minutes; for
    /// nothing where somebody waits for it.
    private func settle(_ world: inout some World & ~Copyable) {
        guard !pending.settlement.isEmpty else { return }
        if pending.settlement.canWait, flushes.isEmpty, !pending.isUrgent, !isFinished {
            let due = world.monotonicNow().advanced(
                byMilliseconds: Self.settlementDelayMilliseconds)
            countersDue = min(countersDue, due)
        } else {
            commit(&world)
        }
    }

    private func sendNext(
        _ world: inout some World & ~Copyable, _ now: Instant
    ) throws(StoreError) {
        if courier.tombstonesDue == nil {
            let tombstones = try store.pendingTombstones(limit: Self.tombstonesMost)
            if !tombstones.isEmpty, try send(tombstones, &world, now) { return }
        }
        let isSmall = courier.isWary || courier.machine.isProbing
        let eventsMost = isSmall ? 1 : Int64(Limits.blockEvents)
        guard
            var shipment = try nextShipment(eventsMax: eventsMost)
        else {
            courier.gathering.leave(isAll: true)
            return
        }
        let parcel: Parcel
        if let again = courier.parcel(beginning: shipment) {
            (shipment, parcel) = again
        } else {
            do throws(BlockError) {
                let dictionary = shipment.isSealed ? nil : courier.dictionary
                let block: [UInt8]
                (shipment, block) = try filled(
                    shipment, bytesMost: Int(courier.shipmentBytes), dictionary)
                parcel = Parcel(
                    block: block, dictionary: dictionary,
                    isOffered: courier.offersDictionary(of: shipment, now))
            } catch {
                Log.line("stored rows cannot be made a block: \(error.word)")
                setAside(unreadable(shipment))
                return
            }
        }
        let sequences = Self.ranges(of: shipment)
        let others = aside.union(shipment.rows.map { $0.key })
        courier.gathering.leave(isAll: try !store.holdsOthers(than: others))
        dispatch(
            parcel, sequences: sequences, rows: shipment.rows.map { $0.key },
            lane: shipment.lane,
            epoch: shipment.epoch, tombstoneIDs: [], &world, now)
    }

    /// Rows that are not to be sent: they have arrived, or stepped aside.
    private var aside: Set<RowKey> {
        courier.withheld.isEmpty
            ? pending.settlement.removed
            : pending.settlement.removed.union(courier.withheld.rows)
    }

    /// What is sent next: what stepped aside only where there is nothing else.
    private func nextShipment(eventsMax: Int64) throws(StoreError) -> Shipment? {
        let shipment = try store.nextShipment(
            eventsMax: eventsMax, bytesMax: courier.shipmentBytes, settled: aside)
        guard shipment == nil, let last = courier.withheld.next else { return shipment }
        return try store.nextShipment(
            eventsMax: 1, bytesMax: courier.shipmentBytes, settled: aside.subtracting([last]))
    }

    /// Sends tombstones in a block without events.
    private func send(
        _ tombstones: [PendingTombstone], _ world: inout some World & ~Copyable, _ now: Instant
    ) throws(StoreError) -> Bool {
        guard let epoch = try store.epochInfo(store.epoch) else { return false }
        var header = header(epoch, .critical)
        header.tombstones = tombstones.map { $0.tombstone }
        do throws(BlockError) {
            let block = try courier.writer.write(header, [])
            dispatch(
                Parcel(block: block), sequences: [], rows: [], lane: .critical, epoch: epoch,
                tombstoneIDs: tombstones.map { $0.id }, &world, now)
            return true
        } catch {
            Log.line("tombstones cannot be made a block: \(error.word)")
            return false
        }
    }

    /// Whether the clock was never set, and the collector's certificate is to be judged by it.
    private func lacksClock(_ world: inout some World & ~Copyable) -> Bool {
        configuration.collector.isSecure && configuration.trust.isBySystemRoots
            && world.wallNow().quality == .implausible
    }

    private func dispatch(
        _ parcel: Parcel, sequences: [SequenceRange], rows: [RowKey], lane: Lane,
        epoch: EpochInfo, tombstoneIDs: [Int64], _ world: inout some World & ~Copyable,
        _ now: Instant
    ) {
        guard !lacksClock(&world) else {
            conclude(.clock, &world)
            return
        }
        let nonce =
            Hexadecimal.text(world.random(), digitCount: 16)
            + Hexadecimal.text(world.random(), digitCount: 16)
        let number = courier.nextExchangeNumber()
        let sent = Sent(
            device: configuration.device, stream: epoch.stream, epoch: epoch.epoch,
            sequences: sequences, tombstoneCount: tombstoneIDs.count, nonce: nonce,
            bodyDigest: Hexadecimal.text(Digest.sha256(parcel.block)))
        learnTime(&world, now)
        courier.inFlight = BlockInFlight(
            exchangeNumber: number, rows: rows, lane: lane, tombstoneIDs: tombstoneIDs,
            sent: sent, parcel: parcel, sentAt: now, anchors: courier.clock.unsent)
        courier.machine.begin(at: now)
        var headers = [
            HTTPField("authorization", "Bearer " + String(decoding: writeKey, as: UTF8.self)),
            HTTPField("content-type", "application/vnd.footfall.block"),
            HTTPField("footfall-device", configuration.device),
            HTTPField("footfall-nonce", nonce),
        ]
        if parcel.isOffered { headers.append(HTTPField("footfall-dictionary", "keep")) }
        if let clockHeader { headers.append(clockHeader) }
        world.submit(
            Exchange(
                number: number, destination: configuration.collector, path: Self.blockPath,
                headers: headers, body: parcel.block,
                knownSeconds: courier.knownSeconds(at: now)))
    }

    /// A shipment's block, and the rows that are in it: packed rows may unpack to more than is sent
    /// at once, and then the newest critical or the oldest others go first.
    private func filled(
        _ shipment: Shipment, bytesMost: Int, _ dictionary: BlockDictionary? = nil
    ) throws(BlockError) -> (Shipment, [UInt8]) {
        if shipment.isSealed, let row = shipment.rows.first { return (shipment, row.body) }
        let isNewestFirst = shipment.lane == .critical
        var taken: [(row: StoredRow, lines: [UInt8])] = []
        var byteCount = 0
        for row in isNewestFirst ? shipment.rows.reversed() : shipment.rows {
            let lines: [UInt8]
            if let fresh = courier.fresh.take(row.key) {
                lines = fresh
            } else {
                lines = try BlockWriter.unpack(row.body)
            }
            byteCount += lines.count
            if !taken.isEmpty, byteCount > bytesMost { break }
            taken.append((row, lines))
        }
        if isNewestFirst { taken.reverse() }
        var shipment = shipment
        shipment.rows = taken.map { $0.row }
        var lines: [UInt8] = []
        for row in taken { lines += row.lines }
        let block = try block(of: shipment, lines, dictionary)
        return (shipment, block)
    }

    private func block(
        of shipment: Shipment, _ lines: [UInt8], _ dictionary: BlockDictionary? = nil
    ) throws(BlockError) -> [UInt8] {
        // A receipt is held against the ranges that the rows state.
        let eventCount = shipment.rows.reduce(Int64(0)) { $0 + $1.eventCount }
        return try courier.writer.write(
            header(shipment.epoch, shipment.lane), lines: lines,
            eventCount: Int(clamping: eventCount), with: dictionary)
    }

    /// Those rows of a shipment that are no block each by itself; all, if none of them is to blame.
    private func unreadable(_ shipment: Shipment) -> Shipment {
        var unreadable = shipment
        unreadable.rows.removeAll { row in
            var alone = shipment
            alone.rows = [row]
            do throws(BlockError) {
                _ = try block(of: alone, BlockWriter.unpack(row.body))
                return true
            } catch {
                return false
            }
        }
        return unreadable.rows.isEmpty ? shipment : unreadable
    }

    func header(_ epoch: EpochInfo, _ lane: Lane) -> BlockHeader {
        BlockHeader(
            device: configuration.device, stream: epoch.stream, lane: lane, epoch: epoch.epoch,
            boot: epoch.boot,
            previous: epoch.previousEpoch.map { EpochEnd(epoch: $0, end: epoch.previousEnd) },
            tombstones: [])
    }

    /// Seals a thousand of many waiting events into one row: room on disk while nobody takes them.
    private func seal() {
        do throws(StoreError) {
            guard var shipment = try store.sealable(waitingLeast: Self.sealedFromEvents),
                !shipment.rows.contains(where: { isInFlight($0.key) })
            else { return }
            let body: [UInt8]
            do throws(BlockError) {
                (shipment, body) = try filled(shipment, bytesMost: Limits.blockBytes)
            } catch {
                Log.line("stored rows cannot be sealed: \(error.word)")
                setAside(unreadable(shipment))
                return
            }
            var change = Change(for: store)
            change.removed = shipment.rows.map { $0.key }
            change.inserted = [
                StoredRow(
                    .block, lane: shipment.lane, epoch: shipment.epoch.epoch,
                    ranges: Self.ranges(of: shipment), body: body)
            ]
            try store.commit(change)
        } catch {
            complain(error)
        }
    }

    private static func ranges(of shipment: Shipment) -> [SequenceRange] {
        var ranges: [SequenceRange] = []
        for row in shipment.rows {
            for range in row.ranges { SequenceRange.append(range, to: &ranges) }
        }
        return ranges
    }

    private func isInFlight(_ key: RowKey) -> Bool {
        courier.inFlight?.rows.contains(key) ?? false
    }
}

internal import Blocks
internal import Events
internal import Intake
internal import Platform
internal import Store
internal import Sync

/// The commit: everything that waits becomes durable in one transaction, then it is answered.
extension AgentLoop {
    ///
    /// With `leavingSettlement` what was delivered stays for a later one.
    func commit(_ world: inout some World & ~Copyable, leavingSettlement: Bool = false) {
        guard !pending.isEmpty || ring.hasTaken else { return }
        var left = Settlement()
        if leavingSettlement { swap(&left, &pending.settlement) }
        let wall = world.wallNow().milliseconds
        var isStored = true
        do throws(StoreError) {
            try store.commit(change(wall))
            admitter.commit()
            courier.clock.save()
            storeFault = nil
        } catch {
            isStored = false
            admitter.rollBack()
            complain(error)
        }
        settleRings(isStored: isStored)
        if isStored { gather(numbersFrom.epoch, world.monotonicNow()) }
        let answers = pending.answers
        let unstored = isStored ? [] : pending.answeredCounters
        pending = PendingCommit()
        pending.settlement = left
        if left.isEmpty { countersDue = .never }
        takeUpNumbers()
        recount(unstored, world.monotonicNow())
        renewEpochIfSpent()
        for answer in answers {
            world.send(isStored ? answer.stored : answer.failed, to: answer.connection)
            if answer.closes {
                world.close(answer.connection)
                forget(answer.connection)
            } else if answer.door == .http {
                resumable.append(answer.connection)
            }
        }
    }

    private func gather(_ epoch: UInt32, _ now: Instant) {
        for row in pending.rows {
            if !courier.machine.isWaiting, !row.isBlock {
                let first = row.sequences.first?.first ?? 0
                let key = RowKey(.tail, RowID(lane: row.lane, epoch: epoch, first: first))
                courier.fresh.keep(row.lines, of: key)
            }
            courier.gathering.take(
                Int64(row.eventCount), isCritical: row.lane == .critical, at: now)
        }
    }

    /// Whether what was delivered is better left for a later commit than the one of new events.
    ///
    /// Rows of several lanes stand on a page: where many leave together, fewer pages are written
    /// again for what stays on them. A commit of few events writes their page anyway, and one of a
    /// whole block little else. Nothing may be evicted for want of their room.
    var shouldLeaveSettlement: Bool {
        pending.settlement.isFew && store.hasRoom
            && pending.rows.contains { $0.isColumns } && !pending.rows.contains { $0.isBlock }
    }

    private func change(_ wall: Int64) -> Change {
        var change = Change(for: store)
        // Of another epoch by now, it is refused.
        (change.epoch, change.firstSequence) = numbersFrom
        change.endSequence = nextSequence
        for row in pending.rows { change.inserted.append(stored(row)) }
        for event in pending.quarantined {
            change.quarantined.append(
                QuarantinedEvent(
                    lane: event.lane, epoch: event.origin?.epoch ?? store.epoch,
                    sequence: event.sequence, wallMilliseconds: wall, reason: event.reason,
                    producer: event.producer, byteCount: event.byteCount, body: event.body))
            bury(event, in: &change.tombstones)
        }
        change.inserted += pending.settlement.inserted
        change.removed = Array(pending.settlement.removed)
        change.deliveredTombstones = pending.settlement.deliveredTombstones
        change.texts = pending.settlement.texts
        if let unsavedClock { change.texts.append(unsavedClock) }
        change.regionMarks = regionMarks
        change.counters = pending.counters.deltas
        for lane in Lane.allCases where pending.settlement.delivered[Int(lane.rawValue)] > 0 {
            change.counters.append(
                CounterDelta(
                    lane, CounterName.delivered, pending.settlement.delivered[Int(lane.rawValue)]))
        }
        let chunk = admitter.messageChunk
        if !chunk.isEmpty {
            change.messages = MessageChunk(
                wallMilliseconds: wall, count: Int64(chunk.count / MessageMemory.entryBytes),
                bytes: chunk)
        }
        return change
    }

    /// A block where there are enough events for columns, else their lines, packed.
    ///
    /// A block of few events waits in the tail, to be sealed again together with others.
    private func stored(_ row: PendingCommit.Row) -> StoredRow {
        if row.isColumns, let block = sealed(row) {
            return StoredRow(
                row.isBlock ? .block : .tail, lane: row.lane, epoch: store.epoch,
                ranges: row.sequences, body: block)
        }
        return StoredRow(
            .tail, lane: row.lane, epoch: store.epoch, ranges: row.sequences,
            body: courier.writer.pack(row.lines))
    }

    private func sealed(_ row: PendingCommit.Row) -> [UInt8]? {
        do throws(StoreError) {
            guard let epoch = try store.epochInfo(store.epoch) else { return nil }
            do throws(BlockError) {
                return try courier.writer.write(
                    header(epoch, row.lane), lines: row.lines, eventCount: row.eventCount)
            } catch {
                Log.line("new rows cannot be sealed: \(error.word)")
                return nil
            }
        } catch {
            // What is wrong with the store the commit itself finds out.
            return nil
        }
    }

    /// A quarantined event never arrives: the collector is told so by a tombstone.
    private func bury(_ event: PendingCommit.Quarantined, in tombstones: inout [Tombstone]) {
        let stream = event.origin?.stream ?? store.stream
        let epoch = event.origin?.epoch ?? store.epoch
        let reason = CounterName.quarantined(event.reason)
        for index in tombstones.indices
        where tombstones[index].stream == stream && tombstones[index].epoch == epoch
            && tombstones[index].reason == reason
            && (tombstones[index].sequences.last?.last ?? 0) < event.sequence
        {
            SequenceRange.append(event.sequence, to: &tombstones[index].sequences)
            return
        }
        tombstones.append(
            Tombstone(
                stream: stream, epoch: epoch,
                sequences: [SequenceRange(event.sequence, event.sequence)], reason: reason))
    }

    /// What was offered and not stored was refused with 503; it will be offered again.
    private func recount(_ unstored: [CounterDelta], _ now: Instant) {
        for lane in Lane.allCases {
            var missed: Int64 = 0
            for delta in unstored where delta.lane == lane {
                if delta.name == CounterName.offered {
                    missed += delta.value
                } else if delta.name.hasPrefix(CounterName.refusedPrefix) {
                    missed -= delta.value
                } else {
                    continue
                }
                pending.counters.add(delta.value, to: delta.name, lane: lane)
            }
            guard missed > 0 else { continue }
            pending.counters.add(missed, to: CounterName.refused("503"), lane: lane)
        }
        guard !pending.counters.isEmpty else { return }
        countersDue = now.advanced(byMilliseconds: Self.counterDelayMilliseconds)
    }

    /// At the end of its numbers an epoch is followed by the next; far before, since one request
    /// may take thousands.
    private func renewEpochIfSpent() {
        guard nextSequence > Limits.sequenceLast - 1_000_000 else { return }
        do throws(StoreError) {
            try store.beginEpoch()
        } catch {
            complain(error)
        }
        takeUpNumbers()
    }

    /// Tells the operator, once; damage is dealt with where the quantum can bear it.
    func complain(_ error: StoreError) {
        if error.code == .corrupt { isDamaged = true }
        let text = "store: " + error.operation + ": " + error.detail
        if storeFault != text { Log.line(text + "; nothing is acknowledged until it works again") }
        storeFault = text
    }
}

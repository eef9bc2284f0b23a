internal import Events
internal import Store

/// Large numbers through SQLite, read back after the store was closed.
enum StoredNumbers {
    static func run(_ list: Checklist, in folder: Folder) {
        var scratch = ScratchStore(folder.store("numbers"))
        list.check("a commit takes numbers of every size") { probe in
            let c = probe.carrier
            scratch.with(probe) { (store) throws(StoreError) in
                var change = Change(for: store)
                fill(&change, c)
                try store.commit(change)
                probe.equal(store.nextSequence, .max)
            }
            scratch.close()
        }
        rows(list, &scratch)
        counts(list, &scratch)
        tombstones(list, &scratch)
        list.check("a quarantined event's length, time and producer are stored whole") { probe in
            probe.equal(scratch.number("SELECT length FROM quarantine"), 8_589_934_592)
            probe.equal(scratch.number("SELECT at FROM quarantine"), 4_294_967_296_000)
            probe.equal(scratch.number("SELECT producer FROM quarantine"), .min + 1)
        }
    }

    private static func fill(_ change: inout Change, _ c: Carrier) {
        func row(_ table: RowTable, _ lane: Lane, _ ranges: [(UInt32, UInt32)]) -> StoredRow {
            StoredRow(
                table, lane: lane, epoch: change.epoch,
                ranges: ranges.map { SequenceRange(c.number($0.0), c.number($0.1)) }, body: [1, 2])
        }
        change.endSequence = c.number(.max as UInt32)
        change.inserted = [
            row(.tail, .normal, [(5, 5), (2_147_483_658, 2_147_483_660)]),
            row(.tail, .critical, [(4_294_967_290, 4_294_967_294)]),
            row(.tail, .ambient, [(0, 4_294_967_293)]),
            row(.tail, .ambient, [(4_294_967_294, 4_294_967_294)]),
            row(.block, .ambient, [(1, 4_294_967_294)]),
        ]
        change.counters = [CounterDelta(.normal, "accepted", c.number(8_589_934_592))]
        change.messages = MessageChunk(
            wallMilliseconds: c.number(4_294_967_296_000), count: 1,
            bytes: [UInt8](repeating: 0xFF, count: 16))
        change.quarantined = [
            QuarantinedEvent(
                lane: .normal, epoch: change.epoch, sequence: c.number(4_294_967_289 as UInt32),
                wallMilliseconds: c.number(4_294_967_296_000), reason: "too_big",
                producer: c.number(0x8000_0000_0000_0001 as UInt64),
                byteCount: c.number(8_589_934_592), body: [])
        ]
        let range = c.range(2_147_483_648, 4_294_967_289)
        change.tombstones = [
            Tombstone(
                stream: StreamID(high: c.number(.max as UInt64), low: 1), epoch: 268_435_455,
                sequences: [SequenceRange(range.first, range.last)], reason: "evicted")
        ]
    }

    private static func rows(_ list: Checklist, _ scratch: inout ScratchStore) {
        list.check("a row comes back with its 32-bit numbers") { probe in
            scratch.with(probe) { (store) throws(StoreError) in
                let shipment = try store.nextShipment()
                probe.equal(shipment?.rows.first?.ranges.first?.first, 4_294_967_290)
                probe.equal(shipment?.rows.first?.ranges.first?.last, 4_294_967_294)
                probe.equal(shipment?.rows.first?.key.id.first, 4_294_967_290)
                probe.equal(shipment?.epoch.epoch, 1)
            }
        }
        list.check("an epoch says where the one before it ended") { probe in
            scratch.with(probe) { (store) throws(StoreError) in
                probe.equal(try store.epochInfo(store.epoch)?.previousEnd, .max)
            }
        }
        list.check("remembered messages keep their time") { probe in
            scratch.with(probe) { (store) throws(StoreError) in
                try store.rememberedMessages {
                    probe.equal($0.wallMilliseconds, 4_294_967_296_000)
                }
            }
        }
    }

    private static func counts(_ list: Checklist, _ scratch: inout ScratchStore) {
        list.check("a lane's events are counted beyond 2^32") { probe in
            scratch.with(probe) { (store) throws(StoreError) in
                let lanes = try store.statistics()
                probe.equal(lanes[1].eventCount, 4)
                probe.equal(lanes[2].eventCount, 8_589_934_589)
                probe.equal(lanes[0].oldest?.first, 4_294_967_290)
            }
        }
        list.check("what waits up to a number is counted beyond 2^32") { probe in
            let last = probe.carrier.number(2_147_483_658 as UInt32)
            scratch.with(probe) { (store) throws(StoreError) in
                probe.equal(
                    try store.queuedEventCount(throughEpoch: 1, sequence: last), 4_294_967_319)
                probe.equal(
                    try store.queuedEventCount(throughEpoch: 2, sequence: 0), 8_589_934_598)
            }
        }
        list.check("a counter counts on beyond 2^32") { probe in
            scratch.commit(probe) {
                $0.counters = [CounterDelta(.normal, "accepted", probe.carrier.number(1 << 40))]
            }
            scratch.with(probe) { (store) throws(StoreError) in
                probe.equal(try store.counters().first?.value, 1_108_101_562_368)
            }
        }
    }

    private static func tombstones(_ list: Checklist, _ scratch: inout ScratchStore) {
        list.check("a tombstone keeps its stream, epoch and numbers") { probe in
            scratch.with(probe) { (store) throws(StoreError) in
                let tombstone = try store.pendingTombstones(limit: 9).first?.tombstone
                probe.equal(tombstone?.stream.high, .max)
                probe.equal(tombstone?.epoch, 268_435_455)
                probe.equal(tombstone?.sequences.first?.first, 2_147_483_648)
                probe.equal(tombstone?.sequences.first?.last, 4_294_967_289)
            }
        }
        list.check("a tombstone is settled by its id beyond 2^32") { probe in
            scratch.spoil(probe, "UPDATE tombstone SET id = 4294967297")
            scratch.with(probe) { (store) throws(StoreError) in
                var change = Change(for: store)
                for pending in try store.pendingTombstones(limit: 9) {
                    change.deliveredTombstones.append(probe.carrier.number(pending.id))
                }
                try store.commit(change)
                probe.equal(try store.pendingTombstones(limit: 9).count, 0)
            }
        }
    }
}

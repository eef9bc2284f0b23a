internal import Events
internal import Store

/// Numbers in a damaged database that no store has written: refused, never a trap.
enum StoredDamage {
    static func run(_ list: Checklist, in folder: Folder) {
        epochs(list, folder)
        counts(list, folder)
        list.check("a tombstone's ranges beyond 32 bits are damage") { probe in
            let c = probe.carrier
            for number: UInt64 in [4_294_967_296 + 7, 30_064_771_079] {
                var scratch = ScratchStore(folder.store("ranges"))
                scratch.commit(probe) { change in
                    change.tombstones = [
                        Tombstone(
                            stream: StreamID(high: 0xF0, low: 1), epoch: 1,
                            sequences: [SequenceRange(7, 7)], reason: "evicted")
                    ]
                }
                let bytes = HandMade.leb128(7) + HandMade.leb128(c.number(number))
                scratch.spoil(
                    probe, "UPDATE tombstone SET ranges = x'" + Hexadecimal.text(bytes) + "'")
                let code = scratch.code { (store) throws(StoreError) in
                    _ = try store.pendingTombstones(limit: 1)
                }
                probe.isTrue(code == .corrupt, "the tombstone is damaged")
                scratch.remove()
            }
        }
    }

    private static func epochs(_ list: Checklist, _ folder: Folder) {
        list.check("an epoch beyond 28, 32 and 63 bits is damage, and salvaged") { probe in
            for epoch: Int64 in [4_294_967_301, 268_435_456, .max, .min, -3] {
                var scratch = filled(folder.store("epochs"), probe)
                scratch.spoil(
                    probe, "UPDATE epoch SET epoch = " + probe.carrier.text(epoch))
                scratch.with(probe) { (store) throws(StoreError) in
                    guard case .salvaged = store.opening else {
                        return probe.differ("an epoch", "damage at epoch \(epoch)")
                    }
                    probe.equal(store.epoch, 2)
                }
                scratch.remove()
            }
        }
    }

    private static func counts(_ list: Checklist, _ folder: Folder) {
        list.check("a row's count of events beyond 2^32 is damage") { probe in
            for count: Int64 in [4_294_967_297, .max, .min] {
                var scratch = filled(folder.store("counts"), probe)
                scratch.spoil(probe, "UPDATE tail SET events = " + probe.carrier.text(count))
                let codes = [
                    scratch.code { (store) throws(StoreError) in _ = try store.nextShipment() },
                    scratch.code { (store) throws(StoreError) in
                        _ = try store.queuedEventCount(throughEpoch: 2, sequence: 0)
                    },
                    scratch.code { (store) throws(StoreError) in
                        var change = Change(for: store)
                        change.removed = [
                            RowKey(.tail, RowID(lane: .normal, epoch: 1, first: 7))
                        ]
                        try store.commit(change)
                    },
                ]
                for code in codes { probe.isTrue(code == .corrupt, "the row is damaged") }
                scratch.remove()
            }
        }
    }

    /// A closed store with two rows of one event each.
    private static func filled(_ directory: String, _ probe: Probe) -> ScratchStore {
        var scratch = ScratchStore(directory)
        scratch.commit(probe) { change in
            change.endSequence = 10
            for sequence: UInt32 in [7, 9] {
                change.inserted.append(
                    StoredRow(
                        .tail, lane: .normal, epoch: change.epoch,
                        ranges: [SequenceRange(sequence, sequence)], body: [1, 2]))
            }
        }
        scratch.close()
        return scratch
    }
}

internal import CTrace
internal import Ring

/// A lane as it stands when its writer or its reader is killed, and what can still be done with it.
@safe struct Snapshot: ~Copyable {
    private let memory: UnsafeMutablePointer<UInt8>
    private var payload: [UInt8] = []
    /// The furthest that a reader has come in any moment so far.
    private var seen = 0

    init() {
        guard let memory = unsafe trace_memory(Lane.bytes) else {
            fatalError("no memory for a snapshot")
        }
        unsafe self.memory = memory
    }

    deinit { unsafe trace_unmap(memory, Lane.bytes) }

    private var lane: Lane { unsafe Lane(UnsafeMutableRawPointer(memory)) }

    /// Takes the lane of a stage as it is, has an agent begin again where the last one had released
    /// all, and a writer go on where the killed one left.
    mutating func judge<Writer: LaneWriting & ~Copyable>(
        _ stage: some Scene, _ open: (Lane) -> Writer
    ) {
        lane.copy(stage.lane)
        var reader = lane.reader(from: stage.stored.position)
        check(DropCounts(reader.drops), stage)
        var delivery = stage.stored.delivery
        var successor = open(lane)
        let first = Successor(stage.tally.points)
        // Every other one comes before anybody has read what it was left.
        let isBefore = stage.tally.points.isMultiple(of: 2)
        let outcome = isBefore ? first.written(by: &successor) : nil
        var hasCome = false
        do throws(LaneFault) {
            while let record = try nextRecord(of: &reader, into: &payload) {
                if !hasCome,
                    delivery.take(
                        Taken(record), payload, from: stage.ledger,
                        isUnderWay: stage.isUnderWay)
                {
                    continue
                }
                guard outcome == .written, !hasCome, first.isSame(record, payload) else {
                    let number = delivery.count
                    return stage.tally.note(.corrupt, "record \(number) is \(record)")
                }
                hasCome = true
            }
        } catch {
            return stage.tally.note(.corrupt, "the lane is broken: \(error)")
        }
        if delivery.count < max(stage.ledger.entries.count, seen) {
            stage.tally.note(
                .lost, "\(delivery.count) of \(stage.ledger.entries.count), \(seen) before")
        }
        seen = max(seen, delivery.count)
        if outcome == .written, !hasCome {
            stage.tally.note(.wedged, "a successor's record does not come out")
        }
        reader.release()
        follow(&successor, &reader, stage)
    }

    /// In a lane of which all is released, a successor's record goes in and comes out.
    private mutating func follow<Writer: LaneWriting & ~Copyable>(
        _ successor: inout Writer, _ reader: inout LaneReader, _ stage: some Scene
    ) {
        let second = Successor(stage.tally.points + 1)
        guard second.written(by: &successor) == .written else {
            return stage.tally.note(.wedged, "a successor finds no room in an empty lane")
        }
        do throws(LaneFault) {
            guard let record = try nextRecord(of: &reader, into: &payload),
                second.isSame(record, payload)
            else { return stage.tally.note(.wedged, "a successor's second does not come out") }
        } catch {
            stage.tally.note(.wedged, "behind a successor the lane is broken: \(error)")
        }
    }

    private func check(_ drops: DropCounts, _ stage: some Scene) {
        if drops == stage.ledger.drops { return }
        // Three words, written one behind another: each may have come or not.
        if stage.isUnderWay, let coming = stage.ledger.coming {
            let (before, after) = (stage.ledger.drops, stage.ledger.drops.with(coming.write))
            if [before.records, after.records].contains(drops.records),
                [before.bytes, after.bytes].contains(drops.bytes),
                [before.lastAt, after.lastAt].contains(drops.lastAt)
            {
                return
            }
        }
        stage.tally.note(.corrupt, "\(drops) and not \(stage.ledger.drops)")
    }
}

/// A record that only a successor writes.
private struct Successor {
    private static let kind: UInt16 = 0xABCD
    private let payload: [UInt8]

    /// Of a length and bytes that a number chooses.
    init(_ number: Int) {
        let count = number &* 37 % (Script.payloadMost + 1)
        payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 5 &+ number) }
    }

    /// Critical, so that it has room while the dead writer's records still wait, mostly.
    func written<Writer: LaneWriting & ~Copyable>(by writer: inout Writer) -> HandOver {
        unsafe payload.withUnsafeBytes { bytes in
            unsafe writer.write(bytes, kind: Successor.kind, flags: .critical, at: 1)
        }
    }

    func isSame(_ record: Record, _ payload: [UInt8]) -> Bool {
        record.kind == Successor.kind && record.flags.contains(.critical)
            && payload.elementsEqual(self.payload)
    }
}

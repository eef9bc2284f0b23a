internal import CTrace
internal import Ring
internal import SeededText

/// One script, read by a child that runs an instruction at a time while the script is written, and
/// what is known meanwhile.
@safe final class ReaderStage: Scene {
    /// So many instructions after the last write all is stored and given back.
    private static let patience = 50_000

    let lane: Lane
    private(set) var ledger: Ledger
    private(set) var stored = (delivery: Delivery(), position: UInt64(0))
    var tally = Tally()
    let isUnderWay = false
    private(set) var instructionsUsed = 0
    private let memory: UnsafeMutablePointer<UInt8>
    private let journal: Journal
    private let bytes: Int
    private var headSeen: UInt64 = 0

    init(_ script: Script) {
        ledger = Ledger(script)
        // A reader that reads again has more.
        let recordsMost = script.writes.count * 2
        let journalBytes = Journal.bytes(recordsMost: recordsMost)
        bytes = Lane.bytes + journalBytes
        guard let memory = unsafe trace_memory(bytes) else { fatalError("no memory for a lane") }
        unsafe self.memory = memory
        unsafe journal = Journal(UnsafeMutableRawPointer(memory), recordsMost: recordsMost)
        // Behind the lane lies a page that nobody may touch.
        unsafe lane = Lane(UnsafeMutableRawPointer(memory + journalBytes))
    }

    deinit { unsafe trace_unmap(memory, bytes) }

    /// Has the script read while it is written, and calls back at each instruction of the reader.
    ///
    /// - Parameter fault: one of this is enough.
    func play<Reader: LaneReading & ~Copyable>(
        _ open: (Lane) -> Reader, _ steps: [Step], _ random: inout Seeded, until fault: Fault?,
        at point: () -> Void
    ) throws(NotTraceable) {
        let child = trace_fork()
        guard child >= 0 else { throw NotTraceable(errno: trace_errno()) }
        if child == 0 { journal.keep(open(lane), lane, steps) }
        defer { trace_kill(child) }
        var writer = lane.writer()
        var (used, rest) = (0, ReaderStage.patience)
        while rest > 0 {
            switch trace_step(child) {
            case trace_stepped: break
            case trace_ended: return tally.note(.corrupt, "the reader finds the lane broken")
            case trace_signalled: return tally.note(.corrupt, "a signal ended the reader")
            default: throw NotTraceable(errno: trace_errno())
            }
            guard takeStored() else { return }
            if ledger.endedCount == ledger.script.writes.count {
                rest -= 1
                if lane.word(Lane.head) == lane.tail, stored.position == lane.tail { return }
            }
            used = journal.isAtWork ? used + 1 : 0
            guard used > 0 else { continue }
            instructionsUsed = max(instructionsUsed, used)
            tally.points += 1
            judgeWords()
            point()
            if let fault, tally[fault] > 0 { return }
            // So seldom that the lane is empty from time to time, and so much that it is full.
            guard random.oneIn(1600) else { continue }
            write(random.oneIn(8) ? 20 : random.below(4), &writer)
        }
        tally.note(.wedged, "\(stored.delivery.count) of \(ledger.entries.count) come through")
    }

    /// The writer goes on, wherever the reader stands.
    private func write(_ count: Int, _ writer: inout LaneWriter) {
        for _ in 0..<min(count, ledger.script.writes.count - ledger.endedCount) {
            let number = ledger.endedCount
            let write = ledger.script.writes[number]
            let head = lane.word(Lane.head)
            let outcome = unsafe ledger.script.bytes.withUnsafeBytes { bytes in
                unsafe writer.write(
                    UnsafeRawBufferPointer(rebasing: bytes[write.payload]), kind: write.kind,
                    flags: write.flags, at: write.time)
            }
            if let fault = ledger.end(outcome, before: head, after: head) {
                tally.note(fault, "write \(number) returned \(outcome)")
            }
        }
    }

    /// Takes down what has been committed; false where it is not what was written.
    private func takeStored() -> Bool {
        let mark = journal.mark
        while stored.delivery.count < mark.count {
            let number = stored.delivery.count
            guard let (taken, payload) = journal.record(number),
                stored.delivery.take(taken, payload, from: ledger, isUnderWay: false)
            else {
                tally.note(.corrupt, "record \(number) that is stored was not written so")
                return false
            }
        }
        stored.position = mark.position
        return true
    }

    /// Whether the words of both sides are what the module's page says they may be.
    private func judgeWords() {
        let (head, durable) = (lane.word(Lane.head), lane.word(Lane.durable))
        let end = ledger.entries.last?.place.end ?? 0
        if lane.tail != end { tally.note(.corrupt, "the writer's tail is \(lane.tail)") }
        if head > stored.position { tally.note(.lost, "given back before it is stored: \(head)") }
        if durable > stored.position {
            tally.note(.corrupt, "said to be stored before it is: \(durable)")
        }
        if head > durable { tally.note(.corrupt, "given back and not said to be stored: \(head)") }
        guard head != headSeen else { return }
        headSeen = head
        for entry in ledger.entries.reversed() where entry.place.end <= head {
            guard entry.place.start + UInt64(Script.capacity) >= end else { return }
            guard entry.flags.contains(.identity), !isOverwritten(entry) else { continue }
            tally.note(.corrupt, "given back with what says who somebody is: \(entry.place.start)")
        }
    }

    private func isOverwritten(_ entry: Ledger.Entry) -> Bool {
        let offset = Int(entry.place.start % UInt64(Script.capacity)) + LaneLayout.headerBytes + 8
        return unsafe UnsafeRawBufferPointer(
            start: lane.start + offset, count: entry.write.payload.count
        ).allSatisfy { $0 == 0 }
    }
}

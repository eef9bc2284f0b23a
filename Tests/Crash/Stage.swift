internal import CTrace
internal import Ring
internal import Synchronization

/// A lane's writer, ours or one with a fault.
protocol LaneWriting: ~Copyable {
    mutating func write(
        _ payload: UnsafeRawBufferPointer, kind: UInt16, flags: RecordFlags, at time: UInt64
    ) -> HandOver
}

extension LaneWriter: LaneWriting {}

/// Where a lane begins; its memory is the owner's care.
@safe struct Lane {
    static let bytes = LaneLayout.stride(capacity: Script.capacity)

    let start: UnsafeMutableRawPointer

    init(_ start: UnsafeMutableRawPointer) { unsafe self.start = start }

    // Where words stand, by the module's page.
    static let tailOffset = 128
    static let head = 256
    static let durable = 264

    // Sequentially consistent: whoever looks from outside sees what is there.
    func word(_ offset: Int) -> UInt64 {
        unsafe (start + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .load(ordering: .sequentiallyConsistent)
    }

    func set(_ offset: Int, _ value: UInt64) {
        unsafe (start + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .store(value, ordering: .sequentiallyConsistent)
    }

    var tail: UInt64 { word(Lane.tailOffset) }

    func reader(from position: UInt64?) -> LaneReader {
        unsafe LaneReader(lane: start, capacity: Script.capacity, from: position)
    }

    /// The writer of the product.
    func writer() -> LaneWriter { unsafe LaneWriter(lane: start, capacity: Script.capacity) }

    func copy(_ other: Lane) {
        unsafe start.copyMemory(from: other.start, byteCount: Lane.bytes)
    }
}

/// Why a child cannot be stepped here.
struct NotTraceable: Error {
    let errno: Int32
}

/// What is known of a lane at one moment, for whoever judges what would become of it.
protocol Scene: AnyObject {
    var lane: Lane { get }
    var ledger: Ledger { get }
    var tally: Tally { get set }
    /// Whether the write that has not returned has begun.
    var isUnderWay: Bool { get }
    /// What is stored, and where the next reader goes on.
    var stored: (delivery: Delivery, position: UInt64) { get }
    /// Of the longest write, or of reading one record or storing one batch.
    var instructionsUsed: Int { get }
}

/// One script, written by a child that runs an instruction at a time, and what is known meanwhile.
@safe final class Stage: Scene {
    /// A write that takes more instructions waits for somebody.
    ///
    /// A release build takes 140; one that is not optimised takes thousands, and cannot be judged.
    private static let instructionsMost = 2000

    let lane: Lane
    var ledger: Ledger
    var agent: Agent
    var tally = Tally()
    /// Whether the write that has not returned has begun.
    private(set) var isUnderWay = false
    /// The longest write.
    private(set) var instructionsUsed = 0
    var stored: (delivery: Delivery, position: UInt64) {
        (agent.released, agent.releasedPosition)
    }
    private let memory: UnsafeMutablePointer<UInt8>
    private let control: Control
    private let bytes: Int

    init(_ script: Script) {
        ledger = Ledger(script)
        let controlBytes = Control.bytes(writes: script.writes.count)
        bytes = Lane.bytes + controlBytes
        guard let memory = unsafe trace_memory(bytes) else { fatalError("no memory for a lane") }
        unsafe self.memory = memory
        unsafe control = Control(UnsafeMutableRawPointer(memory))
        // Behind the lane lies a page that nobody may touch.
        unsafe lane = Lane(UnsafeMutableRawPointer(memory + controlBytes))
        agent = Agent(lane)
    }

    deinit { unsafe trace_unmap(memory, bytes) }

    /// Has the script written, and calls back at each instruction of each write.
    ///
    /// - Parameter fault: one of this is enough.
    func play<Writer: LaneWriting & ~Copyable>(
        _ open: (Lane) -> Writer, until fault: Fault?, at point: () -> Void
    ) throws(NotTraceable) {
        let child = trace_fork()
        guard child >= 0 else { throw NotTraceable(errno: trace_errno()) }
        if child == 0 {
            control.write(ledger.script, with: open(lane))
            trace_leave()
        }
        var (used, headBefore) = (0, UInt64(0))
        while true {
            switch trace_step(child) {
            case trace_stepped: break
            case trace_ended: return conclude()
            case trace_signalled:
                trace_kill(child)
                return tally.note(.corrupt, "a signal ended the writer")
            default: throw NotTraceable(errno: trace_errno())
            }
            while ledger.endedCount < control.endedCount {
                end(before: headBefore)
                instructionsUsed = max(instructionsUsed, used)
                (used, headBefore) = (0, agent.releasedPosition)
            }
            guard let number = control.numberUnderWay else { continue }
            isUnderWay = number == ledger.endedCount
            used += 1
            tally.points += 1
            if used > Stage.instructionsMost {
                trace_kill(child)
                return tally.note(.wedged, "write \(number) does not return")
            }
            point()
            if let fault, tally[fault] > 0 { return trace_kill(child) }
        }
    }

    private func end(before: UInt64) {
        let number = ledger.endedCount
        let outcome = control.outcome(of: number)
        if let fault = ledger.end(outcome, before: before, after: agent.releasedPosition) {
            tally.note(fault, "write \(number) returned \(outcome)")
        }
        if agent.delivery.count > ledger.entries.count {
            tally.note(.corrupt, "write \(number), which was read, returned \(outcome)")
        }
    }

    /// What comes out when all has been written.
    private func conclude() {
        isUnderWay = false
        if let wrong = agent.read(atMost: .max, from: ledger, isUnderWay: false) {
            tally.note(.corrupt, "in the end " + wrong)
        }
        if agent.delivery.count < ledger.entries.count {
            tally.note(.lost, "in the end \(agent.delivery.count) of \(ledger.entries.count)")
        }
        if ledger.endedCount < ledger.script.writes.count {
            tally.note(.wedged, "in the end \(ledger.endedCount) writes have returned")
        }
        if agent.drops != ledger.drops {
            tally.note(.corrupt, "in the end \(agent.drops) and not \(ledger.drops)")
        }
    }
}

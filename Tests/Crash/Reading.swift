internal import CTrace
internal import Ring

/// A lane's reader, ours or one with a fault.
protocol LaneReading: ~Copyable {
    /// Where it reads on.
    var position: UInt64 { get }
    /// The next record, its payload in place of what is in `payload`; nil where none waits.
    mutating func next(into payload: inout [UInt8]) throws(LaneFault) -> Taken?
    /// Writes zeroes over what says who somebody is, of all that was read since the last release.
    mutating func overwrite()
    mutating func release()
}

/// The product's reader, used as the agent uses it.
struct AgentReader: LaneReading, ~Copyable {
    private var reader: LaneReader
    private var identities: [Record] = []

    init(_ lane: Lane) {
        reader = lane.reader(from: nil)
        identities.reserveCapacity(Journal.batchMost)
    }

    var position: UInt64 { reader.position }

    mutating func next(into payload: inout [UInt8]) throws(LaneFault) -> Taken? {
        guard let record = try nextRecord(of: &reader, into: &payload) else { return nil }
        if record.flags.contains(.identity) { identities.append(record) }
        return Taken(record)
    }

    mutating func overwrite() {
        for record in identities { reader.overwrite(record) }
        identities.removeAll(keepingCapacity: true)
    }

    mutating func release() { reader.release() }
}

extension Taken {
    init(_ record: Record) {
        self.init(
            position: record.position, count: record.count, kind: record.kind, flags: record.flags)
    }
}

/// What is done with records that were read, in this order.
enum Step { case commit, commitApart, commitAhead, overwrite, release }

extension Journal {
    static let batchMost = 13

    /// The child's part: reads a lane for ever, a batch at a time.
    func keep<Reader: LaneReading & ~Copyable>(
        _ reader: consuming Reader, _ lane: Lane, _ steps: [Step]
    ) -> Never {
        var reader = reader
        var payload: [UInt8] = []
        payload.reserveCapacity(Script.payloadMost)
        var (count, round) = (0, 0)
        while true {
            round &+= 1
            let before = count
            while count < before + round &* 7 % Journal.batchMost + 1 {
                set(isAtWork: true)
                let taken = Journal.next(of: &reader, into: &payload)
                set(isAtWork: false)
                guard let taken else { break }
                guard write(taken, payload, as: count) else { trace_leave() }
                count += 1
            }
            guard count > before else { continue }
            set(isAtWork: true)
            for step in steps {
                switch step {
                case .commit: commit(Mark(count: count, position: reader.position))
                case .commitApart:
                    commit(Mark(count: count, position: mark.position))
                    commit(Mark(count: count, position: reader.position))
                case .commitAhead: commit(Mark(count: count, position: lane.tail))
                case .overwrite: reader.overwrite()
                case .release: reader.release()
                }
            }
            set(isAtWork: false)
        }
    }

    /// A lane that is broken ends the child, which is seen.
    private static func next<Reader: LaneReading & ~Copyable>(
        of reader: inout Reader, into payload: inout [UInt8]
    ) -> Taken? {
        do throws(LaneFault) {
            return try reader.next(into: &payload)
        } catch {
            trace_leave()
        }
    }
}

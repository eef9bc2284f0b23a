internal import Ring
internal import Synchronization

/// A mistake that a reader, or whoever stores what it reads, may make, and what it is called.
enum ReaderMistake: String, CaseIterable {
    case releasesEarly, givesBackUnread, commitsAhead
    case commitsApart, overwritesEarly, overwritesLate, overwritesTooMuch, headBeforeDurable
    case saysDurableEarly, readsAgain, scribblesOnTail
    case givesNothingBack

    var fault: Fault {
        switch self {
        case .releasesEarly, .givesBackUnread, .commitsAhead: .lost
        case .commitsApart, .overwritesEarly, .overwritesLate, .overwritesTooMuch,
            .headBeforeDurable, .saysDurableEarly, .readsAgain, .scribblesOnTail:
            .corrupt
        case .givesNothingBack: .wedged
        }
    }

    /// What is done with records that were read.
    static func steps(_ mistake: ReaderMistake?) -> [Step] {
        switch mistake {
        case .releasesEarly: [.release, .commit, .overwrite]
        case .commitsAhead: [.commitAhead, .overwrite, .release]
        case .commitsApart: [.commitApart, .overwrite, .release]
        case .overwritesEarly: [.overwrite, .commit, .release]
        case .overwritesLate: [.commit, .release, .overwrite]
        default: [.commit, .overwrite, .release]
        }
    }
}

/// A reader of lanes after the module's page, which makes one mistake or none.
///
/// It shares no line with ``LaneReader``: without a mistake it shows that what judges them knows a
/// good one.
@safe struct PlantedReader: LaneReading, ~Copyable {
    private let mistake: ReaderMistake?
    private let lane: Lane
    private(set) var position: UInt64
    private var readCount = 0
    private var identities: [Taken] = []

    init(_ mistake: ReaderMistake?, _ lane: Lane) {
        self.mistake = mistake
        self.lane = lane
        position = lane.word(Lane.head)
        identities.reserveCapacity(Journal.batchMost)
    }

    mutating func next(into payload: inout [UInt8]) throws(LaneFault) -> Taken? {
        guard position != lane.tail else { return nil }
        var place = position
        var head = data(place)
        if UInt16(truncatingIfNeeded: head >> 32) == Script.paddingKind {
            place += head & 0xFFFF_FFFF
            head = data(place)
        }
        let taken = Taken(
            position: place, count: Int(head & 0xFFFF_FFFF),
            kind: UInt16(truncatingIfNeeded: head >> 32),
            flags: RecordFlags(rawValue: UInt16(truncatingIfNeeded: head >> 48)))
        payload.removeAll(keepingCapacity: true)
        unsafe payload.append(
            contentsOf: UnsafeRawBufferPointer(
                start: lane.start + offset(place) + 8, count: taken.count))
        if taken.flags.contains(.identity) { identities.append(taken) }
        readCount += 1
        if mistake != .readsAgain || readCount % 16 != 1 {
            position = place + UInt64(taken.count + 15) / 8 * 8
        }
        if mistake == .saysDurableEarly { lane.set(Lane.durable, position) }
        return taken
    }

    mutating func overwrite() {
        for taken in identities {
            let count = taken.count + (mistake == .overwritesTooMuch ? 8 : 0)
            let start = offset(taken.position) + 8
            guard start + count <= Lane.bytes else { continue }
            unsafe (lane.start + start).initializeMemory(
                as: UInt8.self, repeating: 0, count: count)
        }
        identities.removeAll(keepingCapacity: true)
    }

    mutating func release() {
        if mistake == .givesNothingBack { return lane.set(Lane.durable, position) }
        if mistake == .headBeforeDurable { lane.set(Lane.head, position) }
        lane.set(Lane.durable, position)
        lane.set(Lane.head, mistake == .givesBackUnread ? lane.tail : position)
        guard mistake == .scribblesOnTail else { return }
        let tail = lane.tail
        lane.set(Lane.tailOffset, tail + 8)
        lane.set(Lane.tailOffset, tail)
    }

    private func offset(_ place: UInt64) -> Int {
        LaneLayout.headerBytes + Int(place % UInt64(Script.capacity))
    }

    private func data(_ place: UInt64) -> UInt64 { lane.word(offset(place)) }
}

internal import Ring

/// What is known of a script's writes, from what each of them returned.
struct Ledger {
    /// A record that the reader has to be given.
    struct Entry {
        let place: Place
        let flags: RecordFlags
        let write: Script.Write
    }

    let script: Script
    /// What was committed, in order.
    private(set) var entries: [Entry] = []
    /// How many writes have returned.
    private(set) var endedCount = 0
    private(set) var drops = DropCounts()
    private(set) var refusedCount = 0
    private(set) var paddedCount = 0
    /// Critical records where no other had room.
    private(set) var lastRoomCount = 0
    private var hasDropped = false

    init(_ script: Script) { self.script = script }

    /// The next write, as it will stand in the lane if it comes to that.
    var coming: Entry? {
        guard endedCount < script.writes.count else { return nil }
        let write = script.writes[endedCount]
        let flags = hasDropped ? write.flags.union(.afterDrop) : write.flags
        let place = Place(payload: write.payload.count, behind: entries.last?.place.end ?? 0)
        return Entry(place: place, flags: flags, write: write)
    }

    /// Takes down what a write returned; nil where that is right.
    ///
    /// - Parameters:
    ///   - before: what had been given back when the write began.
    ///   - after: what has been given back by now.
    mutating func end(_ outcome: HandOver, before: UInt64, after: UInt64) -> Fault? {
        guard let entry = coming else { return .corrupt }
        let (write, place) = (entry.write, entry.place)
        let isCritical = write.flags.contains(.critical)
        endedCount += 1
        guard outcome == .written else {
            hasDropped = true
            drops = drops.with(write)
            refusedCount += outcome == .refused ? 1 : 0
            guard outcome == .full else { return write.isAllowed ? .corrupt : nil }
            guard write.isAllowed else { return .corrupt }
            return place.fits(head: before, isCritical: isCritical) ? .wedged : nil
        }
        hasDropped = false
        entries.append(entry)
        paddedCount += place.padded
        lastRoomCount += place.fits(head: after, isCritical: false) ? 0 : 1
        guard write.isAllowed else { return .corrupt }
        return place.fits(head: after, isCritical: isCritical) ? nil : .corrupt
    }
}

/// What a writer says that it dropped.
struct DropCounts: Equatable {
    var records: UInt64 = 0
    var bytes: UInt64 = 0
    var lastAt: UInt64 = 0

    /// With one more.
    func with(_ write: Script.Write) -> DropCounts {
        DropCounts(
            records: records + 1, bytes: bytes + UInt64(write.payload.count), lastAt: write.time)
    }
}

extension DropCounts {
    init(_ drops: Drops) {
        self.init(records: drops.records, bytes: drops.bytes, lastAt: drops.lastAt)
    }
}

/// How a lane can fail its users.
enum Fault: String, CaseIterable {
    /// It does not go on: no record comes through it any more, or a write does not return.
    case wedged
    /// A record or a count that is none: never written, not as it was written, or not in its turn.
    case corrupt
    /// A record that was written, or was there already, is not there.
    case lost
}

/// How often each was found, at how many points.
struct Tally {
    var points = 0
    /// What was found first, for whoever has to mend it.
    private(set) var first: String?
    private var counts: [Fault: Int] = [:]

    subscript(_ fault: Fault) -> Int { counts[fault] ?? 0 }

    var isClean: Bool { counts.isEmpty }

    mutating func note(_ fault: Fault, _ what: String) {
        counts[fault, default: 0] += 1
        if first == nil { first = "\(fault.rawValue) at point \(points): \(what)" }
    }

    static func += (sum: inout Tally, other: Tally) {
        sum.points += other.points
        sum.counts.merge(other.counts, uniquingKeysWith: +)
        sum.first = sum.first ?? other.first
    }

    var text: String {
        let found = Fault.allCases.map { "\(self[$0]) \($0.rawValue)" }
        return "\(points) points, " + found.joined(separator: ", ")
    }
}

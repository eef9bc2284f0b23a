internal import Events

/// One visit of the log.
struct Visit {
    /// What undoing a change to the log means for a visit as it stands here.
    enum Undo: UInt8 {
        /// It was begun: it goes.
        case begun
        /// It was changed: it stands here as it was.
        case changed
        /// It was forgotten: it comes back.
        case forgotten
    }

    let number: UInt64
    var startMilliseconds: Int64
    var lastMilliseconds: Int64
    /// When it ended otherwise than by time; `.max` while it did not.
    var endMilliseconds: Int64 = .max
    var actor = Actor.shopper
    /// Whether it began with an event like any other: then it may have begun earlier.
    var isByActivity: Bool
    /// Whether it takes only events of those whom it knows.
    var isAside: Bool
    /// Identities and producers' names, each in the order in which they were first seen.
    private(set) var names: [VisitName] = []
    /// An identity that says nothing here, to know it again at once.
    var ignored: VisitName?
    /// Counts what happened in the log: the smallest is the first to be forgotten.
    var touched: UInt64 = 0
    /// The commit before which it is saved in the journal.
    var savedFor: UInt64 = 0
    var undo = Undo.changed

    // A shopper has one of each type; what is beyond is a producer's whim.
    private static let namesMost = 8

    init(number: UInt64, at timeMilliseconds: Int64, cause: Placement.Cause) {
        self.number = number
        startMilliseconds = timeMilliseconds
        lastMilliseconds = timeMilliseconds
        isByActivity = cause == .activity
        isAside = cause == .aside
    }

    /// Whether an event of this time is within it.
    func covers(_ timeMilliseconds: Int64, idle: Int64) -> Bool {
        startMilliseconds <= timeMilliseconds && isNear(timeMilliseconds, idle: idle)
            && timeMilliseconds <= endMilliseconds
    }

    /// Whether an event of this time is no longer than the timeout after its last.
    func isNear(_ timeMilliseconds: Int64, idle: Int64) -> Bool {
        timeMilliseconds - idle <= lastMilliseconds
    }

    func comesAfter(_ other: Visit) -> Bool {
        startMilliseconds != other.startMilliseconds
            ? startMilliseconds > other.startMilliseconds : number > other.number
    }

    func knows(_ name: VisitName) -> Bool {
        for known in names where known.isSame(as: name) { return true }
        return false
    }

    /// Whether it knows one of an identity's type that is another, or another name of a producer.
    func knowsOther(than name: VisitName) -> Bool {
        for known in names where known.type == name.type {
            if name.type != VisitName.anonymous || known.producer == name.producer { return true }
        }
        return false
    }

    /// Whether this producer said this identity in it.
    func heard(_ name: VisitName) -> Bool {
        for known in names where known.isSame(as: name) && known.producer == name.producer {
            return true
        }
        return false
    }

    /// Learns a name that it does not know; of too many the oldest is forgotten.
    mutating func learn(_ name: VisitName) {
        var count = 0
        var oldest = 0
        let isAnonymous = name.type == VisitName.anonymous
        for index in names.indices.reversed()
        where (names[index].type == VisitName.anonymous) == isAnonymous {
            count += 1
            oldest = index
        }
        if count == Self.namesMost { names.remove(at: oldest) }
        names.append(name)
    }

    /// Takes an event in, the log's so many-th.
    mutating func note(_ event: VisitEvent, count: UInt64) {
        let time = event.timeMilliseconds
        touched = count
        lastMilliseconds = max(lastMilliseconds, time)
        if let name = event.anonymous, !knows(name) { learn(name) }
        if let asked = event.actor { self.count(as: asked) }
        guard event.mark == .end || event.mark == .endOnly else { return }
        endMilliseconds = max(endMilliseconds == .max ? .min : endMilliseconds, time)
    }

    /// Once staff's or test's it stays so: what follows may be theirs.
    mutating func count(as asked: Actor) {
        if actor == .shopper { actor = asked }
    }
}

public import Events

/// What a log was at its last commit, as changes to be undone: a commit may fail.
///
/// One copy of a visit is made a commit, however often it changes.
struct VisitJournal {
    // Beyond this a copy of the whole log is the smaller journal.
    private static let entriesMost = 1024

    private(set) var commitNumber: UInt64 = 1
    private var entries: [Visit] = []
    private var whole: [Visit]?
    private var shared: SharedIdentities?
    private var opened = DayCount()

    /// Adds a change that has been made to `visits`, or is about to be.
    mutating func add(_ change: Visit, _ visits: borrowing [Visit]) {
        guard whole == nil else { return }
        entries.append(change)
        guard entries.count > Self.entriesMost else { return }
        var before = copy visits
        undo(&before)
        whole = before
        entries = []
    }

    /// Keeps what is counted, as it was before the first change.
    mutating func keep(_ shared: SharedIdentities, _ opened: DayCount) {
        guard self.shared == nil else { return }
        self.shared = shared
        self.opened = opened
    }

    /// What was changed stays.
    mutating func commit() {
        commitNumber += 1
        shared = nil
        whole = nil
        if !entries.isEmpty { entries.removeAll(keepingCapacity: entries.count <= 16) }
    }

    /// Takes back what was changed since the last commit.
    mutating func rollBack(
        _ visits: inout [Visit], _ shared: inout SharedIdentities, _ opened: inout DayCount
    ) {
        if let whole { visits = whole } else { undo(&visits) }
        if let before = self.shared { (shared, opened) = (before, self.opened) }
        commit()
    }

    private func undo(_ visits: inout [Visit]) {
        for entry in entries.reversed() {
            if entry.undo != .forgotten,
                let index = visits.firstIndex(where: { $0.number == entry.number })
            {
                visits.remove(at: index)
            }
            if entry.undo != .begun { _ = Self.enter(entry, &visits) }
        }
    }

    /// Puts a visit where its start says.
    ///
    /// - Returns: its place.
    static func enter(_ visit: Visit, _ visits: inout [Visit]) -> Int {
        var index = visits.count
        while index > 0, visits[index - 1].comesAfter(visit) { index -= 1 }
        visits.insert(visit, at: index)
        return index
    }
}

extension VisitLog {
    /// What was placed is stored.
    public mutating func commit() { journal.commit() }

    /// What was placed since the last commit is not stored, and will come again.
    public mutating func rollBack() { journal.rollBack(&visits, &shared, &opened) }

    /// What an operator is told of a moment.
    public func summary(at timeMilliseconds: Int64) -> VisitSummary {
        var summary = VisitSummary()
        summary.visitsWithinDay = opened.total(at: timeMilliseconds)
        summary.sharedCount = shared.sharedCount
        summary.sharedTypes = shared.sharedTypes
        let current = visits.last {
            !$0.isAside && $0.startMilliseconds <= timeMilliseconds
        }
        guard let current, current.covers(timeMilliseconds, idle: idleTimeoutMilliseconds),
            current.endMilliseconds == .max
        else { return summary }
        summary.number = current.number
        summary.startMilliseconds = current.startMilliseconds
        summary.lastMilliseconds = current.lastMilliseconds
        summary.actor = current.actor
        for name in current.names where name.type != VisitName.anonymous {
            summary.identityTypes |= 1 << UInt32(name.type & 31)
        }
        return summary
    }
}

/// The visit of a moment, and what was counted; of an identity the type alone.
public struct VisitSummary: Sendable {
    /// The visit that goes on; nil between visits.
    public internal(set) var number: UInt64?
    /// When it began, on the monotonic clock.
    public internal(set) var startMilliseconds: Int64 = 0
    /// When its latest event happened.
    public internal(set) var lastMilliseconds: Int64 = 0
    /// Whose doing it is.
    public internal(set) var actor = Actor.shopper
    /// Bit k: an identity of type k is known.
    public internal(set) var identityTypes: UInt32 = 0
    /// How many visits began within a day.
    public internal(set) var visitsWithinDay = 0
    /// How many identities are shared by many.
    public internal(set) var sharedCount = 0
    /// Bit k: one of type k is.
    public internal(set) var sharedTypes: UInt32 = 0
}

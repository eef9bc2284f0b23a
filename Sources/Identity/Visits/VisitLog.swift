internal import Events

/// Who was at the kiosk when: the latest visits, in memory alone, and where each event belongs.
///
/// On one thread. The rules are on the module's page.
public struct VisitLog: Sendable {
    // A day at a busy kiosk, and the sendings that come late.
    static let visitsMost = 512

    private let rules: VisitRules
    /// By start, then number.
    var visits: [Visit] = []
    var shared = SharedIdentities()
    var opened = DayCount()
    var journal = VisitJournal()
    private var eventCount: UInt64 = 0

    var idleTimeoutMilliseconds: Int64 { rules.idleTimeoutMilliseconds }

    /// Makes a log without a visit.
    public init(rules: VisitRules) { self.rules = rules }

    /// Finds or begins the visit that an event belongs to.
    ///
    /// What is placed after the last `commit()` is undone by `rollBack()`.
    public mutating func place(_ event: VisitEvent) -> Placement {
        let time = event.timeMilliseconds
        let (before, index) = candidate(for: event)
        if event.lane == .ambient, event.mark == .none {
            guard let index, visits[index].covers(time, idle: rules.idleTimeoutMilliseconds) else {
                return Placement()
            }
            return placement(index, .joined, Ignored())
        }
        var ignored = Ignored()
        var names: [VisitName] = []
        if !event.identities.isEmpty { names = heeded(event, index, &ignored) }
        if event.mark == .start { return begin(event, .start, names, ignored, after: before) }
        guard let index else {
            if event.mark == .endOnly {
                return Placement(ignored: ignored.all, stale: ignored.stale)
            }
            return begin(event, .activity, names, ignored, after: nil)
        }
        if let cause = contradiction(event, names, to: index) {
            let visit = visits[index]
            let isAside = visit.isAside || time < visit.lastMilliseconds
            let isBefore = time < visit.startMilliseconds
            return begin(
                event, isBefore ? .activity : isAside ? .aside : cause, names, ignored, after: nil)
        }
        return join(event, index, names, ignored)
    }

    // MARK: which visit

    /// The visit that an event of its time would join, and the latest that began before it.
    private func candidate(for event: VisitEvent) -> (before: Int?, index: Int?) {
        let time = event.timeMilliseconds
        let idle = rules.idleTimeoutMilliseconds
        let next = firstIndex(after: time)
        var index = next - 1
        while index >= 0, visits[index].isAside {
            if visits[index].covers(time, idle: idle), isKnown(event, in: visits[index]) {
                return (index, index)
            }
            index -= 1
        }
        let before = index >= 0 ? index : nil
        if let before, visits[before].covers(time, idle: idle) { return (before, before) }
        // What tells the end a second time belongs to what has ended.
        if let before, event.mark == .end || event.mark == .endOnly,
            visits[before].isNear(time, idle: idle)
        {
            return (before, before)
        }
        guard event.lane != .ambient, event.mark != .endOnly else { return (before, nil) }
        var following = next
        while following < visits.count, visits[following].isAside { following += 1 }
        if following < visits.count, visits[following].isByActivity,
            visits[following].startMilliseconds - time <= idle
        {
            return (before, following)
        }
        return (before, nil)
    }

    /// The place of the first visit that began later than a moment.
    private func firstIndex(after time: Int64) -> Int {
        var low = 0
        var high = visits.count
        // Most events are of the newest.
        if high > 0, visits[high - 1].startMilliseconds <= time { return high }
        while low < high {
            let middle = (low + high) / 2
            if visits[middle].startMilliseconds > time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func isKnown(_ event: VisitEvent, in visit: Visit) -> Bool {
        for name in event.identities where visit.knows(name) { return true }
        if let name = event.anonymous { return visit.knows(name) }
        return false
    }

    // MARK: who it is

    /// The identities that say something, and bits for those that do not.
    private mutating func heeded(
        _ event: VisitEvent, _ index: Int?, _ ignored: inout Ignored
    ) -> [VisitName] {
        var names: [VisitName] = []
        var isStale = false
        if event.kind != .identify, event.kind != .alias {
            for name in event.identities
            where name.type == IdentityType.user.rawValue && self.isStale(name, index) {
                isStale = true
            }
        }
        for (place, name) in event.identities.prefix(VisitEvent.identitiesMost).enumerated() {
            let isKnown = index.map { visits[$0].knows(name) } ?? false
            if !isKnown, isStale, self.isStale(name, index) {
                ignored.all |= 1 << UInt32(place)
                ignored.stale |= 1 << UInt32(place)
            } else if !isKnown, !rules.isBadge(name), isShared(name, event) {
                ignored.all |= 1 << UInt32(place)
            } else {
                names.append(name)
            }
        }
        return names
    }

    /// Whether a producer repeats an identity from another visit than this.
    private mutating func isStale(_ name: VisitName, _ index: Int?) -> Bool {
        if let index {
            if visits[index].knows(name) { return false }
            if let ignored = visits[index].ignored, ignored.isSame(as: name),
                ignored.producer == name.producer
            {
                return true
            }
        }
        for visit in visits.reversed() where visit.heard(name) {
            if let index {
                save(index)
                visits[index].ignored = name
            }
            return true
        }
        return false
    }

    private mutating func isShared(_ name: VisitName, _ event: VisitEvent) -> Bool {
        journal.keep(shared, opened)
        return shared.isShared(
            name, at: event.timeMilliseconds, visitsMost: rules.sharedIdentityVisits)
    }

    /// Why an event cannot be of whom a visit knows; nil where it can.
    private func contradiction(
        _ event: VisitEvent, _ names: [VisitName], to index: Int
    ) -> Placement.Cause? {
        guard rules.isSplitting else { return nil }
        var isOther = false
        for name in names {
            if visits[index].knows(name) { return nil }
            if visits[index].knowsOther(than: name) { isOther = true }
        }
        if isOther { return .otherIdentity }
        guard let name = event.anonymous, !visits[index].knows(name),
            visits[index].knowsOther(than: name)
        else { return nil }
        for visit in visits where visit.knows(name) { return nil }
        return .otherName
    }

    // MARK: changes

    private mutating func join(
        _ event: VisitEvent, _ index: Int, _ names: [VisitName], _ ignored: Ignored
    ) -> Placement {
        save(index)
        var index = index
        if event.timeMilliseconds < visits[index].startMilliseconds {
            var visit = visits.remove(at: index)
            visit.startMilliseconds = event.timeMilliseconds
            index = VisitJournal.enter(visit, &visits)
        }
        note(event, names, index)
        return placement(index, .joined, ignored)
    }

    /// Begins a visit; in the midst of the one `before` it takes what follows there.
    private mutating func begin(
        _ event: VisitEvent, _ cause: Placement.Cause, _ names: [VisitName], _ ignored: Ignored,
        after before: Int?
    ) -> Placement {
        journal.keep(shared, opened)
        opened.add(at: event.timeMilliseconds)
        var visit = Visit(number: event.number, at: event.timeMilliseconds, cause: cause)
        if let before, visits[before].covers(event.timeMilliseconds, idle: 0) {
            visit.lastMilliseconds = visits[before].lastMilliseconds
            visit.endMilliseconds = visits[before].endMilliseconds
        }
        if visits.count == Self.visitsMost { forgetOne() }
        visit.savedFor = journal.commitNumber
        let index = VisitJournal.enter(visit, &visits)
        visit.undo = .begun
        journal.add(visit, visits)
        note(event, names, index)
        return placement(index, cause, ignored)
    }

    private mutating func note(_ event: VisitEvent, _ names: [VisitName], _ index: Int) {
        eventCount += 1
        if !names.isEmpty { learn(names, index, event.timeMilliseconds) }
        visits[index].note(event, count: eventCount)
    }

    private mutating func learn(_ names: [VisitName], _ index: Int, _ time: Int64) {
        for name in names {
            if rules.isBadge(name) { visits[index].count(as: .staff) }
            guard !visits[index].knows(name) else { continue }
            visits[index].learn(name)
            shared.count(name, at: time)
        }
    }

    /// Forgets the visit that nothing has happened in for longest.
    private mutating func forgetOne() {
        var oldest = 0
        for index in visits.indices where visits[index].touched < visits[oldest].touched {
            oldest = index
        }
        var visit = visits.remove(at: oldest)
        visit.undo = .forgotten
        journal.add(visit, visits)
    }

    private mutating func save(_ index: Int) {
        guard visits[index].savedFor != journal.commitNumber else { return }
        visits[index].savedFor = journal.commitNumber
        var visit = visits[index]
        visit.undo = .changed
        journal.add(visit, visits)
    }

    private func placement(
        _ index: Int, _ cause: Placement.Cause, _ ignored: Ignored
    ) -> Placement {
        Placement(
            visit: visits[index].number, actor: visits[index].actor, cause: cause,
            ignored: ignored.all, stale: ignored.stale)
    }
}

/// Which identities of an event say nothing, a bit each.
private struct Ignored {
    var all: UInt32 = 0
    var stale: UInt32 = 0
}

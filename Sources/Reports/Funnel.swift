/// Counts visits, people and revenue over rows that are fed one at a time.
///
/// Memory grows with distinct people and with visits that hold a person's first order, not with
/// events.
public struct Funnel {
    /// The longest silence within one visit: 30 minutes.
    public static let visitGapMilliseconds: Int64 = 30 * 60 * 1000

    private let stageCount: Int
    private let repeatOrderStage: Int
    private let hasAllActors: Bool
    private var counts = FunnelCounts()
    private var people: [Set<Person>]
    private var open: OpenVisit?
    private var rowCount: Int64 = 0
    private var firstOrders: [Person: FirstOrder] = [:]

    private struct FirstOrder {
        var timeMilliseconds: Int64
        var row: Int64
        var position: Int
        /// Nil for an order outside any visit.
        var path: VisitPath?

        func isBefore(_ other: FirstOrder) -> Bool {
            (timeMilliseconds, row) < (other.timeMilliseconds, other.row)
        }
    }

    /// Begins an empty count.
    ///
    /// - Parameters:
    ///   - stageCount: the funnel's length, at most 64.
    ///   - repeatOrderStage: the stage that a person's second completed order reaches.
    ///   - hasAllActors: whether visits of staff and tests count like a shopper's.
    public init(stageCount: Int, repeatOrderStage: Int, hasAllActors: Bool = false) {
        precondition(0..<64 ~= stageCount && 0..<stageCount ~= repeatOrderStage)
        self.stageCount = stageCount
        self.repeatOrderStage = repeatOrderStage
        self.hasAllActors = hasAllActors
        people = Array(repeating: [], count: stageCount)
        counts.stages = Array(repeating: FunnelCounts.Stage(), count: stageCount)
        counts.goneOn = Array(repeating: 0, count: stageCount - 1)
    }

    /// Adds one event; the order of rows is that of ``FunnelRow``.
    public mutating func add(_ row: FunnelRow) {
        rowCount += 1
        guard let visitor = row.visitor else {
            addOutsideVisits(row)
            return
        }
        if let open, !open.continues(with: row, gapMilliseconds: Self.visitGapMilliseconds) {
            close(open)
            self.open = nil
        }
        var visit = open.take() ?? OpenVisit(of: row, visitor: visitor, stageCount: stageCount)
        visit.add(row, number: rowCount)
        open = visit
    }

    /// Ends the count.
    public consuming func finish() -> FunnelCounts {
        if let open { close(open) }
        // What is still a person's first order stays one.
        for order in firstOrders.values { settle(order) }
        for stage in 0..<stageCount { counts.stages[stage].people = Int64(people[stage].count) }
        return counts
    }

    private mutating func addRevenue(_ order: FunnelOrder) {
        let (money, sign): (Money, Int128) =
            switch order {
            case .completed(let money): (money, 1)
            case .refunded(let money): (money, -1)
            }
        switch money {
        case .missing: counts.missingAmounts += 1
        case .unreadable: counts.unreadableAmounts += 1
        case .amount(let currency, let minorUnits):
            var revenue = counts.revenue[currency] ?? FunnelCounts.Revenue()
            revenue.minorUnits += sign * Int128(minorUnits)
            if sign > 0 { revenue.completed += 1 } else { revenue.refunded += 1 }
            counts.revenue[currency] = revenue
        }
    }

    /// An order outside visits reaches no stage, but it may be its user's first.
    private mutating func addOutsideVisits(_ row: FunnelRow) {
        counts.eventsOutsideVisits += 1
        if let order = row.order { addRevenue(order) }
        guard case .completed = row.order, let user = row.user else { return }
        rank(
            FirstOrder(
                timeMilliseconds: row.timeMilliseconds, row: rowCount, position: 0, path: nil),
            of: .user(user))
    }

    private mutating func close(_ visit: OpenVisit) {
        if !hasAllActors {
            switch visit.actor {
            case .shopper: break
            case .staff:
                counts.staffVisitsLeftOut += 1
                return
            case .test:
                counts.testVisitsLeftOut += 1
                return
            }
        }
        for order in visit.revenue { addRevenue(order) }
        counts.visits += 1
        // Held open by one until all of its orders are ranked.
        visit.path.unsettledOrders = 1
        for (person, deeds) in visit.deeds() {
            for stage in 0..<stageCount where deeds.stages >> UInt64(stage) & 1 == 1 {
                people[stage].insert(person)
            }
            for order in deeds.orders {
                visit.path.unsettledOrders += 1
                rank(
                    FirstOrder(
                        timeMilliseconds: order.timeMilliseconds, row: order.row,
                        position: order.position, path: visit.path),
                    of: person)
            }
        }
        release(visit.path)
    }

    /// Keeps the earlier of a person's orders as the first; the other one is a repeat.
    private mutating func rank(_ order: FirstOrder, of person: Person) {
        guard let first = firstOrders[person] else {
            firstOrders[person] = order
            return
        }
        let isEarlier = order.isBefore(first)
        if isEarlier { firstOrders[person] = order }
        let repeated = isEarlier ? first : order
        guard let path = repeated.path else { return }
        people[repeatOrderStage].insert(person)
        path.reach(repeatOrderStage, at: repeated.position + 1)
        settle(repeated)
    }

    private mutating func settle(_ order: FirstOrder) {
        if let path = order.path { release(path) }
    }

    private mutating func release(_ path: VisitPath) {
        path.unsettledOrders -= 1
        guard path.unsettledOrders == 0 else { return }
        for stage in 0..<stageCount where path.reached(stage) {
            counts.stages[stage].visits += 1
        }
        for stage in 0..<stageCount - 1 where path.wentOn(from: stage) {
            counts.goneOn[stage] += 1
        }
    }
}

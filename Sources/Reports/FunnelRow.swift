/// What the funnel needs to know of one event.
///
/// Rows come ordered by device, then visitor or visit, then the device's order of events; rows
/// without either may stand anywhere.
public struct FunnelRow: Sendable {
    /// A number that tells devices apart.
    public var device: Int64
    /// What tells visitors of one device apart, or its visits; nil for an event that is part of no
    /// visit.
    public var visitor: String?
    /// Whether the device says what a visit is: then `visitor` names one, however long it lasts.
    public var isWholeVisit: Bool
    /// Whose doing the device says it is.
    public var actor: VisitActor
    /// The user id, if the event carries one; the same person on every device.
    public var user: String?
    /// The funnel stage, counted from 0.
    public var stage: Int?
    /// When it happened: milliseconds since 1970.
    public var timeMilliseconds: Int64
    /// What it says of an order.
    public var order: FunnelOrder?

    /// Makes a row of its parts.
    public init(
        device: Int64, visitor: String?, isWholeVisit: Bool = false,
        actor: VisitActor = .shopper, user: String?, stage: Int?, timeMilliseconds: Int64,
        order: FunnelOrder?
    ) {
        self.device = device
        self.visitor = visitor
        self.isWholeVisit = isWholeVisit
        self.actor = actor
        self.user = user
        self.stage = stage
        self.timeMilliseconds = timeMilliseconds
        self.order = order
    }
}

/// Whose doing a visit is; of several the last in this order counts.
public enum VisitActor: Int64, Comparable, Sendable {
    case shopper, staff, test

    /// Whether one counts for less than another.
    public static func < (left: VisitActor, right: VisitActor) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// An order completed or given back.
public enum FunnelOrder: Equatable, Sendable {
    case completed(Money)
    case refunded(Money)
}

/// What the funnel counted.
public struct FunnelCounts: Equatable, Sendable {
    /// The visits and people that reached one stage.
    public struct Stage: Equatable, Sendable {
        /// Visits with an event of the stage.
        public var visits: Int64 = 0
        /// Distinct people with such an event in a visit.
        public var people: Int64 = 0
    }

    /// The orders of one currency.
    public struct Revenue: Equatable, Sendable {
        /// Completed minus refunded, in minor units.
        public var minorUnits: Int128 = 0
        /// Completed orders with an amount in this currency.
        public var completed: Int64 = 0
        /// Refunds with an amount in this currency.
        public var refunded: Int64 = 0
    }

    /// All visits, whether they reached a stage or not.
    public var visits: Int64 = 0
    /// By stage, in the funnel's order.
    public var stages: [Stage] = []
    /// Element k: visits that reached stage k and later stage k + 1.
    public var goneOn: [Int64] = []
    /// By currency code.
    public var revenue: [String: Revenue] = [:]
    /// Orders and refunds whose amount or currency could not be read.
    public var unreadableAmounts: Int64 = 0
    /// Orders and refunds that named no amount.
    public var missingAmounts: Int64 = 0
    /// Events that belong to no visit, as the device says, or for want of visitor and session.
    public var eventsOutsideVisits: Int64 = 0
    /// Visits of staff, which count nowhere else here.
    public var staffVisitsLeftOut: Int64 = 0
    /// Visits that were tests, likewise.
    public var testVisitsLeftOut: Int64 = 0

    /// Visits that reached a stage and not, later, the one after it.
    public func dropOff(from stage: Int) -> Int64 { stages[stage].visits - goneOn[stage] }

    /// The share of a stage's visits that went on, in tenths of a per cent; nil where none came.
    public func perMilleGoneOn(from stage: Int) -> Int64? {
        let visits = stages[stage].visits
        return visits == 0 ? nil : (2000 * goneOn[stage] + visits) / (2 * visits)
    }
}

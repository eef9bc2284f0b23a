/// Who did something: a user wherever they are, else a visitor of one device.
///
/// Never a device.
enum Person: Hashable {
    case user(String)
    case visitor(device: Int64, name: String)
}

/// One completed order within a visit.
struct VisitOrder {
    var timeMilliseconds: Int64
    /// Counts the rows of the whole report: orders of one moment stay apart.
    var row: Int64
    /// Where it stands in its visit.
    var position: Int
}

/// What one person did in a visit.
struct Deeds {
    /// Bit k: an event of stage k.
    var stages: UInt64 = 0
    var orders: [VisitOrder] = []
}

/// Where in a visit each stage was reached first and last; it stays until its orders are ranked.
///
/// The event at index n of a visit stands at position 2n; what it brings about, at 2n + 1.
final class VisitPath {
    private(set) var first: [Int]
    private(set) var last: [Int]
    /// Orders of this visit that are their person's first, as far as is known.
    var unsettledOrders = 0

    init(stageCount: Int) {
        first = Array(repeating: .max, count: stageCount)
        last = Array(repeating: .min, count: stageCount)
    }

    func reach(_ stage: Int, at position: Int) {
        first[stage] = min(first[stage], position)
        last[stage] = max(last[stage], position)
    }

    func reached(_ stage: Int) -> Bool { first[stage] != .max }

    /// Whether the stage was reached, and after that the one behind it.
    func wentOn(from stage: Int) -> Bool { first[stage] < last[stage + 1] }
}

/// A visit that rows are still added to.
///
/// Its memory grows with the people and orders in it, not with its events.
struct OpenVisit {
    let device: Int64
    let visitor: String
    let path: VisitPath
    private(set) var actor = VisitActor.shopper
    /// What it says of revenue, until it is known whether it counts.
    private(set) var revenue: [FunnelOrder] = []
    private let isWhole: Bool
    private var lastTimeMilliseconds: Int64
    private var eventCount = 0
    /// Before the first user id.
    private var unnamed = Deeds()
    private var users: [String: Deeds] = [:]
    private var currentUser: String?

    init(of row: FunnelRow, visitor: String, stageCount: Int) {
        device = row.device
        self.visitor = visitor
        isWhole = row.isWholeVisit
        path = VisitPath(stageCount: stageCount)
        lastTimeMilliseconds = row.timeMilliseconds
    }

    /// Whether a row goes on with this visit: the device says so, or it is of the same visitor, and
    /// no more than the gap between.
    ///
    /// A clock set back makes a gap like one that ran on.
    func continues(with row: FunnelRow, gapMilliseconds: Int64) -> Bool {
        guard row.device == device, row.visitor == visitor, row.isWholeVisit == isWhole else {
            return false
        }
        if isWhole { return true }
        let (difference, overflow) = row.timeMilliseconds.subtractingReportingOverflow(
            lastTimeMilliseconds)
        return !overflow && difference.magnitude <= gapMilliseconds.magnitude
    }

    mutating func add(_ row: FunnelRow, number: Int64) {
        let position = 2 * eventCount
        eventCount += 1
        lastTimeMilliseconds = row.timeMilliseconds
        actor = max(actor, row.actor)
        if let order = row.order { revenue.append(order) }
        if let user = row.user { currentUser = user }
        var order: VisitOrder?
        if case .completed = row.order {
            order = VisitOrder(
                timeMilliseconds: row.timeMilliseconds, row: number, position: position)
        }
        if let stage = row.stage { path.reach(stage, at: position) }
        if let currentUser {
            Self.note(row.stage, order, in: &users[currentUser, default: Deeds()])
        } else {
            Self.note(row.stage, order, in: &unnamed)
        }
    }

    /// Who did what: what came before a visit's only user id is that user's too.
    func deeds() -> [(person: Person, deeds: Deeds)] {
        var deeds = users.map { (person: Person.user($0.key), deeds: $0.value) }
        if deeds.count == 1 {
            deeds[0].deeds.stages |= unnamed.stages
            deeds[0].deeds.orders += unnamed.orders
        } else if unnamed.stages != 0 || !unnamed.orders.isEmpty {
            deeds.append((.visitor(device: device, name: visitor), unnamed))
        }
        return deeds
    }

    private static func note(_ stage: Int?, _ order: VisitOrder?, in deeds: inout Deeds) {
        if let stage { deeds.stages |= 1 << UInt64(stage) }
        if let order { deeds.orders.append(order) }
    }
}

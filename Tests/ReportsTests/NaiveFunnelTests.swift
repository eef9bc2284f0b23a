import Testing

@testable import Reports

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The definitions of the module's page once more, written for plainness: all rows at hand, visits
/// as lists, every pair of events looked at.
private struct NaiveFunnel {
    private struct Item {
        var row: FunnelRow
        var number: Int
        var visit: Int?
        var person: String?
        var stages: [(stage: Int, half: Int)] = []
    }

    static func counts(_ rows: [FunnelRow]) -> FunnelCounts {
        var items = rows.enumerated().map { Item(row: $0.element, number: $0.offset) }
        let visits = split(&items)
        name(&items, visits)
        rank(&items)
        var counts = FunnelCounts()
        counts.visits = Int64(visits.count)
        counts.eventsOutsideVisits = Int64(rows.count { $0.visitor == nil })
        for stage in 0..<5 {
            let reached = visits.filter { visit in
                visit.contains { items[$0].stages.contains { $0.stage == stage } }
            }
            let people = Set(
                items.filter { item in
                    item.visit != nil && item.stages.contains { $0.stage == stage }
                }.map { $0.person ?? "" })
            counts.stages.append(
                FunnelCounts.Stage(visits: Int64(reached.count), people: Int64(people.count)))
            guard stage < 4 else { continue }
            counts.goneOn.append(Int64(visits.count { goesOn($0.map { items[$0] }, from: stage) }))
        }
        money(rows, &counts)
        return counts
    }

    private static func split(_ items: inout [Item]) -> [[Int]] {
        var visits: [[Int]] = []
        var latest: [String: Int] = [:]
        for index in items.indices {
            let row = items[index].row
            guard let visitor = row.visitor else { continue }
            let key = "\(row.device)/\(visitor)"
            if let visit = latest[key], let last = visits[visit].last,
                abs(row.timeMilliseconds - items[last].row.timeMilliseconds) <= 1_800_000
            {
                visits[visit].append(index)
                items[index].visit = visit
            } else {
                latest[key] = visits.count
                items[index].visit = visits.count
                visits.append([index])
            }
        }
        return visits
    }

    private static func name(_ items: inout [Item], _ visits: [[Int]]) {
        for visit in visits {
            let users = Set(visit.compactMap { items[$0].row.user })
            var current = users.count == 1 ? users.first : nil
            for index in visit {
                let row = items[index].row
                current = row.user ?? current
                items[index].person =
                    current.map { "user \($0)" } ?? "visitor \(row.device) \(row.visitor ?? "")"
            }
        }
        for index in items.indices where items[index].visit == nil {
            items[index].person = items[index].row.user.map { "user \($0)" }
        }
    }

    private static func rank(_ items: inout [Item]) {
        var first: [String: Int] = [:]
        for item in items {
            guard case .completed = item.row.order, let person = item.person else { continue }
            let known = first[person].map { items[$0] }
            if let known,
                (known.row.timeMilliseconds, known.number)
                    < (item.row.timeMilliseconds, item.number)
            {
                continue
            }
            first[person] = item.number
        }
        for index in items.indices where items[index].visit != nil {
            if let stage = items[index].row.stage { items[index].stages.append((stage, 0)) }
            guard case .completed = items[index].row.order, let person = items[index].person else {
                continue
            }
            if first[person] != index { items[index].stages.append((3, 1)) }
        }
    }

    private static func goesOn(_ visit: [Item], from stage: Int) -> Bool {
        for (early, item) in visit.enumerated() {
            for one in item.stages where one.stage == stage {
                for (late, other) in visit.enumerated() {
                    for two in other.stages where two.stage == stage + 1 {
                        if (early, one.half) < (late, two.half) { return true }
                    }
                }
            }
        }
        return false
    }

    private static func money(_ rows: [FunnelRow], _ counts: inout FunnelCounts) {
        for row in rows {
            switch row.order {
            case .completed(.amount(let currency, let minorUnits)):
                counts.revenue[currency, default: .init()].minorUnits += Int128(minorUnits)
                counts.revenue[currency, default: .init()].completed += 1
            case .refunded(.amount(let currency, let minorUnits)):
                counts.revenue[currency, default: .init()].minorUnits -= Int128(minorUnits)
                counts.revenue[currency, default: .init()].refunded += 1
            case .completed(.unreadable), .refunded(.unreadable): counts.unreadableAmounts += 1
            case .completed(.missing), .refunded(.missing): counts.missingAmounts += 1
            case nil: break
            }
        }
    }
}

@Suite struct `The funnel over random events` {
    /// A few devices, visitors and users, so that they meet often.
    private func rows(seed: UInt64) -> [FunnelRow] {
        var numbers = SeededNumbers(seed: seed)
        var rows: [FunnelRow] = []
        for device in 1...Int64.random(in: 1...4, using: &numbers) {
            for visitor in [nil, "a", "b", "c"] as [String?] {
                var time = Int64.random(in: 0...20_000_000, using: &numbers)
                for _ in 0..<Int.random(in: 0...25, using: &numbers) {
                    let stride: Int64 = Int.random(in: 0..<8, using: &numbers) == 0 ? 4 : 1
                    time += Int64.random(in: -600_000...900_000, using: &numbers) * stride
                    rows.append(
                        FunnelRow(
                            device: device, visitor: visitor, user: user(&numbers),
                            stage: stage(&numbers), timeMilliseconds: time,
                            order: order(&numbers)))
                }
            }
        }
        return rows
    }

    private func user(_ numbers: inout SeededNumbers) -> String? {
        Int.random(in: 0..<4, using: &numbers) == 0
            ? ["u", "v", "w"].randomElement(using: &numbers) : nil
    }

    private func stage(_ numbers: inout SeededNumbers) -> Int? {
        let stage = Int.random(in: 0...6, using: &numbers)
        return stage < 5 ? stage : nil
    }

    private func order(_ numbers: inout SeededNumbers) -> FunnelOrder? {
        let amount = Money.amount(
            currency: ["EUR", "JPY"].randomElement(using: &numbers) ?? "EUR",
            minorUnits: Int64.random(in: -50...5000, using: &numbers))
        return switch Int.random(in: 0..<20, using: &numbers) {
        case 0...3: .completed(amount)
        case 4: .refunded(amount)
        case 5: .completed(.missing)
        case 6: .refunded(.unreadable)
        default: nil
        }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func `counts what the plain definitions count`(seed: UInt64) {
        let rows = rows(seed: seed)
        var funnel = Funnel(stageCount: 5, repeatOrderStage: 3)
        for row in rows { funnel.add(row) }
        #expect(funnel.finish() == NaiveFunnel.counts(rows))
    }

    @Test func `meets every kind of count often enough to be compared`() {
        var loyal = 0
        for seed in 1...300 as ClosedRange<UInt64> {
            let counts = NaiveFunnel.counts(rows(seed: seed))
            if counts.stages[3].visits > 0, counts.goneOn.allSatisfy({ $0 > 0 }) { loyal += 1 }
        }
        #expect(loyal > 100)
    }
}

import Testing

@testable import Reports

/// Five stages by their initials, as in the product: Awareness to adVocacy.
enum Step: Int {
    case awareness, consideration, conversion, loyalty, advocacy
}

@Suite struct `The funnel` {
    private static let minute: Int64 = 60_000

    private func row(
        _ step: Step?, minute: Int64, visitor: String? = "v", user: String? = nil,
        device: Int64 = 1, order: FunnelOrder? = nil
    ) -> FunnelRow {
        FunnelRow(
            device: device, visitor: visitor, user: user, stage: step?.rawValue,
            timeMilliseconds: minute * Self.minute, order: order)
    }

    private func order(
        minute: Int64, visitor: String? = "v", user: String? = nil, device: Int64 = 1
    ) -> FunnelRow {
        row(
            .conversion, minute: minute, visitor: visitor, user: user, device: device,
            order: .completed(.amount(currency: "EUR", minorUnits: 100)))
    }

    private func counts(_ rows: [FunnelRow]) -> FunnelCounts {
        var funnel = Funnel(stageCount: 5, repeatOrderStage: Step.loyalty.rawValue)
        for row in rows { funnel.add(row) }
        return funnel.finish()
    }

    @Test func `of nothing is nothing`() {
        let counts = counts([])
        #expect(counts.visits == 0)
        #expect(counts.stages.map(\.visits) == [0, 0, 0, 0, 0])
        #expect(counts.goneOn == [0, 0, 0, 0])
        #expect(counts.perMilleGoneOn(from: 0) == nil)
    }

    @Test func `keeps a visit together over 30 minutes and parts it beyond`() {
        let exactly = counts([row(nil, minute: 0), row(nil, minute: 30)])
        #expect(exactly.visits == 1)
        var late = row(nil, minute: 30)
        late.timeMilliseconds += 1
        #expect(counts([row(nil, minute: 0), late]).visits == 2)
    }

    @Test func `takes a clock that was set back like one that ran on`() {
        #expect(counts([row(nil, minute: 40), row(nil, minute: 10)]).visits == 1)
        #expect(counts([row(nil, minute: 40), row(nil, minute: 9)]).visits == 2)
        var far = row(nil, minute: 0)
        far.timeMilliseconds = .min
        var near = row(nil, minute: 0)
        near.timeMilliseconds = .max
        #expect(counts([far, near]).visits == 2)
    }

    @Test func `parts visits by device and visitor`() {
        let counts = counts([
            row(.awareness, minute: 0), row(.awareness, minute: 1, visitor: "w"),
            row(.awareness, minute: 1, visitor: "w", device: 2),
        ])
        #expect(counts.visits == 3)
        #expect(counts.stages[0].people == 3)
    }

    @Test func `counts a conversion only where the next stage comes later`() {
        let forward = counts([row(.awareness, minute: 0), row(.consideration, minute: 1)])
        #expect(forward.goneOn == [1, 0, 0, 0])
        let backward = counts([row(.consideration, minute: 0), row(.awareness, minute: 1)])
        #expect(backward.goneOn == [0, 0, 0, 0])
        #expect(backward.stages.map(\.visits) == [1, 1, 0, 0, 0])
        let again = counts([
            row(.consideration, minute: 0), row(.awareness, minute: 1),
            row(.consideration, minute: 2),
        ])
        #expect(again.goneOn == [1, 0, 0, 0])
    }

    @Test func `takes later by order, not by the clock`() {
        let counts = counts([row(.awareness, minute: 5), row(.consideration, minute: 1)])
        #expect(counts.goneOn == [1, 0, 0, 0])
    }

    @Test func `does not ask for the stages before`() {
        let counts = counts([row(.consideration, minute: 0), row(.conversion, minute: 1)])
        #expect(counts.stages.map(\.visits) == [0, 1, 1, 0, 0])
        #expect(counts.goneOn == [0, 1, 0, 0])
        #expect(counts.dropOff(from: 1) == 0)
        #expect(counts.dropOff(from: 2) == 1)
        #expect(counts.perMilleGoneOn(from: 1) == 1000)
    }

    @Test func `gives a visit with one user to that user, from its beginning`() {
        let counts = counts([
            row(.awareness, minute: 0), row(.consideration, minute: 1, user: "u"),
            row(.awareness, minute: 0, visitor: "w", user: "u"),
        ])
        #expect(counts.stages[0] == FunnelCounts.Stage(visits: 2, people: 1))
        #expect(counts.stages[1] == FunnelCounts.Stage(visits: 1, people: 1))
    }

    @Test func `parts a visit of two users at the second one's first event`() {
        let counts = counts([
            row(.awareness, minute: 0), row(.consideration, minute: 1, user: "u"),
            row(.consideration, minute: 2), row(.consideration, minute: 3, user: "w"),
            row(.conversion, minute: 4),
        ])
        // Before any user the visitor; then u, u, w, w.
        #expect(counts.stages.map(\.people) == [1, 2, 1, 0, 0])
        #expect(counts.visits == 1)
    }

    @Test func `knows a user again on another device, a visitor not`() {
        let counts = counts([
            row(.awareness, minute: 0, user: "u"),
            row(.awareness, minute: 99, user: "u", device: 2),
            row(.consideration, minute: 0, device: 3), row(.consideration, minute: 0, device: 4),
        ])
        #expect(counts.stages[0].people == 1)
        #expect(counts.stages[1].people == 2)
    }

    @Test func `leads a person's second order on to loyalty`() {
        let counts = counts([
            row(.consideration, minute: 0, user: "u"), order(minute: 1), order(minute: 2),
        ])
        #expect(counts.stages.map(\.visits) == [0, 1, 1, 1, 0])
        #expect(counts.stages.map(\.people) == [0, 1, 1, 1, 0])
        #expect(counts.goneOn == [0, 1, 1, 0])
    }

    @Test func `takes the earliest order by time as the first, whatever comes in first`() {
        // Device 1 is read first, but its order is the later one.
        let counts = counts([
            order(minute: 500, user: "u"), row(.advocacy, minute: 501),
            order(minute: 100, user: "u", device: 2),
            row(.advocacy, minute: 101, device: 2),
        ])
        #expect(counts.stages[3] == FunnelCounts.Stage(visits: 1, people: 1))
        #expect(counts.goneOn == [0, 0, 1, 1])
    }

    @Test func `changes its mind when an earlier order turns up`() {
        let counts = counts([
            order(minute: 500, user: "u"), order(minute: 300, user: "u", device: 2),
            order(minute: 100, user: "u", device: 3),
        ])
        #expect(counts.visits == 3)
        #expect(counts.stages[3] == FunnelCounts.Stage(visits: 2, people: 1))
    }

    @Test func `lets an advocacy before the second order go on from nothing`() {
        let counts = counts([
            order(minute: 0, user: "u"), row(.advocacy, minute: 1), order(minute: 2),
        ])
        #expect(counts.stages.map(\.visits) == [0, 0, 1, 1, 1])
        #expect(counts.goneOn == [0, 0, 1, 0])
    }

    @Test func `counts orders outside visits for money and rank, not for stages`() {
        let counts = counts([
            order(minute: 0, visitor: nil, user: "u"), order(minute: 1, user: "u"),
            row(.awareness, minute: 5, visitor: nil),
        ])
        #expect(counts.visits == 1)
        #expect(counts.eventsOutsideVisits == 2)
        #expect(counts.stages.map(\.visits) == [0, 0, 1, 1, 0])
        #expect(counts.revenue["EUR"]?.completed == 2)
    }

    @Test func `adds revenue by currency, takes refunds off, and never adds currencies up`() {
        func money(_ order: FunnelOrder) -> FunnelRow { row(nil, minute: 0, order: order) }
        let counts = counts([
            money(.completed(.amount(currency: "EUR", minorUnits: 500))),
            money(.completed(.amount(currency: "EUR", minorUnits: 7))),
            money(.refunded(.amount(currency: "EUR", minorUnits: 600))),
            money(.completed(.amount(currency: "JPY", minorUnits: 500))),
            money(.completed(.unreadable)), money(.refunded(.missing)),
        ])
        #expect(
            counts.revenue == [
                "EUR": FunnelCounts.Revenue(minorUnits: -93, completed: 2, refunded: 1),
                "JPY": FunnelCounts.Revenue(minorUnits: 500, completed: 1, refunded: 0),
            ])
        #expect(counts.unreadableAmounts == 1)
        #expect(counts.missingAmounts == 1)
    }

    @Test func `adds amounts beyond 64 bits`() {
        var funnel = Funnel(stageCount: 5, repeatOrderStage: 3)
        for _ in 0..<2000 {
            funnel.add(
                row(
                    nil, minute: 0,
                    order: .completed(.amount(currency: "EUR", minorUnits: MinorUnits.limit))))
        }
        #expect(funnel.finish().revenue["EUR"]?.minorUnits == 2000 * Int128(MinorUnits.limit))
    }
}

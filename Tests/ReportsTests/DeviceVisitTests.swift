import Testing

@testable import Reports

@Suite struct `Visits that a device tells` {
    private func row(
        _ step: Step?, hour: Int64, visit: String?, actor: VisitActor = .shopper,
        user: String? = nil, order: FunnelOrder? = nil
    ) -> FunnelRow {
        FunnelRow(
            device: 1, visitor: visit, isWholeVisit: true, actor: actor, user: user,
            stage: step?.rawValue, timeMilliseconds: hour * 3_600_000, order: order)
    }

    private func counts(_ rows: [FunnelRow], hasAllActors: Bool = false) -> FunnelCounts {
        var funnel = Funnel(
            stageCount: 5, repeatOrderStage: Step.loyalty.rawValue, hasAllActors: hasAllActors)
        for row in rows { funnel.add(row) }
        return funnel.finish()
    }

    private let order = FunnelOrder.completed(.amount(currency: "EUR", minorUnits: 100))

    @Test func `are no longer and no shorter than the device says`() {
        let rows = [
            row(.awareness, hour: 0, visit: "1"), row(.consideration, hour: 9, visit: "1"),
            row(.consideration, hour: 9, visit: "2"),
        ]
        let counts = counts(rows)
        #expect(counts.visits == 2)
        #expect(counts.goneOn == [1, 0, 0, 0])
        #expect(counts.stages.map(\.people) == [1, 2, 0, 0, 0])
    }

    @Test func `are never a visitor's of the same name`() {
        var old = row(.awareness, hour: 0, visit: "1")
        old.isWholeVisit = false
        #expect(counts([old, row(.awareness, hour: 0, visit: "1")]).visits == 2)
    }

    @Test func `leave out what is part of none`() {
        let counts = counts([
            row(.awareness, hour: 0, visit: nil),
            row(.conversion, hour: 0, visit: nil, order: order),
        ])
        #expect(counts.visits == 0 && counts.eventsOutsideVisits == 2)
        #expect(counts.stages.map(\.visits) == [0, 0, 0, 0, 0])
        #expect(counts.revenue["EUR"]?.minorUnits == 100)
    }

    @Test(arguments: [VisitActor.staff, .test])
    func `of staff and tests count nowhere`(_ actor: VisitActor) {
        let rows = [
            row(.conversion, hour: 0, visit: "1", user: "u", order: order),
            // Known to be theirs in its midst.
            row(.consideration, hour: 1, visit: "2"),
            row(.conversion, hour: 1, visit: "2", actor: actor, user: "u", order: order),
            row(.advocacy, hour: 1, visit: "2", user: "u"),
        ]
        let without = counts(rows)
        #expect(without.visits == 1)
        #expect(without.staffVisitsLeftOut == (actor == .staff ? 1 : 0))
        #expect(without.testVisitsLeftOut == (actor == .test ? 1 : 0))
        #expect(without.stages.map(\.visits) == [0, 0, 1, 0, 0])
        #expect(without.stages.map(\.people) == [0, 0, 1, 0, 0])
        #expect(without.revenue["EUR"]?.completed == 1)
        let all = counts(rows, hasAllActors: true)
        #expect(all.visits == 2 && all.staffVisitsLeftOut == 0 && all.testVisitsLeftOut == 0)
        #expect(all.stages.map(\.visits) == [0, 1, 2, 1, 1])
        #expect(all.revenue["EUR"]?.completed == 2)
    }

    @Test func `of a test by staff are tests`() {
        let counts = counts([
            row(nil, hour: 0, visit: "1", actor: .test),
            row(nil, hour: 0, visit: "1", actor: .staff),
        ])
        #expect(counts.testVisitsLeftOut == 1 && counts.staffVisitsLeftOut == 0)
    }
}

import Events
import Sync
import Testing

private let start = Instant(milliseconds: 7_000_000)

@Suite struct `What a collector may have set aside` {
    @Test(
        arguments: [
            (0, 10), (500, 10), (989, 10), (1_100, 11), (5_000, 50), (9_800, 98), (10_000, 100),
            (1_000_000, 100),
        ] as [(Int64, Int64)])
    func `in an hour is 1 in 100, 100 at most and 10 at least`(
        _ delivered: Int64, _ most: Int64
    ) {
        var budget = PoisonBudget()
        let isFine = budget.admits(0, of: delivered, at: start)
        #expect(isFine)
        var count: Int64 = 0
        while budget.admits(1, of: 1, at: start) { count += 1 }
        #expect(count == most)
        let isStillFine = budget.admits(0, of: 1_000, at: start)
        #expect(isStillFine, "what is not refused is always taken")
    }

    @Test func `is counted afresh each hour`() {
        var budget = PoisonBudget()
        func admits(_ count: Int64, _ milliseconds: Int64) -> Bool {
            budget.admits(count, of: count, at: start.advanced(byMilliseconds: milliseconds))
        }
        #expect(admits(10, 0) && !admits(1, 0) && !admits(1, 3_599_999))
        #expect(admits(10, 3_600_000) && !admits(1, 3_600_001))
    }

    @Test func `is not what only goes on in halves`() {
        let refused = Verdict.refused(status: 422, reason: "bad")
        #expect(refused.poison(among: 2).count == 0)
        #expect(refused.poison(among: 1) == (1, "bad"))
        for verdict in [
            Verdict.tooLarge, .unreachable, .clock, .captive(status: 200),
            .misconfigured(status: 400), .outdated(status: 422), .unauthorised(status: 401),
        ] {
            #expect(verdict.poison(among: 1).count == 0)
        }
    }
}

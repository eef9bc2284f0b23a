import Events
import Sync
import Testing

private let start = Instant(milliseconds: 1_000_000)

/// A machine whose jittered start is over.
private func ready(cap: Int64 = 300_000) -> SyncMachine {
    var machine = SyncMachine(
        backoffCapMilliseconds: cap, device: "kiosk-1", now: start, random: 0)
    let isReady = machine.shouldSend(at: start)
    #expect(isReady && machine.state == .ready)
    return machine
}

/// Whether the machine would send then.
private func sends(_ machine: SyncMachine, at now: Instant) -> Bool {
    var machine = machine
    return machine.shouldSend(at: now)
}

/// How long it waits after `count` verdicts in a row, each an exchange of its own.
private func wait(
    after verdict: Verdict, times count: Int = 1, cap: Int64 = 300_000, random: UInt64,
    isHurried: Bool = false
) -> Int64 {
    var machine = ready(cap: cap)
    for _ in 0..<count {
        machine.begin(at: start)
        machine.conclude(verdict, at: start, random: random, isHurried: isHurried)
    }
    guard case .waiting(let until) = machine.state else { return -1 }
    return until.milliseconds(since: start)
}

private let receiptVerdict = verdict(Answer().text)

@Suite struct `The wait after a failure` {
    // Seconds: the n-th failure in a row waits below min(cap, 0.5 s · 2^n).
    private static let bounds: [(failures: Int, most: Int64)] = [
        (1, 1_000), (2, 2_000), (3, 4_000), (4, 8_000), (5, 16_000), (6, 32_000), (7, 64_000),
        (8, 128_000), (9, 256_000), (10, 300_000), (11, 300_000), (50, 300_000), (1000, 300_000),
    ]

    @Test(arguments: bounds)
    func `is drawn from all of nothing to the bound`(_ failures: Int, _ most: Int64) {
        for verdict in [
            Verdict.unreachable, .captive(status: 200),
            .failing(status: 503, retryAfterSeconds: nil),
            .rateLimited(retryAfterSeconds: 0), .failing(status: 500, retryAfterSeconds: -7),
            .tooLarge,
        ] {
            func wait(_ random: UInt64) -> Int64 {
                SyncTests.wait(after: verdict, times: failures, random: random)
            }
            // As the draw is the remainder, these are its ends and its middle.
            #expect(wait(UInt64(most - 1)) == most - 1)
            #expect(wait(UInt64(most / 2)) == most / 2)
            #expect(wait(UInt64(most) + 77) == 77)
            #expect(wait(0) == 50, "but never nothing")
            #expect(wait(49) == 50)
            for random in [UInt64.max, 0x1234_5678_9ABC_DEF0, 0x8000_0000_0000_0000] {
                #expect(50..<most ~= wait(random))
            }
        }
    }

    @Test func `obeys the operator's cap from the first failure on`() {
        for failures in [1, 5, 40] {
            #expect(wait(after: .unreachable, times: failures, cap: 700, random: 699) == 699)
            #expect(wait(after: .unreachable, times: failures, cap: 700, random: 700) == 50)
        }
        #expect(
            wait(after: .unreachable, times: 99, cap: 86_400_000, random: 86_399_999) == 86_399_999)
    }

    @Test(
        arguments: [
            (1, 1_000), (60, 60_000), (3600, 3_600_000), (86_400, 86_400_000), (86_401, 86_400_000),
            (Int64.max, 86_400_000),
        ] as [(Int64, Int64)])
    func `is what the server asks for, a day at most, and up to a second or the backoff more`(
        _ asked: Int64, _ least: Int64
    ) {
        for failures in [1, 12] {
            for random in [0, 1, 999, 123_456_789, UInt64.max] {
                for verdict in [
                    Verdict.failing(status: 503, retryAfterSeconds: asked),
                    .rateLimited(retryAfterSeconds: asked),
                ] {
                    for isHurried in [false, true] {
                        let wait = wait(
                            after: verdict, times: failures, random: random, isHurried: isHurried)
                        let backoff: Int64 = failures == 1 || isHurried ? 1_000 : 300_000
                        #expect(least...max(least + 1_000, backoff) ~= wait)
                    }
                }
            }
        }
    }

    @Test func `is the backoff where a server asks for less, again and again`() {
        let ill = Verdict.failing(status: 503, retryAfterSeconds: 5)
        #expect(wait(after: ill, times: 12, random: 299_999) == 299_999)
        #expect(wait(after: ill, times: 12, random: 60) == 5_060)
        for asked in [Int64.min, -1, 0] {
            let none = Verdict.rateLimited(retryAfterSeconds: asked)
            #expect(wait(after: none, random: 60) == 60)
        }
    }

    @Test(arguments: [
        Verdict.misconfigured(status: 404), .unauthorised(status: 401), .outdated(status: 422),
        .captive(status: 301), .captive(status: 302), .captive(status: 308),
        .rejecting(reason: "bad"),
    ])
    func `for people to mend something is 12 to 15 minutes, however often it fails`(
        _ verdict: Verdict
    ) {
        for failures in [1, 2, 30] {
            func wait(_ random: UInt64) -> Int64 {
                SyncTests.wait(after: verdict, times: failures, random: random)
            }
            #expect(wait(0) == 900_000)
            #expect(wait(179_999) == 720_001)
            #expect(wait(180_000) == 900_000)
            #expect(720_000...900_000 ~= wait(.max))
        }
        #expect(wait(after: verdict, cap: 100, random: 0) == 900_000)
    }

    @Test func `for the clock is five minutes`() {
        for failures in [1, 2, 30] {
            #expect(wait(after: .clock, times: failures, random: 77) == 300_000)
        }
    }

    @Test func `is at most a second while somebody waits for the queue to drain`() {
        for failures in [1, 2, 9, 40] {
            for verdict in [Verdict.unreachable, .captive(status: 200)] {
                #expect(
                    wait(after: verdict, times: failures, random: 999, isHurried: true) == 999)
                #expect(
                    wait(after: verdict, times: failures, random: 1000, isHurried: true) == 50)
            }
        }
        #expect(wait(after: .unreachable, times: 9, cap: 300, random: 299, isHurried: true) == 299)
    }

    @Test func `follows from the random number alone`() {
        for random in [0, 17, 123_456_789_123, UInt64.max] {
            for verdict in [Verdict.unreachable, .misconfigured(status: 404)] {
                #expect(
                    wait(after: verdict, times: 4, random: random)
                        == wait(after: verdict, times: 4, random: random))
            }
        }
    }
}

@Suite struct `The sync machine` {
    @Test func `begins after a jittered start of half a second at most`() {
        for (random, wait) in [(0, 0), (1, 1), (499, 499), (500, 0), (777, 277)]
            as [(UInt64, Int64)]
        {
            let machine = SyncMachine(
                backoffCapMilliseconds: 5_000, device: "kiosk-1", now: start, random: random)
            let until = start.advanced(byMilliseconds: wait)
            #expect(machine.state == .waiting(until: until) && machine.deadline == until)
            #expect(machine.lastVerdict == nil && machine.failureCount == 0)
            if wait > 0 { #expect(!sends(machine, at: until.advanced(byMilliseconds: -1))) }
            #expect(sends(machine, at: until))
        }
        let small = SyncMachine(
            backoffCapMilliseconds: 100, device: "kiosk-1", now: start, random: 199)
        #expect(small.deadline == start.advanced(byMilliseconds: 99))
    }

    @Test func `begins soon after a boot at a place of its device's own, within 150 seconds`() {
        func begins(_ device: String, sinceBoot: Int64, cap: Int64 = 300_000) -> Int64 {
            let now = Instant(milliseconds: sinceBoot)
            let machine = SyncMachine(
                backoffCapMilliseconds: cap, device: device, now: now, random: .max)
            return machine.deadline.milliseconds(since: now)
        }
        var places: Set<Int64> = []
        for number in 0..<100 {
            let place = begins("kiosk-\(number)", sinceBoot: 60_000)
            #expect(0..<150_000 ~= place)
            #expect(begins("kiosk-\(number)", sinceBoot: 299_999) == place, "it is the same again")
            #expect(begins("kiosk-\(number)", sinceBoot: 300_000) < 500, "later is no power cut")
            #expect(begins("kiosk-\(number)", sinceBoot: 60_000, cap: 1_000) < 1_000)
            places.insert(place)
        }
        #expect(places.count > 95)
    }

    @Test func `goes at the pace that it was given, unless somebody waits`() {
        func next(_ count: Int64, isHurried: Bool = false) -> Int64 {
            var machine = SyncMachine(
                backoffCapMilliseconds: 300_000, eventsPerSecond: 200, device: "kiosk-1",
                now: start, random: 0)
            machine.begin(at: start)
            machine.conclude(
                receiptVerdict, eventCount: count, at: start, random: 5, isHurried: isHurried)
            #expect(machine.failureCount == 0)
            if case .waiting(let until) = machine.state { return until.milliseconds(since: start) }
            return 0
        }
        #expect(next(1_000) == 5_000 && next(1) == 5 && next(0) == 0)
        #expect(next(1_000, isHurried: true) == 0)
    }

    @Test func `sends one exchange at a time, and gives it ninety seconds`() {
        var machine = ready()
        #expect(machine.deadline == .never)
        machine.begin(at: start)
        let until = start.advanced(byMilliseconds: 90_000)
        #expect(machine.state == .sending(until: until) && machine.deadline == until)
        #expect(!sends(machine, at: start))
        #expect(!sends(machine, at: until.advanced(byMilliseconds: 1_000_000)))
    }

    @Test func `goes on at once after a receipt or a refusal, all failures forgotten`() {
        for verdict in [receiptVerdict, .refused(status: 422, reason: "x")] {
            var machine = ready()
            for _ in 0..<5 { machine.conclude(.unreachable, at: start, random: 1) }
            #expect(machine.failureCount == 5)
            machine.conclude(verdict, at: start, random: 1)
            #expect(machine.failureCount == 0 && machine.state == .ready)
            #expect(machine.lastVerdict == verdict && sends(machine, at: start))
            machine.conclude(.unreachable, at: start, random: 999)
            #expect(machine.deadline == start.advanced(byMilliseconds: 999))
        }
    }

    @Test func `waits to the millisecond, whatever comes in between`() {
        var machine = ready()
        machine.begin(at: start)
        machine.conclude(.unreachable, at: start, random: 600)
        let until = start.advanced(byMilliseconds: 600)
        for offset in [0, 1, 300, 599] as [Int64] {
            #expect(!sends(machine, at: start.advanced(byMilliseconds: offset)))
            #expect(machine.deadline == until)
        }
        let isDue = machine.shouldSend(at: until)
        #expect(isDue && machine.deadline == .never)
    }

    @Test func `is hastened out of a wait, but not out of an exchange`() {
        var machine = ready()
        machine.conclude(.misconfigured(status: 401), at: start, random: 0)
        #expect(!sends(machine, at: start))
        machine.hasten()
        #expect(sends(machine, at: start))
        #expect(machine.failureCount == 1, "the next wait is no shorter for it")
        machine.begin(at: start)
        let before = machine.state
        machine.hasten()
        #expect(machine.state == before && !sends(machine, at: start))
    }

    @Test func `probes where what is sent may well be refused`() {
        var machine = ready()
        #expect(!machine.isProbing)
        let probed: [Verdict] = [
            .captive(status: 200), .captive(status: 302), .misconfigured(status: 404),
            .unauthorised(status: 403), .outdated(status: 400), .tooLarge,
        ]
        for verdict in probed {
            machine.conclude(verdict, at: start, random: 0)
            #expect(machine.isProbing)
        }
        let others: [Verdict] = [
            .unreachable, .failing(status: 500, retryAfterSeconds: nil),
            .rateLimited(retryAfterSeconds: 1), receiptVerdict,
            .refused(status: 422, reason: "block_crc"),
        ]
        for verdict in others {
            machine.conclude(verdict, at: start, random: 0)
            #expect(!machine.isProbing)
        }
    }

    @Test func `counts the failures of every kind in one row`() {
        var machine = ready()
        let failures: [Verdict] = [
            .unreachable, .captive(status: 200), .misconfigured(status: 404),
            .failing(status: 503, retryAfterSeconds: 3), .rateLimited(retryAfterSeconds: nil),
        ]
        for (index, verdict) in failures.enumerated() {
            machine.conclude(verdict, at: start, random: 0)
            #expect(machine.failureCount == index + 1 && machine.lastVerdict == verdict)
        }
        machine.conclude(.unreachable, at: start, random: 31_999)
        #expect(machine.deadline == start.advanced(byMilliseconds: 31_999))
    }
}

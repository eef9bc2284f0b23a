internal import Events
internal import Sync

/// When the upload tries again, by a clock that has gone beyond 32 bits.
enum Patience {
    static func run(_ list: Checklist) {
        for (name, start) in [
            ("2^31", 2_147_483_648), ("2^32", 4_294_967_296), ("2^53", 9_007_199_254_740_992),
        ] as [(String, Int64)] {
            list.check("an exchange has its 90 s at \(name) milliseconds") { probe in
                var machine = machine(probe, start)
                let now = Instant(milliseconds: probe.carrier.number(start))
                machine.begin(at: now)
                probe.equal(machine.deadline.milliseconds, start + 90_000)
            }
            list.check("a wait ends behind \(name) milliseconds") { probe in
                var machine = machine(probe, start)
                let now = Instant(milliseconds: probe.carrier.number(start))
                machine.conclude(.unreachable, at: now, random: 299)
                probe.equal(machine.deadline.milliseconds, start + 299)
                probe.isTrue(!machine.shouldSend(at: now), "it waits")
                probe.isTrue(
                    machine.shouldSend(at: Instant(milliseconds: start + 299)), "the wait is over")
            }
        }
        list.check("a Retry-After of 2^31 seconds and more means a day") { probe in
            for seconds: Int64 in [2_147_483_648, 4_294_967_296, .max] {
                var machine = machine(probe, 0)
                let asked = probe.carrier.number(seconds)
                machine.conclude(
                    .failing(status: 503, retryAfterSeconds: asked), at: Instant(milliseconds: 0),
                    random: 60)
                probe.equal(machine.deadline.milliseconds, 86_400_060)
            }
        }
        list.check("chance is drawn from all 64 bits") { probe in
            let random = probe.carrier.number(0xFFFF_FFFF_FFFF_FF00 as UInt64)
            var machine = SyncMachine(
                backoffCapMilliseconds: 300_000, device: "kiosk-1",
                now: Instant(milliseconds: 0), random: 0)
            machine.conclude(.unreachable, at: Instant(milliseconds: 0), random: random)
            // 0xFFFFFFFFFFFFFF00 modulo 1000.
            probe.equal(machine.deadline.milliseconds, 360)
        }
        list.check("a clock at the end of 64 bits waits for ever") { probe in
            var machine = machine(probe, 0)
            machine.begin(at: Instant(milliseconds: probe.carrier.number(.max - 10)))
            probe.isTrue(machine.deadline == .never, "the deadline never comes")
        }
    }

    private static func machine(_ probe: Probe, _ start: Int64) -> SyncMachine {
        var machine = SyncMachine(
            backoffCapMilliseconds: 300_000, device: "kiosk-1",
            now: Instant(milliseconds: probe.carrier.number(start)), random: 0)
        machine.hasten()
        return machine
    }
}

internal import Events
internal import Platform
internal import SeededText

/// What lies between the device and its collector, and what can go wrong there.
final class SimulatedNetwork {
    /// What may become of a request; each in so many of a hundred.
    struct Faults {
        /// Nobody answers: the request is lost, and the device learns of it late or never.
        var lostPercent = 0
        /// The collector takes the request; its answer is lost.
        var unansweredPercent = 0
        /// The collector takes the request; its answer arrives cut or garbled.
        var garbledPercent = 0
        /// Somebody in between answers in the collector's place.
        var strangerPercent = 0
        /// The request arrives again later, as a proxy does that tries by itself.
        var repeatedPercent = 0
        /// Request or answer takes minutes, so that others overtake it.
        var slowPercent = 0
        /// Nobody can be reached at all.
        var isDown = false
    }

    var faults = Faults()
    let collector: SimulatedCollector
    private let clock: SimulatedClock
    private var chance: Seeded
    /// Where things are planned.
    var plan: (Int64, @escaping () -> Void) -> Void = { _, _ in }

    init(collector: SimulatedCollector, clock: SimulatedClock, chance: Seeded) {
        self.collector = collector
        self.clock = clock
        self.chance = chance
    }

    /// Takes a request on its way; `world` hears of it what the network lets through.
    func carry(_ exchange: Exchange, for world: SimulatedWorld) {
        let number = exchange.number
        let delay = self.delay()
        if faults.isDown {
            return answer(world, number, after: delay, .failure(.connect, code: 113))
        }
        if happens(faults.lostPercent) {
            guard chance.oneIn(2) else { return }
            return answer(world, number, after: 20_000, .failure(.receive, code: 110))
        }
        if happens(faults.strangerPercent) {
            return answer(world, number, after: delay, stranger())
        }
        if happens(faults.repeatedPercent) {
            plan(clock.now + delay + Int64(chance.below(300_000))) { [collector] in
                _ = collector.answer(exchange)
            }
        }
        let isUnanswered = happens(faults.unansweredPercent)
        let isGarbled = happens(faults.garbledPercent)
        let wayBack = self.delay()
        plan(clock.now + delay) { [self] in
            var (status, headers, body) = collector.answer(exchange)
            if isUnanswered {
                if chance.oneIn(2) {
                    answer(world, number, after: wayBack, .failure(.receive, code: 104))
                }
                return
            }
            if isGarbled { garble(&status, &headers, &body) }
            answer(
                world, number, after: wayBack,
                .response(status: status, headers: headers, body: body))
        }
    }

    private func answer(
        _ world: SimulatedWorld, _ number: UInt64, after delay: Int64,
        _ outcome: ExchangeAnswer.Outcome
    ) {
        plan(clock.now + delay) { world.answer(number, outcome) }
    }

    private func happens(_ percent: Int) -> Bool { percent > 0 && chance.below(100) < percent }

    private func delay() -> Int64 {
        if happens(faults.slowPercent) { return Int64(chance.below(150_000)) }
        return Int64(1 + chance.below(120))
    }

    /// What portals, proxies and other services say.
    private func stranger() -> ExchangeAnswer.Outcome {
        func response(
            _ status: Int, _ body: String, _ headers: HTTPField...
        ) -> ExchangeAnswer.Outcome {
            .response(status: status, headers: headers, body: Array(body.utf8))
        }
        switch chance.below(12) {
        case 0: return response(429, "")
        case 1: return response(429, "", HTTPField("retry-after", "\(1 + chance.below(90))"))
        case 2: return response(503, "", HTTPField("retry-after", "\(1 + chance.below(9000))"))
        case 3: return response(500 + chance.below(5), "<html>Bad gateway</html>")
        case 4: return response(200, "<html>Welcome to our free network</html>")
        case 5: return response(200, "{}", HTTPField("footfall-signature", "00"))
        case 6: return response(302, "", HTTPField("location", "http://portal/"))
        case 7: return response(204, "")
        case 8: return response(chance.pick([400, 413, 422]), #"{"status":422,"reason":"x"}"#)
        case 9: return response(chance.pick([401, 403, 404, 407]), "")
        case 10: return .failure(.malformed, code: 0)
        default: return .failure(.resolve, code: -2)
        }
    }

    private func garble(_ status: inout Int, _ headers: inout [HTTPField], _ body: inout [UInt8]) {
        switch chance.below(4) {
        case 0: body.removeLast(min(body.count, 1 + chance.below(40)))
        case 1: body[chance.below(body.count)] ^= UInt8(1 + chance.below(255))
        case 2: headers = []
        default: status = chance.pick([200, 204, 400, 422])
        }
    }
}

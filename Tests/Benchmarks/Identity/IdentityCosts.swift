internal import CPlatform
internal import Events
internal import Glibc
internal import Identity

/// What identity costs an event, in time of the processor, beside the bare work that it is made of.
///
/// Ordinary Swift, not the device's Embedded. Contenders take turns, round by round, and the best
/// round of each counts: what else runs here makes rounds slower, never faster. The least and the
/// most are those of single rounds.
enum IdentityCosts {
    private static let rounds = 25
    private static let product =
        #"{"type":"track","messageId":"6044e5b8-8f43-4278-af4c-390c537c607d","#
        + #""anonymousId":"91797f54-05f2-4222-801a-65957c944ebf","#
        + #""timestamp":"2026-03-02T08:03:24.015Z","seq":2,"event":"Product Viewed","#
        + #""properties":{"sku":"22423","category":"gifts","price":12.75,"currency":"GBP","#
        + #""position":4},"stage":"consideration","context":{"device":{"id":"ksk-man-0100"},"#
        + #""campaign":{"source":"google","medium":"cpc","name":"spring-26-brand"},"#
        + #""consent":"am","locale":"en-GB","session":1}}"#
    // Two hundred bytes.
    private static let words =
        "The assistant was friendly and the queue was short, but the lamp over the mirror is "
        + "broken again and the shelf with the small candles was empty; we would have liked three "
        + "of the blue ones for her."
    private static let identify =
        #"{"type":"identify","userId":"customer-4711","timestamp":"2026-03-02T08:03:24.015Z","#
        + #""traits":{"email":"Maria.Huber@example.org","phone":"+49 89 1234 5678"}}"#
    private static let normalised = ["maria.huber@example.org", "+498912345678", "customer-4711"]

    /// Two contenders' microseconds, round by round.
    private struct Race {
        var mine: [Double] = []
        var bare: [Double] = []

        /// Runs both in turns.
        init(_ count: Int, _ mine: () throws -> Int, _ bare: () throws -> Int) throws {
            for round in -3..<rounds {
                let own = try IdentityCosts.time(count, mine)
                let other = try IdentityCosts.time(count, bare)
                guard round >= 0 else { continue }
                self.mine.append(own)
                self.bare.append(other)
            }
        }

        /// What the first takes more than the second.
        func extra(_ name: String, _ target: Double?) -> Figure {
            figure(name, "us more than a copy", target) { $0 - $1 }
        }

        /// What the first takes of the second.
        func ratio(_ name: String, _ unit: String, _ target: Double) -> Figure {
            figure(name, unit, target) { $0 / $1 }
        }

        private func figure(
            _ name: String, _ unit: String, _ target: Double?, _ compare: (Double, Double) -> Double
        ) -> Figure {
            let each = zip(mine, bare).map { compare($0, $1) }.sorted()
            let best = compare(mine.min() ?? 0, bare.min() ?? 0)
            return Figure(
                bench: "identity", name: name, value: best, unit: unit, target: target,
                range: (each.first ?? 0)...(each.last ?? 0))
        }

        /// The best rounds.
        func show(_ name: String, _ other: String, _ output: Output) {
            for (name, value) in [(name, mine.min()), (other, bare.min())] {
                output.show(Figure(bench: "identity", name: name, value: value ?? 0, unit: "us"))
            }
        }
    }

    /// Events without identity: a copy is what they would cost anyway.
    static func runGuard(_ bed: Bed, _ output: Output) throws {
        let identity = IdentityGuard()
        let text = product.replacing("\"position\":4", with: "\"comment\":\"\(words)\"")
        for (name, event, most) in [("guard", product, 0.2), ("guard-text", text, 1.0)] {
            let event = Array(event.utf8)
            let race = try Race(
                5000, { identity.rewrite(event, in: 0..<event.count).body.count },
                { copy(event).count })
            guard identity.rewrite(event, in: 0..<event.count).body == copy(event) else {
                throw BenchError("an event without identity was changed")
            }
            race.show(name, name + "-copy", output)
            output.show(race.extra(name + "-extra", most))
        }
        var corpus = bed.corpus
        let events = (0..<1000).map { _ in Array(corpus.next().dropLast()) }
        var (index, other) = (0, 0)
        let race = try Race(
            events.count,
            {
                index = (index + 1) % events.count
                return identity.rewrite(events[index], in: 0..<events[index].count).body.count
            },
            {
                other = (other + 1) % events.count
                return copy(events[other]).count
            })
        output.show(race.extra("guard-corpus-extra", nil))
    }

    /// An identify with three identities, without advertising.
    static func runKeys(_ bed: Bed, _ output: Output) throws {
        let setting = try Setting()
        let identity = IdentityGuard()
        let event = Array(identify.utf8)
        let guarded = identity.rewrite(event, in: 0..<event.count)
        let values = normalised.map { Array($0.utf8) }
        guard guarded.claims.count == values.count,
            setting.sealer.keys(of: guarded, event).allSatisfy({ $0.count == 1 })
        else { throw BenchError("not every identity has a key") }
        let bare = { values.reduce(0) { $0 + Int(BareCrypto.code($1, key: setting.key)) } }
        let alone = try Race(2000, { setting.sealer.keys(of: guarded, event).count }, bare)
        alone.show("keys", "keys-hmac", output)
        output.show(alone.ratio("keys-to-hmac", "of 3 HMAC()", 2))
        let whole = try Race(
            2000,
            {
                let guarded = identity.rewrite(event, in: 0..<event.count)
                return setting.sealer.keys(of: guarded, event).count
            }, bare)
        output.show(whole.ratio("rewrite-and-keys-to-hmac", "of 3 HMAC()", 2))
    }

    /// The keys of that identify, sealed.
    static func runSeal(_ bed: Bed, _ output: Output) throws {
        let setting = try Setting()
        let event = Array(identify.utf8)
        let guarded = IdentityGuard().rewrite(event, in: 0..<event.count)
        let keys = setting.sealer.keys(of: guarded, event)
        let plain = SealedClaims(
            keyVersion: 1, normaliserVersion: 2,
            claims: keys.map { made in
                SealedClaims.Claim(type: made.type, keys: [(1, [UInt8](repeating: 7, count: 32))])
            }
        ).bytes
        let bare = try BareCrypto()
        let within = try Race(
            2000, { setting.sealer.seal(keys, for: setting.id, visit: 1)?.count ?? 0 },
            { bare.seal(plain) })
        within.show("seal", "seal-chacha", output)
        output.show(within.ratio("seal-to-chacha", "of ChaCha20-Poly1305", 1.5))
        var visit: UInt64 = 1
        let first = try Race(
            50,
            {
                visit += 1
                return setting.sealer.seal(keys, for: setting.id, visit: visit)?.count ?? 0
            }, { bare.agreeAndSeal(plain, with: setting.recipient) })
        first.show("first-seal", "first-seal-bare", output)
        output.show(first.ratio("first-seal-to-bare", "of X25519 and HKDF", 1.5))
    }

    /// A device that seals.
    private struct Setting {
        let key = (0..<32).map { UInt8($0) }
        let recipient: [UInt8]
        let sealer: ClaimSealer
        let id = SealedID(
            device: "ksk-man-0100", stream: StreamID(high: 7, low: 8), epoch: 3, sequence: 9)

        init() throws {
            guard let opener = SealOpener(secret: [UInt8](repeating: 5, count: 32)),
                let secret = IdentityKey(key)
            else { throw BenchError("no keys") }
            recipient = opener.key.bytes
            sealer = ClaimSealer(
                keys: KeyMaker(key: secret, region: nil), recipient: opener.key,
                seed: [UInt8](repeating: 6, count: 32))
        }
    }

    /// The canonical text, nothing replaced.
    private static func copy(_ text: [UInt8]) -> [UInt8] {
        var cursor = JSONCursor(text)
        var writer = JSONWriter(capacity: text.count + 160)
        while true {
            let token = cursor.next()
            if token.kind == .end { return writer.bytes }
            writer.copy(token, of: text)
        }
    }

    /// Microseconds of this thread's processor that a body takes.
    private static func time(_ count: Int, _ body: () throws -> Int) throws -> Double {
        let start = now()
        var sum = 0
        for _ in 0..<count { sum &+= try body() }
        let span = now() - start
        guard sum > 0 else { throw BenchError("nothing was done") }
        return span / Double(count)
    }

    private static func now() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}

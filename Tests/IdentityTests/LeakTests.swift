import Identity
import SeededText
import Testing

/// A random event with secrets in the known places, and what must become of it.
private struct Planted {
    typealias Member = (name: [UInt32], value: JSONModel)

    private(set) var sent: JSONModel = .word("null")
    private(set) var kept: JSONModel = .word("null")
    private(set) var secrets: [String] = []
    private var chance: Seeded

    init(_ seed: UInt64) {
        chance = Seeded(seed)
        let top = place(["context", "traits", "properties"])
        (sent, kept) = (.object(top.sent), .object(top.kept))
    }

    /// Members of a known place, among them those that lead on to other known places.
    private mutating func place(_ inner: [String]) -> (sent: [Member], kept: [Member]) {
        var pairs: [(sent: Member, kept: Member)] = []
        for member in JSONModel.members(&chance, levels: 2) { pairs.append((member, member)) }
        for _ in 0..<chance.below(4) { pairs.append(identity()) }
        for name in inner where !chance.oneIn(4) {
            let members = name == "context" ? context() : place([])
            pairs.append(
                (
                    JSONModel.member(name, .object(members.sent)),
                    JSONModel.member(name, .object(members.kept))
                ))
        }
        pairs.shuffle(using: &chance)
        return (pairs.map { $0.sent }, pairs.map { $0.kept })
    }

    private mutating func context() -> (sent: [Member], kept: [Member]) {
        // What stands in `context` itself is no known place.
        let lookalike = JSONModel.member(
            chance.pick(["email", "phone", "userId", "properties"]), .random(&chance, levels: 2))
        let traits = place([])
        return (
            [lookalike, JSONModel.member("traits", .object(traits.sent))],
            [lookalike, JSONModel.member("traits", .object(traits.kept))]
        )
    }

    private mutating func identity() -> (sent: Member, kept: Member) {
        let name = chance.pick(["email", "phone", "userId", "previousId"])
        let value = covered(name == "previousId" ? "userId" : name, levels: 3)
        return (JSONModel.member(name, value.sent), JSONModel.member(name, value.kept))
    }

    private mutating func covered(
        _ type: String, levels: Int
    ) -> (sent: JSONModel, kept: JSONModel) {
        switch chance.below(levels > 0 ? 9 : 6) {
        case 0: return (.word("null"), .word("null"))
        case 1: return (.string([]), .string([]))
        case 2:
            let digits = digits()
            secrets.append(digits)
            return (.number(digits), .text(Reference.pseudonym(type, digits)))
        case 6, 7:
            let elements = (0..<chance.below(4)).map { _ in covered(type, levels: levels - 1) }
            return (.array(elements.map { $0.sent }), .array(elements.map { $0.kept }))
        case 8:
            let values = (0..<chance.below(4)).map { _ in covered(type, levels: levels - 1) }
            let names = values.map { _ in chance.pick(["email", "phone", "a", "traits"]) }
            return (
                .object(zip(names, values).map { JSONModel.member($0, $1.sent) }),
                .object(zip(names, values).map { JSONModel.member($0, $1.kept) })
            )
        default: return secret(type)
        }
    }

    private mutating func secret(_ type: String) -> (sent: JSONModel, kept: JSONModel) {
        let digits = digits()
        secrets.append(digits)
        switch type {
        case "email":
            let address = "ä.\(digits)@example.com"
            let written =
                chance.pick(["", " ", "\t"]) + (chance.oneIn(2) ? address : address.uppercased())
            return (.text(written), .text(Reference.pseudonym(type, address)))
        case "phone":
            let written = "(+" + digits + ") x"
            return (.text(written), .text(Reference.pseudonym(type, "+" + digits)))
        default:
            let written = "U\"\u{1}" + digits + "😀"
            return (.text(written), .text(Reference.pseudonym(type, written)))
        }
    }

    // Digits survive every normaliser as they are, so they are what a leak would show.
    private mutating func digits() -> String { "99\(10_000_000 + chance.below(80_000_000))" }
}

@Suite struct `Events with planted secrets` {
    @Test(arguments: 1...UInt64(60))
    func `come out without one, and otherwise byte for byte canonical`(_ seed: UInt64) throws {
        let identityGuard = IdentityGuard()
        var chance = Seeded(seed ^ 0xFEED)
        for round in 0..<5 as Range<UInt64> {
            let planted = Planted(seed &* 1000 &+ round)
            let text = planted.sent.sloppy(&chance)
            let (front, back) = (Array(#"{"batch":["#.utf8), Array(#",{"email":"x"}]}"#.utf8))
            let whole = front + text + back
            let guarded = identityGuard.rewrite(
                whole, in: front.count..<front.count + text.count)
            let rewritten = Reference.travelled(guarded, whole)
            #expect(
                String(decoding: rewritten, as: UTF8.self)
                    == String(decoding: planted.kept.canonical, as: UTF8.self))
            #expect(rewritten == planted.kept.canonical)
            let shown = String(decoding: guarded.body, as: UTF8.self)
            for secret in planted.secrets { #expect(!shown.contains(secret)) }
        }
    }

    @Test func `are as many as the test supposes`() {
        let counts = (1...60).map { Planted(UInt64($0) * 1000).secrets.count }
        #expect(counts.reduce(0, +) > 120)
        // A secret in a look-alike place would show: the search for it works.
        let shown = String(decoding: Planted(1000).sent.canonical, as: UTF8.self)
        #expect(Planted(1000).secrets.allSatisfy { shown.contains($0) })
    }
}

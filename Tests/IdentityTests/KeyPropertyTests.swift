import SeededText
import Testing

@testable import Identity

/// What holds of any value, also of one that no keyboard makes.
@Suite struct `Any value` {
    private static let pieces =
        [
            "@", "@", ".", "..", "+", "00", "0", "(0)", "49", "1", "650", "x", "#", "-", " ",
            "\u{A0}",
        ]
        + [
            "gmail.com", "ä", "Σ", "İ", "ｅ", "＠", "\u{301}", "ß", "例", "。", "٣", "null", "Ⱥ",
            "\u{0}",
        ]
        + ["\u{200B}", "e\u{301}", "가", "\u{1100}\u{1161}", "Å", "'", "~", "F00", "😀"]

    private static func text(_ chance: inout Seeded) -> [UInt8] {
        switch chance.below(4) {
        case 0: return (0..<chance.below(40)).map { _ in UInt8(chance.below(256)) }
        case 1: return (0..<chance.below(40)).map { _ in UInt8(32 + chance.below(95)) }
        default:
            return Array(
                (0..<chance.below(14)).map { _ in chance.pick(pieces) }.joined().utf8)
        }
    }

    @Test(arguments: 1...UInt64(20))
    func `has keys or one reason, and never a trap`(_ seed: UInt64) throws {
        var chance = Seeded(seed)
        let key = try #require(IdentityKey(Reference.key))
        let digests = DigestContext()
        let nothing = Array(Reference.hexadecimal("").utf8)
        for _ in 0..<5000 {
            let raw = Self.text(&chance)
            let type = try #require(IdentityType(rawValue: UInt8(chance.below(14))))
            let region = Region(Array(chance.pick(["", "DE", "US", "IT", "RU", "AU"]).utf8).span)
            let keys = KeyMaker(key: key, region: region).keys(
                of: raw.span, type, withAdvertising: true, by: digests)
            #expect((keys.refusal == nil) == (keys.count > 0), "\(raw)")
            for index in 0..<keys.count {
                #expect(keys[index].text(keys.type) != nothing, "\(raw)")
                #expect(keys.refusal(of: keys[index].rule.platform) == nil, "\(raw)")
            }
        }
    }

    // Else two systems that both normalise would make two shoppers of one.
    @Test(arguments: 1...UInt64(20))
    func `stays as it is once it is normalised`(_ seed: UInt64) {
        var chance = Seeded(seed ^ 0xABC)
        var formCount = 0
        for _ in 0..<2000 {
            let raw = Self.text(&chance)
            for rule in 0..<6 {
                guard let once = Self.form(raw, rule) else { continue }
                formCount += 1
                #expect(Self.form(once, rule) == once, "rule \(rule) of \(raw)")
            }
        }
        #expect(formCount > 1000)
    }

    private static func form(_ raw: [UInt8], _ rule: Int) -> [UInt8]? {
        var text = RawText(capacity: 2 * raw.count + 4)
        var form = RawText(capacity: 400)
        guard text.appendLowerCase(of: raw.span), text.count > 0 else { return nil }
        var refusal: Refusal?
        if rule == 5 { refusal = EmailRules.appendGraph(text, to: &form) }
        text.read { lower in
            switch rule {
            case 0: TextRules.appendName(lower, to: &form)
            case 1: TextRules.appendToken(lower, to: &form)
            case 2:
                refusal = EmailRules.appendStripped(
                    lower, providers: "gmail.com", keepsSuffix: false, to: &form)
            case 3:
                var digits = RawText(capacity: 40)
                var hasPlus = false
                refusal = PhoneNumber.dial(lower, into: &digits, hasPlus: &hasPlus)
                form.append(UInt8(ascii: "+"))
                refusal =
                    refusal
                    ?? PhoneNumber.appendE164(
                        of: digits, hasPlus: hasPlus, home: Region([0x44, 0x45].span), to: &form)
            case 4: MetaRules.appendPlace(lower, to: &form)
            default: break
            }
        }
        guard refusal == nil, !form.isOverfull, form.count > 0 else { return nil }
        return form.read { form in form.indices.map { form[$0] } }
    }
}

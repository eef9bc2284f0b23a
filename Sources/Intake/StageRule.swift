public import Events

/// Which funnel stage an event belongs to: the producer's word, else its name.
///
/// The word is looked for at top level, else in `context`, else in `properties`. Words of other
/// funnels are mapped: interest and intent mean consideration, retention means loyalty; purchase
/// means conversion on Order Completed and consideration elsewhere, since a payment begun or failed
/// converts nobody.
public struct StageRule: Sendable {
    private var names: [String: Stage]

    /// Adds the configuration's names to the design's; a name given twice keeps the addition.
    public init(additions: [(name: String, stage: Stage)] = []) {
        names = [
            "Promotion Viewed": .awareness, "Product List Viewed": .awareness,
            "Products Searched": .consideration, "Product Viewed": .consideration,
            "Product Added": .consideration, "Cart Viewed": .consideration,
            "Checkout Started": .consideration, "Payment Info Entered": .consideration,
            "Order Completed": .conversion, "Loyalty Joined": .loyalty,
            "Product Shared": .advocacy, "Product Reviewed": .advocacy, "Referral Sent": .advocacy,
        ]
        for addition in additions { names[addition.name] = addition.stage }
    }

    /// The stage, and whether a word was there that no rule knows.
    func decide(
        _ fields: EventFields, _ text: [UInt8], kind: Kind, name: String
    ) -> (Stage?, Bool) {
        // A null is no word: the next place is looked at.
        let places = [fields.stage, fields.contextStage, fields.propertiesStage]
        let word = places.compactMap { $0 }.first { $0.token.kind != .null }
        if let word, let stage = stage(word: word.string(in: text), kind: kind, name: name) {
            return (stage, false)
        }
        return (stage(kind: kind, name: name, nps: fields.nps, text), word != nil)
    }

    private func stage(word: String, kind: Kind, name: String) -> Stage? {
        switch word {
        case "interest", "intent": .consideration
        case "purchase":
            kind == .track && name == "Order Completed" ? .conversion : .consideration
        case "retention": .loyalty
        default: Stage(word: word)
        }
    }

    private func stage(kind: Kind, name: String, nps: JSONScalar?, _ text: [UInt8]) -> Stage? {
        if let stage = names[name] { return stage }
        if kind == .screen, name == "Attract" { return .awareness }
        // Net Promoter Score: 9 and 10 are promoters (Reichheld 2003).
        if let nps, nps.isNumber, Self.isPromoter(nps.string(in: text)) { return .advocacy }
        return nil
    }

    /// Whether a number's text is from 9 to 10; nobody writes a score with an exponent.
    private static func isPromoter(_ score: String) -> Bool {
        let parts = score.utf8.split(separator: UInt8(ascii: "."))
        let fraction = parts.count > 1 ? Array(parts[1]) : []
        if parts[0].elementsEqual("9".utf8) { return fraction.allSatisfy { 48...57 ~= $0 } }
        return parts[0].elementsEqual("10".utf8) && fraction.allSatisfy { $0 == 48 }
    }
}

/// The key under which visits know who it is: made at random when the agent starts, and in memory
/// alone, so that what is known there means nothing anywhere else.
public struct VisitKey: Sendable {
    private let secret: [UInt8]
    private let seed: UInt64

    /// Takes 32 random bytes.
    public init(_ secret: [UInt8]) {
        self.secret = secret
        var seed: UInt64 = 0
        for byte in secret.prefix(8) { seed = seed << 8 | UInt64(byte) }
        self.seed = seed
    }

    /// The first 16 bytes of HMAC-SHA-256 over a value's graph key; nil where it has none.
    public func name(of keys: IdentityKeys, from producer: UInt64) -> VisitName? {
        guard keys.count > 0, keys[0].rule == .graph else { return nil }
        let digest = keys[0].digest
        var told = [keys.type.rawValue]
        for index in 0..<32 { told.append(digest[index]) }
        let code = Digest.authenticate(told, key: secret)
        return VisitName(
            type: keys.type.rawValue, producer: producer, high: Self.word(code, 0),
            low: Self.word(code, 8))
    }

    /// A hash of what a producer calls the shopper.
    ///
    /// It is made for each event, and only its producer is harmed by two that are alike: so it is
    /// FNV-1a, twice, from where the key says.
    public func anonymousName(
        _ text: [UInt8], in range: Range<Int>, from producer: UInt64
    ) -> VisitName {
        var high = seed ^ 0xCBF2_9CE4_8422_2325
        var low = seed
        for index in range {
            high = (high ^ UInt64(text[index])) &* 0x100_0000_01B3
            low = (low &+ UInt64(text[index])) &* 0x9E37_79B9_7F4A_7C15
        }
        return VisitName(type: VisitName.anonymous, producer: producer, high: high, low: low)
    }

    /// The names that a value has by each type: a list of badges does not say of which they are.
    public func names(ofBadge value: [UInt8], by claims: ClaimSealer) -> [VisitName] {
        IdentityType.allCases.filter(VisitRules.tellsApart).compactMap {
            name(of: claims.keys(of: value, $0, withAdvertising: false), from: 0)
        }
    }

    private static func word(_ code: [UInt8], _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in start..<start + 8 { word = word << 8 | UInt64(code[index]) }
        return word
    }
}

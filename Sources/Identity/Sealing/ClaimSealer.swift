internal import Events

/// Makes keys of an event's raw identities, and seals them to the collector.
///
/// On one thread at a time.
public final class ClaimSealer {
    private let keys: KeyMaker
    private let digests = DigestContext()
    /// Nil on a device that does not know the collector's key.
    private let sealer: Sealer?
    private var visit: UInt64?

    /// Makes keys by `keys`, sealed to `recipient`; of no recipient, nothing is kept.
    ///
    /// - Parameter seed: 32 random bytes.
    public init(keys: KeyMaker, recipient: CollectorKey?, seed: [UInt8]) {
        self.keys = keys
        sealer = recipient.map { Sealer(to: $0, seed: seed) }
    }

    /// The text of an event's sealed identities; nil where they are dropped instead.
    ///
    /// - Parameters:
    ///   - event: its claims are not empty.
    ///   - text: what it was rewritten from.
    ///   - visit: each visit has a key of its own.
    ///   - ignored: bit k: claim k says nothing of who it is, and has no key.
    public func seal(
        _ event: GuardedEvent, of text: [UInt8], for id: SealedID, visit: UInt64,
        ignoring ignored: UInt64 = 0
    ) -> [UInt8]? {
        guard let sealer else { return nil }
        if self.visit != visit { sealer.beginVisit() }
        self.visit = visit
        var sealed = SealedClaims(keyVersion: 1, normaliserVersion: 2, claims: [])
        for (index, claim) in event.claims.enumerated() {
            guard ignored >> UInt64(index) & 1 == 0 else {
                sealed.claims.append(.init(type: claim.type, keys: []))
                continue
            }
            var raw = claim.value.bytes(in: text)
            defer { KeyAgreement.wipe(&raw) }
            let made = keys.keys(
                of: raw.span, claim.type, withAdvertising: event.hasAdvertisingConsent, by: digests)
            var told = SealedClaims.Claim(type: made.type, keys: [])
            for number in 0..<made.count {
                var digest: [UInt8] = []
                for byte in 0..<32 { digest.append(made[number].digest[byte]) }
                told.keys.append((made[number].rule.rawValue, digest))
            }
            sealed.claims.append(told)
        }
        return sealer.seal(sealed.bytes, for: id)
    }
}

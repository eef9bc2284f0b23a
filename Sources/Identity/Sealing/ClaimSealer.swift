internal import Events

/// Makes keys of an event's raw identities, and seals them to the collector.
///
/// On one thread at a time.
public final class ClaimSealer {
    private let maker: KeyMaker
    private let digests = DigestContext()
    /// Nil on a device that does not know the collector's key.
    private let sealer: Sealer?

    /// Makes keys by `keys`, sealed to `recipient`; of no recipient, nothing is kept.
    ///
    /// - Parameter seed: 32 random bytes.
    public init(keys: KeyMaker, recipient: CollectorKey?, seed: [UInt8]) {
        maker = keys
        sealer = recipient.map { Sealer(to: $0, seed: seed) }
    }

    /// The keys of an event's claims, in their order.
    ///
    /// - Parameter text: what the event was rewritten from.
    public func keys(of event: GuardedEvent, _ text: [UInt8]) -> [IdentityKeys] {
        var keys: [IdentityKeys] = []
        keys.reserveCapacity(event.claims.count)
        for claim in event.claims {
            var raw = claim.value.bytes(in: text)
            keys.append(
                self.keys(of: raw, claim.type, withAdvertising: event.hasAdvertisingConsent))
            KeyAgreement.wipe(&raw)
        }
        return keys
    }

    /// The keys of one raw value.
    public func keys(
        of raw: [UInt8], _ type: IdentityType, withAdvertising: Bool
    ) -> IdentityKeys {
        maker.keys(of: raw.span, type, withAdvertising: withAdvertising, by: digests)
    }

    /// The text of an event's sealed identities; nil where they are dropped instead.
    ///
    /// - Parameters:
    ///   - keys: of the event's claims, at least one.
    ///   - visit: each visit has a key of its own.
    ///   - ignored: bit k: claim k says nothing of who the shopper is.
    public func seal(
        _ keys: [IdentityKeys], for id: SealedID, visit: UInt64, ignoring ignored: UInt64 = 0
    ) -> [UInt8]? {
        guard let sealer else { return nil }
        var sealed: [UInt8] = []
        sealed.reserveCapacity(3 + 36 * keys.count)
        SealedClaims.appendHead(keyVersion: 1, normaliserVersion: 2, to: &sealed)
        for index in keys.indices {
            let isIgnored = ignored >> UInt64(index) & 1 == 1
            sealed.append(keys[index].type.rawValue)
            keys[index].append(to: &sealed, isIgnored ? 0 : keys[index].count)
        }
        return sealer.seal(sealed, for: id, visit: visit)
    }
}

internal import Events

/// The tenant's key, under which who a shopper is becomes a keyed hash.
///
/// Two devices with the same key give the same shopper the same hash: that is what joins a journey.
public struct IdentityKey: Sendable {
    // The key xored with HMAC's two paddings (RFC 2104), a block of SHA-256 each.
    let innerPad: [UInt8]
    let outerPad: [UInt8]

    /// Takes the 32 bytes of the key.
    public init?(_ secret: [UInt8]) {
        guard secret.count == 32 else { return nil }
        let rest = [UInt8](repeating: 0, count: 32)
        innerPad = (secret + rest).map { $0 ^ 0x36 }
        outerPad = (secret + rest).map { $0 ^ 0x5C }
    }

    /// `<type>:k1:n1:` and the base64url of HMAC-SHA-256(key, type ‖ 0x00 ‖ value).
    ///
    /// `k1` is the key's version and `n1` the normaliser's, so that a new rule or key never
    /// splits a shopper unnoticed. An empty value stays empty: its hash would be everybody's.
    ///
    /// - Parameter value: normalised by version 1 of the type's rule here.
    public func pseudonym(_ type: IdentityType, of value: [UInt8]) -> [UInt8] {
        var normalised = RawText(capacity: 2 * value.count + 4)
        switch type {
        case .email:
            guard normalised.appendLowerCase(of: value.span, hasFinalSigma: false) else {
                return []
            }
        case .phone: normalised.appendDialled(value.span)
        default: normalised.append(value.span)
        }
        guard normalised.count > 0 else { return [] }
        let digest = normalised.read { DigestContext().authenticate(type.word, $0, under: self) }
        return IdentityKey.text(type, normaliser: "1", of: digest)
    }

    /// `<type>:k1:n<normaliser>:` and a digest's base64url without padding.
    static func text(
        _ type: IdentityType, normaliser: StaticString, of digest: InlineArray<32, UInt8>
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(72)
        type.word.withUTF8Buffer { unsafe text.append(contentsOf: $0) }
        text += Array(":k1:n".utf8)
        normaliser.withUTF8Buffer { unsafe text.append(contentsOf: $0) }
        text.append(UInt8(ascii: ":"))
        var bytes: [UInt8] = []
        for index in 0..<32 { bytes.append(digest[index]) }
        return text + Base64.urlText(bytes)
    }
}

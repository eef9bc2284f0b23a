internal import Events

/// A collector's key pair: opens what was sealed to its public half.
public struct SealOpener: Sendable {
    /// The public half.
    public let key: CollectorKey
    private let secret: [UInt8]

    /// Takes the 32 bytes of an X25519 private key (RFC 7748); nil where they are none.
    public init?(secret: [UInt8]) {
        guard secret.count == 32, let bytes = KeyAgreement.publicKey(of: secret),
            let key = CollectorKey(bytes)
        else { return nil }
        self.key = key
        self.secret = secret
    }

    /// The name of the key that a text was sealed to; nil where it is no such text.
    public static func keyName(of text: [UInt8]) -> UInt64? {
        // 12 characters are the first 9 bytes.
        guard let start = Base64.urlBytes(Array(text.prefix(12))), start.count == 9,
            start[0] == Sealer.version
        else { return nil }
        return BigEndian.read(start[1...])
    }

    /// What was sealed for `id`; nil where it was sealed to another key, for another event, or is
    /// damaged.
    public func open(_ text: [UInt8], for id: SealedID) -> [UInt8]? {
        guard Self.keyName(of: text) == key.name, let sealed = Base64.urlBytes(text),
            sealed.count >= Sealer.headBytes + SealCipher.tagBytes
        else { return nil }
        let head = Array(sealed[..<Sealer.headBytes])
        let ephemeral = Array(head[9..<41])
        guard let shared = KeyAgreement.shared(secret, with: ephemeral),
            let derived = SealKey.derive(shared, ephemeral: ephemeral, recipient: key.bytes)
        else { return nil }
        return SealCipher(key: derived).open(
            Array(sealed[Sealer.headBytes...]), counter: UInt32(BigEndian.read(head[41...])),
            associated: head + id.bytes)
    }
}

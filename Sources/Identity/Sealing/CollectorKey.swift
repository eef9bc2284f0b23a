internal import Events

/// A collector's public key: to whom identities are sealed.
public struct CollectorKey: Equatable, Sendable {
    /// The 32 bytes of an X25519 public key (RFC 7748).
    public let bytes: [UInt8]
    /// The first 8 bytes of the SHA-256 of the key: names it in what is sealed and in lists.
    public let name: UInt64

    private static let prefix = "x25519:"

    /// Takes the 32 bytes of a key.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
        var name: UInt64 = 0
        for byte in Digest.sha256(bytes).prefix(8) { name = name << 8 | UInt64(byte) }
        self.name = name
    }

    /// Reads `x25519:` and the base64url of the key, as `footfall-collector keys` prints it.
    public init?(text: String) {
        guard text.hasPrefix(Self.prefix),
            let bytes = Base64.urlBytes(Array(text.utf8.dropFirst(Self.prefix.utf8.count)))
        else { return nil }
        self.init(bytes)
    }

    /// What `init(text:)` reads.
    public var text: String {
        Self.prefix + String(decoding: Base64.urlText(bytes), as: UTF8.self)
    }
}

internal import Events

/// Whom the wire believes to be the collector, and what proves to it who this device is.
public struct Trust: Hashable, Sendable {
    /// A file of certificates in PEM, any of which may vouch for the collector; nil for the
    /// system's.
    public var authorityFile: String?
    /// Hashes of public keys, one of which must be the collector's.
    ///
    /// SHA-256 over the certificate's SubjectPublicKeyInfo (RFC 7469 §2.4). Without an authority's
    /// file that is all that vouches for it.
    public var pins: [[UInt8]]
    /// The device's certificate with its chain, in PEM, for a collector that asks for one.
    public var certificateFile: String?
    /// The key of that certificate, in PEM.
    public var keyFile: String?

    /// Makes it of its parts.
    public init(
        authorityFile: String? = nil, pins: [[UInt8]] = [], certificateFile: String? = nil,
        keyFile: String? = nil
    ) {
        self.authorityFile = authorityFile
        self.pins = pins
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    /// Reads a pin such as `sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=`.
    public static func pin(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        let head = Array("sha256/".utf8)
        guard bytes.starts(with: head), let digest = Base64.bytes(Array(bytes[head.count...])),
            digest.count == 32
        else { return nil }
        return digest
    }

    /// Whether whatever the system trusts may vouch for the collector.
    public var isBySystemRoots: Bool { authorityFile == nil && pins.isEmpty }

    /// Whether nobody but its owner may touch the key now; so it is where there is none to be seen.
    public var isKeyPrivate: Bool { FileStamps(self).isKeyPrivate }

    /// Whether a public key alone decides.
    var isPinOnly: Bool { authorityFile == nil && !pins.isEmpty }
}

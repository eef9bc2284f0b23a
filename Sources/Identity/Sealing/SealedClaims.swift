/// What is sealed of an event's identities.
///
/// 1 byte, the version: 1. 1 byte each, the versions of the graph key and of the normalisers. Then
/// for each claim, in the order of the markers: 1 byte, its type; 1 byte, how many keys; and of
/// each key 1 byte, its rule, and 32 bytes.
public struct SealedClaims: Equatable, Sendable {
    /// One claim's keys.
    public struct Claim: Equatable, Sendable {
        /// What kind of identity it is.
        public var type: IdentityType
        /// Its keys by rule; none of a value that no platform takes.
        public var keys: [(rule: UInt8, digest: [UInt8])]

        /// Makes a claim of its parts.
        public init(type: IdentityType, keys: [(rule: UInt8, digest: [UInt8])]) {
            self.type = type
            self.keys = keys
        }

        /// Whether two say the same.
        public static func == (left: Claim, right: Claim) -> Bool {
            left.type == right.type && left.keys.count == right.keys.count
                && zip(left.keys, right.keys).allSatisfy { $0.rule == $1.rule }
                && zip(left.keys, right.keys).allSatisfy { $0.digest == $1.digest }
        }
    }

    private static let version: UInt8 = 1
    private static let digestBytes = 32

    /// The version of the graph key.
    public var keyVersion: UInt8
    /// The version of the normalisers.
    public var normaliserVersion: UInt8
    /// The claims.
    public var claims: [Claim]

    /// Makes them of their parts.
    public init(keyVersion: UInt8, normaliserVersion: UInt8, claims: [Claim]) {
        self.keyVersion = keyVersion
        self.normaliserVersion = normaliserVersion
        self.claims = claims
    }

    /// Reads what `bytes` gave; nil for anything else.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= 3, bytes[0] == Self.version else { return nil }
        keyVersion = bytes[1]
        normaliserVersion = bytes[2]
        claims = []
        var index = 3
        while index < bytes.count {
            guard bytes.count - index >= 2, let type = IdentityType(rawValue: bytes[index]) else {
                return nil
            }
            let keyCount = Int(bytes[index + 1])
            index += 2
            guard bytes.count - index >= keyCount * (1 + Self.digestBytes) else { return nil }
            var claim = Claim(type: type, keys: [])
            for _ in 0..<keyCount {
                claim.keys.append(
                    (bytes[index], Array(bytes[index + 1..<index + 1 + Self.digestBytes])))
                index += 1 + Self.digestBytes
            }
            claims.append(claim)
        }
    }

    /// Appends what stands before the claims.
    static func appendHead(keyVersion: UInt8, normaliserVersion: UInt8, to bytes: inout [UInt8]) {
        bytes.append(version)
        bytes.append(keyVersion)
        bytes.append(normaliserVersion)
    }

    /// As they are sealed.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        Self.appendHead(
            keyVersion: keyVersion, normaliserVersion: normaliserVersion, to: &bytes)
        for claim in claims {
            bytes.append(claim.type.rawValue)
            bytes.append(UInt8(claim.keys.count))
            for key in claim.keys {
                bytes.append(key.rule)
                bytes += key.digest
            }
        }
        return bytes
    }
}

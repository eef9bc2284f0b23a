internal import Events

/// The tenant's key, under which who a shopper is becomes a keyed hash.
///
/// Two devices with the same key give the same shopper the same hash: that is what joins a journey.
public struct IdentityKey: Sendable {
    private let secret: [UInt8]

    /// Takes the 32 bytes of the key.
    public init?(_ secret: [UInt8]) {
        guard secret.count == 32 else { return nil }
        self.secret = secret
    }

    /// `<type>:k1:n1:` and the base64url of HMAC-SHA-256(key, type ‖ 0x00 ‖ value).
    ///
    /// `k1` is the key's version and `n1` the normaliser's, so that a new rule or key never
    /// splits a shopper unnoticed. An empty value stays empty: its hash would be everybody's.
    ///
    /// - Parameter value: normalised by the type's own rule here.
    public func pseudonym(_ type: IdentityType, of value: [UInt8]) -> [UInt8] {
        guard let code = digest(type, of: value) else { return [] }
        return Array(type.word.utf8) + Array(":k1:n1:".utf8) + Base64.urlText(code)
    }

    /// HMAC-SHA-256(key, type ‖ 0x00 ‖ normalised value); nil of an empty value.
    public func digest(_ type: IdentityType, of value: [UInt8]) -> [UInt8]? {
        let normalised = type.normalise(value)
        guard !normalised.isEmpty else { return nil }
        return Digest.authenticate(Array(type.word.utf8) + [0] + normalised, key: secret)
    }
}

/// What kind of identity a value is.
public enum IdentityType: UInt8, Sendable {
    case email
    case phone
    /// `userId`, and `previousId`, which is the same person's earlier `userId` and so must give the
    /// same hash.
    case user
    case loyalty, card, firstName, lastName, street, city, state, postalCode, country, birthDate
    case fullName
    /// An id in another system.
    case external

    /// The word before the hash, which is hashed too.
    public var word: String {
        switch self {
        case .email: "email"
        case .phone: "phone"
        case .user: "userId"
        case .loyalty: "loyalty"
        case .card: "card"
        case .firstName: "firstName"
        case .lastName: "lastName"
        case .street: "street"
        case .city: "city"
        case .state: "state"
        case .postalCode: "postalCode"
        case .country: "country"
        case .birthDate: "birthDate"
        case .fullName: "name"
        case .external: "externalId"
        }
    }

    /// Version 1 of the rule that makes two spellings of one value equal.
    func normalise(_ value: [UInt8]) -> [UInt8] {
        switch self {
        case .email: Self.trimmedLowerCase(value)
        case .phone: Self.digits(value)
        default: value
        }
    }

    private static func trimmedLowerCase(_ value: [UInt8]) -> [UInt8] {
        let scalars = String(decoding: value, as: UTF8.self).unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return [] }
        return Array(String(scalars[first...last]).lowercased().utf8)
    }

    private static func digits(_ value: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        for byte in value where 48...57 ~= byte || (byte == UInt8(ascii: "+") && digits.isEmpty) {
            digits.append(byte)
        }
        return digits == [UInt8(ascii: "+")] ? [] : digits
    }
}

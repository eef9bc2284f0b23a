/// What kind of identity a value is.
public enum IdentityType: UInt8, CaseIterable, Sendable {
    case email
    case phone
    /// `userId`, and `previousId`, which is the same person's earlier `userId` and so must give the
    /// same hash.
    case user
    /// The number of a loyalty card or account.
    case loyalty
    /// What stands for a payment card: its number, or a token of the terminal's.
    case card
    case firstName, lastName, street, city, state, postalCode, country, birthDate, gender
    /// Hashes without a key that a producer made itself; what was hashed, and how it was
    /// normalised, is not known, so that no key of theirs equals the raw value's.
    case emailSHA256, emailSHA1, emailMD5, phoneSHA256, phoneSHA1, phoneMD5
    /// First and last name in one.
    case fullName
    /// An id in another system.
    case external

    /// The word before the hash, which is hashed too.
    public var word: StaticString {
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
        case .gender: "gender"
        case .emailSHA256: "emailSHA256"
        case .emailSHA1: "emailSHA1"
        case .emailMD5: "emailMD5"
        case .phoneSHA256: "phoneSHA256"
        case .phoneSHA1: "phoneSHA1"
        case .phoneMD5: "phoneMD5"
        case .fullName: "name"
        case .external: "externalId"
        }
    }
}

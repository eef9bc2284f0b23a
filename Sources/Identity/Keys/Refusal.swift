/// Why a value has no key.
public enum Refusal: UInt8, Sendable {
    /// Nothing but white space, or nothing left by the platform's rule.
    case empty
    /// A placeholder, or the hash of nothing: everybody's.
    case blocked
    /// Not UTF-8.
    case encoding
    /// Over the limit of its kind.
    case tooLong
    /// A telephone number with an extension: it reaches a house, not a person.
    case hasExtension
    /// A national telephone number, and no region is set.
    case noRegion
    /// No region has this calling code.
    case callingCode
    /// Too few or too many digits for the region.
    case length
    /// A national telephone number without what is dialled before it, so perhaps a local one.
    case trunk
    /// What the kind of value cannot have in it.
    case characters
    /// Not in the form that the kind of value has.
    case format
    /// A hash that the platform does not take.
    case hash
    /// No region of ISO 3166-1.
    case country

    /// The reason as programs read it.
    public var word: StaticString {
        switch self {
        case .empty: "empty"
        case .blocked: "blocked"
        case .encoding: "encoding"
        case .tooLong: "too_long"
        case .hasExtension: "extension"
        case .noRegion: "no_region"
        case .callingCode: "calling_code"
        case .length: "length"
        case .trunk: "trunk"
        case .characters: "characters"
        case .format: "format"
        case .hash: "hash"
        case .country: "country"
        }
    }
}

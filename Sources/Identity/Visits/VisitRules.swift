internal import Events

/// What an operator decides about visits.
public struct VisitRules: Sendable {
    /// So long after its last event a visit is over.
    public var idleTimeoutMilliseconds: Int64 = 90_000
    /// Names of events with which a visit begins, beside `Visit Started`.
    public var startEvents: [String] = []
    /// Names of events with which a visit ends, beside `Visit Ended`.
    public var endEvents: [String] = []
    /// Whether somebody else begins a visit of their own; families may share one.
    public var isSplitting = true
    /// An identity seen in more visits than this within a day is shared by many.
    public var sharedIdentityVisits = 20
    /// Hashes of identities of staff, of whatever type.
    public var badges: [VisitName] = []

    /// The event with which a visit begins by call.
    public static let startEvent = "Visit Started"
    /// The event with which a visit ends by call.
    public static let endEvent = "Visit Ended"

    /// The rules where nobody decided otherwise.
    public init() {}

    /// What the name of an event says of visits.
    public func mark(ofEventNamed name: String) -> VisitMark {
        if name == Self.startEvent || startEvents.contains(name) { return .start }
        if endEvents.contains(name) { return .end }
        return name == Self.endEvent ? .endOnly : .none
    }

    /// Whether two values of a type are two people.
    public static func tellsApart(_ type: IdentityType) -> Bool {
        switch type {
        case .email, .phone, .user, .loyalty, .card, .emailSHA256, .emailSHA1, .emailMD5,
            .phoneSHA256, .phoneSHA1, .phoneMD5:
            true
        default: false
        }
    }

    /// Whether an identity is in the list of badges.
    func isBadge(_ name: VisitName) -> Bool { badges.contains { $0.isSame(as: name) } }
}

public import Events

/// What an event's name says of visits.
public enum VisitMark: UInt8, Sendable {
    /// Nothing.
    case none
    /// Here a visit begins.
    case start
    /// Here a visit ends: something that a shopper does, and does last.
    case end
    /// Here a visit ends, and the event is nothing beside: without a visit it begins none.
    case endOnly
}

/// A keyed hash of who somebody is, or of what a producer calls somebody.
public struct VisitName: Sendable {
    /// An `IdentityType`'s raw value, or `anonymous`.
    public var type: UInt8
    /// Who said it.
    public var producer: UInt64
    /// The first 8 bytes of the hash.
    public var high: UInt64
    /// The next 8 bytes of the hash.
    public var low: UInt64

    /// The type of a name that stands for nobody in particular, such as an SDK's `anonymousId`.
    public static let anonymous: UInt8 = 0xFF

    /// Makes a name of its parts.
    public init(type: UInt8, producer: UInt64, high: UInt64, low: UInt64) {
        self.type = type
        self.producer = producer
        self.high = high
        self.low = low
    }

    /// Whether it names the same: an identity whoever said it, an anonymous name by its producer.
    func isSame(as other: VisitName) -> Bool {
        high == other.high && low == other.low && type == other.type
            && (type != Self.anonymous || producer == other.producer)
    }
}

/// What of an event decides about visits.
public struct VisitEvent: Sendable {
    /// When it happened, on the boot's monotonic clock; negative before the boot.
    public var timeMilliseconds: Int64
    /// What a visit is called that begins with it: epoch ‖ sequence, which grows.
    public var number: UInt64
    /// The call that it came by.
    public var kind: Kind
    /// Ambient events neither begin nor prolong a visit.
    public var lane: Lane
    /// What its name says.
    public var mark = VisitMark.none
    /// What its producer calls the shopper; nil where it says nothing.
    public var anonymous: VisitName?
    /// Who the shopper is, as far as the event says; at most `identitiesMost`.
    public var identities: [VisitName] = []
    /// Whose doing it says it is.
    public var actor: Actor?

    /// No event of a well-meaning producer names more.
    public static let identitiesMost = 16

    /// Makes an event that names nobody.
    public init(timeMilliseconds: Int64, number: UInt64, kind: Kind, lane: Lane) {
        self.timeMilliseconds = timeMilliseconds
        self.number = number
        self.kind = kind
        self.lane = lane
    }
}

/// Where an event belongs.
public struct Placement: Sendable {
    /// Why an event belongs where it does.
    public enum Cause: UInt8, Sendable {
        /// To no visit.
        case none
        /// To a visit that was there.
        case joined
        /// It began one, for there was none at its time.
        case activity
        /// It began one, as its name says.
        case start
        /// It began one, for it is another's who is known.
        case otherIdentity
        /// It began one, for its producer has a new name for the shopper.
        case otherName
        /// It came late, and is not of whose visit it was then: it has one of its own.
        case aside
    }

    /// The number of the visit; nil for none.
    public var visit: UInt64?
    /// Whose doing the visit is, as far as is known by now.
    public var actor = Actor.shopper
    /// Why.
    public var cause = Cause.none
    /// Bit k: identity k of the event says nothing of who the shopper is.
    ///
    /// It is shared by many, or its producer repeats it from a visit that is over.
    public var ignored: UInt32 = 0
    /// Those bits of `ignored` that a producer repeats; the others are shared.
    public var stale: UInt32 = 0
}

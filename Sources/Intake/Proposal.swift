public import Events

/// One event as a producer handed it over, before anybody looked inside.
public struct Proposal: Equatable, Sendable {
    /// Where its text stands in the request.
    public var range: Range<Int>
    /// Why it cannot be admitted, if that shows from outside.
    public var fault: Fault?
    /// The call that the path named; nil where the text must say.
    public var kind: Kind?

    /// Makes a proposal of its parts.
    public init(range: Range<Int>, fault: Fault? = nil, kind: Kind? = nil) {
        self.range = range
        self.fault = fault
        self.kind = kind
    }
}

/// Why an event that could be told apart from its neighbours is quarantined.
public enum Fault: UInt8, CaseIterable, Error, Sendable {
    /// Over `Limits.eventBytes`, or the rest of an oversize request.
    case tooBig
    /// Over `Limits.eventLevels`.
    case tooDeep
    /// No JSON text.
    case notJSON
    /// JSON, but no object.
    case notObject
    /// `type` is none of the six calls.
    case unknownType
    /// A track call that names no event.
    case noEventName

    /// The word in counters, answers and tombstones.
    public var word: String {
        switch self {
        case .tooBig: "too_big"
        case .tooDeep: "too_deep"
        case .notJSON: "not_json"
        case .notObject: "not_object"
        case .unknownType: "unknown_type"
        case .noEventName: "no_event_name"
        }
    }
}

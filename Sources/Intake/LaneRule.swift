internal import Events

/// How urgent an event is, by what it is called.
enum LaneRule {
    // What a marketer cannot do without, and what says who it was.
    private static let criticalPrefixes = ["Checkout ", "Payment ", "Order ", "Consent "]
    // What comes by the thousand and is missed least.
    private static let ambientSuffixes = ["Heartbeat", "Impression", "Promotion Viewed"]

    static func lane(kind: Kind, name: String) -> Lane {
        if kind == .identify || kind == .alias { return .critical }
        if criticalPrefixes.contains(where: { name.hasPrefix($0) }) { return .critical }
        if ambientSuffixes.contains(where: { name.hasSuffix($0) }) { return .ambient }
        return .normal
    }
}

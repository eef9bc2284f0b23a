import Events
import Identity

/// A log of visits told in short words, and what it made of them.
struct VisitBook {
    var log: VisitLog
    private(set) var number: UInt64 = 1 << 32

    init(_ change: (inout VisitRules) -> Void = { _ in }) {
        var rules = VisitRules()
        rules.startEvents = ["Person Detected"]
        rules.endEvents = ["Order Completed"]
        rules.badges = [Self.identity("loyalty:badge")]
        change(&rules)
        log = VisitLog(rules: rules)
        self.rules = rules
    }

    private let rules: VisitRules

    /// Goes on with a log, and with another book's numbers.
    init(log: VisitLog, like other: VisitBook) {
        self.log = log
        (number, rules) = (other.number, other.rules)
    }

    /// `type:value`; who said it is no part of whom it names.
    static func identity(_ text: String, producer: UInt64 = 0) -> VisitName {
        let parts = text.split(separator: ":")
        let type: UInt8 =
            switch parts[0] {
            case "email": 0
            case "phone": 1
            case "user": 2
            default: 3
            }
        return VisitName(
            type: type, producer: producer, high: hash(String(parts[1])), low: UInt64(type))
    }

    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Places an event at so many seconds.
    @discardableResult mutating func place(
        _ seconds: Double, _ name: String = "Product Viewed", _ who: String..., kind: Kind = .track,
        lane: Lane = .normal, producer: UInt64 = 1, anonymous: String? = nil, actor: Actor? = nil
    ) -> Placement {
        place(
            seconds, name, who: who, kind: kind, lane: lane, producer: producer,
            anonymous: anonymous, actor: actor)
    }

    /// The same, with a list of who it names.
    mutating func place(
        _ seconds: Double, _ name: String, who: [String], kind: Kind, lane: Lane,
        producer: UInt64, anonymous: String?, actor: Actor?
    ) -> Placement {
        number += 1
        var event = VisitEvent(
            timeMilliseconds: Int64(seconds * 1000), number: number, kind: kind, lane: lane)
        event.mark = rules.mark(ofEventNamed: name)
        event.identities = who.map { Self.identity($0, producer: producer) }
        if let anonymous {
            event.anonymous = VisitName(
                type: VisitName.anonymous, producer: producer, high: Self.hash(anonymous), low: 0)
        }
        event.actor = actor
        return log.place(event)
    }

    /// Places somebody's saying who they are.
    @discardableResult mutating func identify(
        _ seconds: Double, _ who: String, producer: UInt64 = 1
    ) -> Placement {
        place(seconds, "", who, kind: .identify, lane: .critical, producer: producer)
    }
}

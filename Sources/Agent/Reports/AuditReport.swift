internal import Events
internal import Platform
internal import Store

/// `queue audit`: whether every event that was ever offered is accounted for (promise 3).
///
/// offered = accepted + deduplicated + refused, and accepted = delivered + queued + quarantined +
/// dropped, lane by lane. `queued` is counted from the stored rows, everything else from counters
/// that were committed with the events: so the two sides have nothing in common but the truth.
struct AuditReport: OperatorReport {
    /// One lane's sums.
    struct LaneSums {
        var lane: Lane
        var offered: Int64 = 0
        var accepted: Int64 = 0
        var deduplicated: Int64 = 0
        var refused: Int64 = 0
        var delivered: Int64 = 0
        var queued: Int64 = 0
        var quarantined: Int64 = 0
        var dropped: Int64 = 0

        init(lane: Lane) { self.lane = lane }

        var isOfferedAccounted: Bool {
            Self.isSum(offered, of: [accepted, deduplicated, refused])
        }
        var isAcceptedAccounted: Bool {
            Self.isSum(accepted, of: [delivered, queued, quarantined, dropped])
        }

        /// What does not fit in 64 bits is no sum, but damage.
        private static func isSum(_ sum: Int64, of parts: [Int64]) -> Bool {
            let total = parts.reduce(Int64(0)) { $0.addingSaturated($1) }
            return sum == total && total > .min && total < .max
        }

        mutating func add(_ counter: CounterDelta) {
            switch counter.name {
            case CounterName.offered: Self.add(counter.value, to: &offered)
            case CounterName.accepted: Self.add(counter.value, to: &accepted)
            case CounterName.deduplicated: Self.add(counter.value, to: &deduplicated)
            case CounterName.delivered: Self.add(counter.value, to: &delivered)
            default:
                if counter.name.hasPrefix(CounterName.refusedPrefix) {
                    Self.add(counter.value, to: &refused)
                }
                if counter.name.hasPrefix(CounterName.quarantinedPrefix) {
                    Self.add(counter.value, to: &quarantined)
                }
                if counter.name.hasPrefix(CounterName.droppedPrefix) {
                    Self.add(counter.value, to: &dropped)
                }
            }
        }

        private static func add(_ value: Int64, to sum: inout Int64) {
            sum = sum.addingSaturated(value)
        }
    }

    private(set) var lanes: [LaneSums] = Lane.allCases.map { LaneSums(lane: $0) }
    /// What the store says was lost to damage; how much it was is counted as dropped.
    private let damage: String?

    init(_ loop: AgentLoop, now: Instant, wall: WallTime) throws(StoreError) {
        self.init(
            counters: try loop.store.counters(), queued: try loop.store.statistics(),
            damage: try loop.store.text(NoticeName.damaged))
    }

    init(counters: [CounterDelta], queued: [LaneStatistics], damage: String? = nil) {
        self.damage = damage
        for counter in counters { lanes[Int(counter.lane.rawValue)].add(counter) }
        for lane in queued { lanes[Int(lane.lane.rawValue)].queued += lane.eventCount }
    }

    init(lanes: [LaneSums], damage: String?) {
        self.lanes = lanes
        self.damage = damage
    }

    var isHolding: Bool {
        lanes.allSatisfy { $0.isOfferedAccounted && $0.isAcceptedAccounted }
    }

    var exitCode: Int32 { isHolding ? ExitCode.success : ExitCode.damaged }

    var text: String {
        var text = ""
        for sums in lanes {
            text += sums.lane.word + "\n"
            text += "  offered \(sums.offered) = accepted \(sums.accepted)"
            text += " + deduplicated \(sums.deduplicated) + refused \(sums.refused)"
            text += sums.isOfferedAccounted ? "  holds\n" : "  DOES NOT HOLD\n"
            text += "  accepted \(sums.accepted) = delivered \(sums.delivered)"
            text += " + queued \(sums.queued) + quarantined \(sums.quarantined)"
            text += " + dropped \(sums.dropped)"
            text += sums.isAcceptedAccounted ? "  holds\n" : "  DOES NOT HOLD\n"
        }
        if let damage { text += "damaged:\n" + damage }
        text += isHolding ? "both equations hold\n" : "an equation does not hold\n"
        return text
    }

    func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("schema")
        writer.string("audit/1")
        writer.key("holds")
        writer.boolean(isHolding)
        writer.key("damaged")
        if let damage { writer.string(damage) } else { writer.null() }
        writer.key("lanes")
        writer.beginObject()
        for sums in lanes {
            writer.key(sums.lane.word)
            Self.write(sums, &writer)
        }
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ sums: LaneSums, _ writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in [
            ("offered", sums.offered), ("accepted", sums.accepted),
            ("deduplicated", sums.deduplicated), ("refused", sums.refused),
            ("delivered", sums.delivered), ("queued", sums.queued),
            ("quarantined", sums.quarantined), ("dropped", sums.dropped),
        ] {
            writer.key(name)
            writer.number(value)
        }
        writer.key("holds")
        writer.boolean(sums.isOfferedAccounted && sums.isAcceptedAccounted)
        writer.endObject()
    }
}

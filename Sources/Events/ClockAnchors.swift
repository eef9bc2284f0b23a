/// What a device has learned of its clocks in this boot and in the few before it.
///
/// Of each boot and source two anchors are kept: of the first period in which there was one, for
/// what was captured before, and of the latest. Boots beyond `bootsMost` are forgotten, oldest
/// first.
public struct ClockAnchors: Sendable {
    /// Boots that are remembered.
    public static let bootsMost = 3

    /// The anchors, boots in the order in which they came.
    public private(set) var anchors: [ClockAnchor] = []
    /// Those that the collector has not said it has.
    public private(set) var unsent: [ClockAnchor] = []
    /// Whether there is something that a restart would lose.
    public private(set) var isUnsaved = false

    /// Begins with what an earlier run has kept; a text that cannot be read is no loss.
    public init(keptText: String? = nil) {
        anchors = keptText.flatMap { ClockAnchor.Text.read($0) } ?? []
        unsent = anchors
    }

    /// The text to keep.
    public var text: String { ClockAnchor.Text.write(anchors) }

    /// Takes what was observed, if it says clearly more than what is known.
    ///
    /// What contradicts an earlier answer takes its place: of two times that the collector's clock
    /// showed the later is more likely to be right.
    public mutating func learn(_ observed: ClockAnchor?) {
        guard let observed else { return }
        let known = anchors.indices.filter {
            anchors[$0].boot == observed.boot && anchors[$0].source == observed.source
        }
        guard let last = known.last else { return insert(observed) }
        let latest = anchors[last]
        let learned = Self.intersection(of: latest, observed) ?? observed
        guard latest.period == observed.period else {
            // The first period's anchor stays, the latest gives way.
            if known.count > 1 { forget(latest) }
            return insert(learned)
        }
        let isContradiction = Self.intersection(of: latest, observed) == nil
        guard isContradiction || learned.width * 2 <= latest.width else { return }
        forget(latest)
        insert(learned)
    }

    /// The collector has said that it took what came with a request.
    public mutating func deliver(_ sent: [ClockAnchor]) {
        unsent.removeAll { sent.contains($0) }
    }

    /// The text is on disk.
    public mutating func save() { isUnsaved = false }

    /// What two anchors of one boot say together at the later moment; nil where they contradict
    /// each other.
    static func intersection(of earlier: ClockAnchor, _ later: ClockAnchor) -> ClockAnchor? {
        let offset = earlier.offset(at: later.instant)
        return ClockAnchor(
            boot: later.boot, source: later.source, instant: later.instant,
            lower: max(offset.lowerBound, later.lower), upper: min(offset.upperBound, later.upper))
    }

    private mutating func forget(_ anchor: ClockAnchor) {
        anchors.removeAll { $0 == anchor }
        unsent.removeAll { $0 == anchor }
    }

    private mutating func insert(_ anchor: ClockAnchor) {
        anchors.append(anchor)
        unsent.append(anchor)
        isUnsaved = true
        var boots: [StreamID] = []
        for anchor in anchors where !boots.contains(anchor.boot) { boots.append(anchor.boot) }
        guard boots.count > Self.bootsMost else { return }
        anchors.removeAll { $0.boot == boots[0] }
        unsent.removeAll { $0.boot == boots[0] }
    }
}

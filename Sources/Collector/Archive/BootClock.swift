internal import Events

/// What is known of one boot's clock: of each source and period one anchor.
struct BootClock {
    /// Anchors that are kept: of both sources, four a day each, those of 128 days.
    static let anchorsMost = 1024

    /// By source; each in the order of its moments.
    private var anchors: [[ClockAnchor]] = ClockSource.allCases.map { _ in [] }

    /// Takes anchors of one boot, in any order.
    init(_ anchors: [ClockAnchor] = []) {
        for anchor in anchors { self.anchors[Int(anchor.source.rawValue)].append(anchor) }
        for index in self.anchors.indices {
            self.anchors[index].sort { ($0.instant, $0.period) < ($1.instant, $1.period) }
        }
    }

    /// Whether nothing is known.
    var isEmpty: Bool { anchors.allSatisfy(\.isEmpty) }

    /// The bounds of world time minus monotonic time at a moment; nil where nothing is known.
    ///
    /// Of each source the anchor before the moment and the one behind it count. The synchronised
    /// are believed first, then the nearer; one that contradicts those before it says nothing.
    func offset(at instant: Instant) -> ClosedRange<Int64>? {
        var known: ClosedRange<Int64>?
        for anchors in anchors {
            for anchor in Self.nearest(anchors, instant) {
                let said = anchor.offset(at: instant)
                guard let bounds = known else {
                    known = said
                    continue
                }
                if bounds.overlaps(said) { known = bounds.clamped(to: said) }
            }
        }
        return known
    }

    /// The latest moment of which the time is known, and that time at the least; nil where none is.
    var latest: Int64? {
        let instant = anchors.compactMap(\.last?.instant).max()
        return instant.flatMap { at in
            offset(at: at).map { at.milliseconds.addingSaturated($0.lowerBound) }
        }
    }

    /// When the boot was, at the latest; nil where nothing is known.
    var beginning: Int64? { offset(at: Instant(milliseconds: 0))?.upperBound }

    /// The moments between which an anchor's saying counts: up to its neighbours.
    ///
    /// Of a boot with as many anchors as are kept some behind a source's first are forgotten: what
    /// was solved by them is not solved anew without them.
    func reach(of anchor: ClockAnchor) -> ClosedRange<Int64> {
        let all = anchors[Int(anchor.source.rawValue)]
        let before = all.last { $0.period < anchor.period }
        let after = all.first { $0.period > anchor.period }
        var low = before?.instant.milliseconds ?? 0
        var high = after?.instant.milliseconds ?? .max
        if anchors.reduce(0, { $0 + $1.count }) >= Self.anchorsMost {
            if before == nil, after != nil { high = anchor.instant.milliseconds }
            if let before, before == all.first { low = anchor.instant.milliseconds }
        }
        return low...high
    }

    /// The last anchor up to a moment and the first behind it, the nearer one first.
    private static func nearest(_ anchors: [ClockAnchor], _ instant: Instant) -> [ClockAnchor] {
        var (low, high) = (0, anchors.count)
        while low < high {
            let middle = (low + high) / 2
            if anchors[middle].instant <= instant { low = middle + 1 } else { high = middle }
        }
        let before = low > 0 ? anchors[low - 1] : nil
        let after = low < anchors.count ? anchors[low] : nil
        guard let before, let after else { return [before, after].compactMap { $0 } }
        // Both are within the limit of anchors, and the moment is between them.
        let isBeforeNearer =
            instant.milliseconds(since: before.instant)
            <= after.instant.milliseconds(since: instant)
        return isBeforeNearer ? [before, after] : [after, before]
    }
}

/// Between what times a boot was of whose clock nothing is known: as others of its stream were.
struct BootSpan: Equatable {
    /// The latest time that is known of an earlier boot.
    var earliest: Int64?
    /// When a later one began, at the latest.
    var latest: Int64?

    /// A boot without a clock lies between others by hours: a neighbour that is known some
    /// milliseconds better is no reason to solve all its events anew.
    private static let stepMilliseconds: Int64 = 60_000

    /// What a boot behind this clock's comes after, to the minute before.
    static func earliest(after clock: BootClock) -> Int64? {
        clock.latest.map { $0.subtractingSaturated(phase($0)) }
    }

    /// What a boot before this clock's has begun before, to the minute behind.
    static func latest(before clock: BootClock) -> Int64? {
        clock.beginning.map {
            let phase = phase($0)
            return phase == 0 ? $0 : $0.addingSaturated(stepMilliseconds - phase)
        }
    }

    /// Milliseconds since the whole minute.
    private static func phase(_ milliseconds: Int64) -> Int64 {
        let rest = milliseconds % stepMilliseconds
        return rest < 0 ? rest + stepMilliseconds : rest
    }
}

/// What once told how a device's monotonic clock lies to the time of the world.
public enum ClockSource: UInt8, CaseIterable, Comparable, Sendable {
    /// The kernel, while a time source disciplined the wall clock.
    case synchronised = 0
    /// An answer of the collector's, between its request and its arrival.
    case answer = 1

    /// The word that means this source in texts.
    public var word: String {
        switch self {
        case .synchronised: "synchronised"
        case .answer: "answer"
        }
    }

    /// The source that a word means; nil for any other word.
    public init?(word: String) {
        guard let source = ClockSource.allCases.first(where: { $0.word == word }) else {
            return nil
        }
        self = source
    }

    /// Whether one source is believed before another.
    public static func < (left: ClockSource, right: ClockSource) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Within what bounds world time minus monotonic time lay at one moment of one boot.
///
/// All numbers are milliseconds, no further from 0 than `millisecondsMost`.
public struct ClockAnchor: Hashable, Sendable {
    /// The kernel's boot id.
    public let boot: StreamID
    /// What told it.
    public let source: ClockSource
    /// The moment, by the monotonic clock.
    public let instant: Instant
    /// Unix time minus monotonic time is this at the least.
    public let lower: Int64
    /// Unix time minus monotonic time is this at the most.
    public let upper: Int64

    /// The largest number in an anchor: integers up to it are exact in any JSON reader.
    public static let millisecondsMost: Int64 = 1 << 53
    /// Of the anchors of a period the narrowest says nearly all that the others say: in 6 h two
    /// clocks part by 2 s.
    public static let periodMilliseconds: Int64 = 6 * 3600 * 1000
    /// What the wall clock is off while the kernel calls it synchronised: NTP over the worst links
    /// is some hundred milliseconds off.
    public static let synchronisedErrorMilliseconds: Int64 = 1000
    // 100 ppm: crystals keep 50, and the kernel's own frequency is disciplined on top of it.
    private static let driftDivisor: Int64 = 10_000

    /// Makes an anchor of its parts; nil where they contradict each other or are beyond the limit.
    public init?(
        boot: StreamID, source: ClockSource, instant: Instant, lower: Int64, upper: Int64
    ) {
        let range = -Self.millisecondsMost...Self.millisecondsMost
        guard lower <= upper, range.contains(lower), range.contains(upper),
            0...Self.millisecondsMost ~= instant.milliseconds
        else { return nil }
        (self.boot, self.source, self.instant) = (boot, source, instant)
        (self.lower, self.upper) = (lower, upper)
    }

    /// What a synchronised wall clock says.
    public init?(boot: StreamID, synchronised time: EventTime) {
        guard time.quality == .synchronised else { return nil }
        let offset = time.wallMilliseconds.subtractingSaturated(time.monotonic.milliseconds)
        let error = Self.synchronisedErrorMilliseconds
        self.init(
            boot: boot, source: .synchronised, instant: time.monotonic,
            lower: offset.subtractingSaturated(error), upper: offset.addingSaturated(error))
    }

    /// What somebody's clock says who was asked: it showed one of `shown` between two moments here.
    public init?(
        boot: StreamID, shown: ClosedRange<Int64>, between asked: Instant, and answered: Instant
    ) {
        self.init(
            boot: boot, source: .answer, instant: answered,
            lower: shown.lowerBound.subtractingSaturated(answered.milliseconds),
            upper: shown.upperBound.subtractingSaturated(asked.milliseconds))
    }

    /// How far the bounds are apart.
    public var width: Int64 { upper - lower }

    /// The period of its boot that it is of.
    public var period: Int64 { instant.milliseconds / Self.periodMilliseconds }

    /// The bounds at another moment of the boot, wider by what the clocks may have parted.
    public func offset(at other: Instant) -> ClosedRange<Int64> {
        let drift = Self.drift(other.milliseconds.subtractingSaturated(instant.milliseconds))
        return lower.subtractingSaturated(drift)...upper.addingSaturated(drift)
    }

    /// By how much two clocks may part in a span of time.
    public static func drift(_ milliseconds: Int64) -> Int64 {
        let quotient = milliseconds.magnitude / UInt64(driftDivisor)
        return Int64(quotient) + (quotient * UInt64(driftDivisor) == milliseconds.magnitude ? 0 : 1)
    }

    /// Whether of two anchors of one boot, source and period this one is kept: the narrower, then
    /// the earlier; for any two, one and the same is kept, whichever came first.
    public func isPreferred(to other: ClockAnchor) -> Bool {
        if width != other.width { return width < other.width }
        if instant != other.instant { return instant < other.instant }
        return lower < other.lower
    }
}

extension ClockAnchor {
    /// Anchors in one text: what a device sends along, and what it keeps of itself.
    public enum Text {
        /// Anchors in a text.
        public static let anchorsMost = 16
        private static let partCount = 5

        /// Writes anchors, of which `anchorsMost` are read again.
        public static func write(_ anchors: [ClockAnchor]) -> String {
            var text = ""
            for anchor in anchors {
                if !text.isEmpty { text += ", " }
                text += anchor.boot.hexadecimal + " " + anchor.source.word
                text += " \(anchor.instant.milliseconds) \(anchor.lower) \(anchor.upper)"
            }
            return text
        }

        /// Reads anchors; nil where one of them is none, or where they are too many.
        public static func read(_ text: String) -> [ClockAnchor]? {
            let texts = text.split(separator: ",", omittingEmptySubsequences: false)
            guard texts.count <= anchorsMost else { return nil }
            var anchors: [ClockAnchor] = []
            for text in texts {
                let parts = text.split(separator: " ")
                guard parts.count == partCount,
                    let boot = StreamID(hexadecimal: String(parts[0])),
                    let source = ClockSource(word: String(parts[1])),
                    let instant = Int64(parts[2]), let lower = Int64(parts[3]),
                    let upper = Int64(parts[4]),
                    let anchor = ClockAnchor(
                        boot: boot, source: source, instant: Instant(milliseconds: instant),
                        lower: lower, upper: upper)
                else { return nil }
                anchors.append(anchor)
            }
            return anchors
        }
    }
}

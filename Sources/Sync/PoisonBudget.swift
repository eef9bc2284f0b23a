public import Events

/// Bounds what a collector's refusals may set aside in an hour.
///
/// A bad event is one among many. A collector that refuses them by the hundred is ill itself, by an
/// upgrade or a wrong schema, and most of what it refuses is to stay until somebody has looked.
public struct PoisonBudget: Sendable {
    private static let hourMilliseconds: Int64 = 3_600_000
    // Of few events one is many per cent.
    private static let leastCount: Int64 = 10
    private static let mostCount: Int64 = 100
    private static let judgedForOne: Int64 = 100

    private var hourEnds = Instant(milliseconds: .min)
    private var judgedCount: Int64 = 0
    private var refusedCount: Int64 = 0

    /// Begins with a fresh hour.
    public init() {}

    /// Whether so many events may be set aside; counts them if so.
    ///
    /// In an hour that is 100 events, or as many as 1 % of those that the collector has judged, but
    /// 10 in any case, so that one alone is never stuck for ever; the rest stays until somebody has
    /// looked.
    ///
    /// - Parameters:
    ///   - refused: the events that the answer refuses for good.
    ///   - judged: the events that the answer is about, refused ones among them.
    public mutating func admits(_ refused: Int64, of judged: Int64, at now: Instant) -> Bool {
        if hourEnds <= now {
            hourEnds = now.advanced(byMilliseconds: Self.hourMilliseconds)
            (judgedCount, refusedCount) = (0, 0)
        }
        let sum = refusedCount + refused
        let limit = min(
            Self.mostCount, max(Self.leastCount, (judgedCount + judged) / Self.judgedForOne))
        guard refused == 0 || sum <= limit else { return false }
        judgedCount += judged
        refusedCount = sum
        return true
    }
}

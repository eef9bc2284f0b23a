internal import Events
internal import Store

/// Rows of one event each that did not get through alone: they step aside for those behind them.
///
/// They stay in the store, and all go again after an hour, or when somebody waits for a flush.
struct Withheld {
    private static let milliseconds: Int64 = 3_600_000
    // Every look for what to send next steps over them.
    private static let countMost = 256
    // Nor are they evicted: most of the quota is left to others.
    private static let quotaParts: Int64 = 8

    private(set) var rows: Set<RowKey> = []
    private var byteCount: Int64 = 0
    /// When they go again; never while there are none.
    private(set) var until = Instant.never

    /// Takes a row; false where there are too many, and this one stands in the way of all others.
    mutating func add(
        _ key: RowKey, byteCount added: Int, quotaBytes: Int64, at now: Instant
    ) -> Bool {
        guard rows.count < Self.countMost,
            byteCount + Int64(added) <= quotaBytes / Self.quotaParts
        else { return false }
        if rows.isEmpty { until = now.advanced(byMilliseconds: Self.milliseconds) }
        rows.insert(key)
        byteCount += Int64(added)
        return true
    }

    /// Lets all of them go again.
    mutating func release() { self = Withheld() }
}

internal import Events
internal import Store

/// Rows of one event each that did not get through alone: they step aside for all others.
///
/// They stay in the store. Where nothing else is left to send, and an hour after one was refused
/// or when somebody waits for a flush, the one that was tried longest ago is tried: what it finds
/// out holds for the others too, so that they follow it or wait for the next hour.
struct Withheld {
    private static let milliseconds: Int64 = 3_600_000
    // Every look for what to send next steps over them.
    private static let countMost = 256
    // Nor are they evicted: most of the quota is left to others.
    private static let quotaParts: Int64 = 8

    private var byteCounts: [RowKey: Int64] = [:]
    // As they were tried.
    private var order: [RowKey] = []
    private var isOpen = false
    /// When one may be tried again; never while there are none, or one may be tried already.
    private(set) var until = Instant.never

    var isEmpty: Bool { order.isEmpty }
    var count: Int { order.count }
    var rows: Set<RowKey> { Set(order) }

    /// The row to try where there is nothing else; nil if none may be tried.
    var next: RowKey? { isOpen ? order.first : nil }

    /// Takes a row that did not get through; false where there are too many, and this one stands in
    /// the way of all others.
    mutating func add(
        _ key: RowKey, byteCount added: Int, quotaBytes: Int64, at now: Instant
    ) -> Bool {
        if byteCounts[key] != nil {
            order.removeAll { $0 == key }
            isOpen = false
        } else {
            let byteCount = byteCounts.values.reduce(0, +)
            guard order.count < Self.countMost,
                byteCount + Int64(added) <= quotaBytes / Self.quotaParts
            else { return false }
            byteCounts[key] = Int64(added)
        }
        order.append(key)
        if !isOpen, until == .never { until = now.advanced(byMilliseconds: Self.milliseconds) }
        return true
    }

    /// These have arrived, or became others.
    mutating func remove(_ keys: [RowKey]) {
        guard !order.isEmpty else { return }
        for key in keys where byteCounts.removeValue(forKey: key) != nil {
            order.removeAll { $0 == key }
        }
        if order.isEmpty { self = Withheld() }
    }

    /// One may be tried, if it is time.
    mutating func resume(_ now: Instant) {
        if until <= now { release() }
    }

    /// One may be tried.
    mutating func release() {
        isOpen = !order.isEmpty
        until = .never
    }
}

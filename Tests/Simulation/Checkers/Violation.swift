/// A promise that was not kept.
struct Violation: Error {
    /// The checkers, each of which stands for a promise.
    enum Checker: String, CaseIterable {
        /// Promises 1 and 2: acknowledged events arrive once or are told of.
        case exactlyOnce = "exactly-once"
        /// Promise 3: offered = accepted + deduplicated + refused.
        case offered = "equation-offered"
        /// Promise 3: accepted = delivered + queued + quarantined + dropped.
        case accepted = "equation-accepted"
        /// Promise 1: a disk that keeps what it synced is not taken for a damaged one.
        case gap
        /// Promise 7: per producer the order can be restored.
        case order = "order"
        /// Promise 7: what a device says of its clocks holds the truth.
        case time
        /// Promise 5: the disk holds no more than its quota.
        case quota = "quota"
        /// Promise 5: the agent starts from any damage and from a full disk.
        case start = "start"
        /// The store has what a plain model of it has.
        case model
        /// Once all is well the queue empties.
        case drain = "drain"
    }

    var checker: Checker
    var detail: String

    init(_ checker: Checker, _ detail: String) {
        self.checker = checker
        self.detail = detail
    }
}

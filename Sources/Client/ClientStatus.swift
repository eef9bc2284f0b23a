internal import CFootfall

/// What a call answers: the statuses of `footfall.h`.
enum ClientStatus {
    static let ok = Int32(truncatingIfNeeded: FOOTFALL_OK)
    static let full = Int32(truncatingIfNeeded: FOOTFALL_FULL)
    static let tooLong = Int32(truncatingIfNeeded: FOOTFALL_TOO_LONG)
    static let invalid = Int32(truncatingIfNeeded: FOOTFALL_INVALID)
    static let closed = Int32(truncatingIfNeeded: FOOTFALL_CLOSED)
    static let forked = Int32(truncatingIfNeeded: FOOTFALL_FORKED)
    static let busy = Int32(truncatingIfNeeded: FOOTFALL_BUSY)
    static let timeout = Int32(truncatingIfNeeded: FOOTFALL_TIMEOUT)
    static let tooMany = Int32(truncatingIfNeeded: FOOTFALL_TOO_MANY)
    static let system = Int32(truncatingIfNeeded: FOOTFALL_SYSTEM)

    /// In a few words, ended by a zero.
    static func text(_ status: Int32) -> ConstantText {
        switch status {
        case ok: "done"
        case full: "no room: the event is dropped and counted"
        case tooLong: "longer than an event may be"
        case invalid: "an argument that may not be passed"
        case closed: "no such client is open"
        case forked: "the client is the parent process's"
        case busy: "this thread is in the middle of another call"
        case timeout: "the time is over"
        case tooMany: "as many clients are open as one process may have"
        case system: "the system refused; see errno"
        default: "no status of this library"
        }
    }
}

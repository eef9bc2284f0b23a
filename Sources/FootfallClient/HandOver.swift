internal import CFootfall

/// What became of an event that was handed over; as a number, the status of `footfall.h`.
public enum HandOver: Int32, Sendable, CustomStringConvertible {
    /// The agent will see it, whatever becomes of this process, once it has the client's memory
    /// (``Statistics/isAttached``); before that the event ends with the process.
    case done = 0
    /// There was no room: it is dropped and counted.
    case full = 1
    /// It is longer than an event may be: dropped and counted.
    case tooLong = 2
    /// It cannot be passed: a user's name with a zero byte, or properties hundreds of levels deep.
    case invalid = 3
    /// The client was closed.
    case closed = 4
    /// This process was forked from the one that opened the client.
    case forked = 5
    /// This thread is in the middle of another call, which a signal's handler has interrupted.
    case busy = 6

    init(status: Int32) { self = HandOver(rawValue: status) ?? .invalid }

    /// In a few words, for a log.
    public var description: String {
        unsafe footfall_status_text(rawValue).map { unsafe String(cString: $0) } ?? ""
    }
}

/// How soon an event should be stored.
public enum Urgency: Hashable, Sendable {
    /// With others, within half a minute.
    case ambient
    /// With others, within a second.
    case normal
    /// At once, and there is room kept for it: an order, a payment.
    case critical

    var flags: UInt32 {
        switch self {
        case .ambient: UInt32(FOOTFALL_AMBIENT)
        case .normal: 0
        case .critical: UInt32(FOOTFALL_CRITICAL)
        }
    }
}

/// Why a client could not be opened.
public enum FootfallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The options are none that a client may have.
    case invalid
    /// As many are open as one process may have, 8.
    case tooMany
    /// The system refused memory, a descriptor or a thread.
    case system(errno: Int32)

    /// In words, for a log.
    public var description: String {
        switch self {
        case .invalid: "the options are none that a client may have"
        case .tooMany: "8 clients are open in this process already; close one"
        case .system(let errno): "the system refused memory, a descriptor or a thread: \(errno)"
        }
    }
}

/// What a client has done so far.
public struct Statistics: Hashable, Sendable {
    /// Whether the agent has the client's memory now.
    public let isAttached: Bool
    /// Events that were dropped for want of room, or too long.
    public let dropped: UInt64
    /// Bytes that were handed over and are not stored yet.
    public let waitingBytes: UInt64
    /// Why the agent refused the memory when it did last; nil if it never did.
    public let refusal: String?

    init(_ found: footfall_stats) {
        isAttached = found.is_attached != 0
        dropped = found.dropped
        waitingBytes = found.waiting_bytes
        let text = unsafe withUnsafeBytes(of: found.refusal) { (bytes) in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        refusal = text.isEmpty ? nil : text
    }
}

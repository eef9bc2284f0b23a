internal import CFootfall
internal import CPlatform

/// A client of the agent on this device; for any thread.
///
/// It may be opened before the agent is up, and goes on across the agent's restarts. Each thread
/// writes memory of its own, which is shared with the agent; no call waits unless it says so.
///
/// After `fork` a child has no client: every call there answers ``HandOver/forked``.
public final class Footfall: Sendable {
    private let handle: UInt32

    /// How a client is opened; what is nil has its default.
    public struct Options: Sendable {
        /// The folder of the agent's sockets, at most 90 bytes of UTF-8; nil for the one that
        /// `FOOTFALL_RUNTIME_DIRECTORY` names in the environment, or else `/run/footfall`.
        public var runtimeDirectory: String?
        /// How many threads write without disturbing each other: 1 to 63, by default 8.
        public var lanes: UInt32?
        /// Bytes for each of them: a power of two from 65,536 to 16,777,216, by default 262,144.
        public var laneBytes: UInt32?
        /// Whether a thread of the library looks for the agent; else ``Footfall/poll()`` does.
        public var startsThread = true

        /// The defaults.
        public init() {}
    }

    /// Opens a client; the agent need not be there yet.
    public init(_ options: Options = Options()) throws(FootfallError) {
        var given = unsafe footfall_options()
        unsafe given.size = UInt32(MemoryLayout<footfall_options>.size)
        unsafe given.flags = options.startsThread ? 0 : UInt32(FOOTFALL_NO_THREAD)
        // 0 means the default there, and is none of the values here.
        guard options.lanes != 0, options.laneBytes != 0 else { throw .invalid }
        unsafe given.lanes = options.lanes ?? 0
        unsafe given.lane_bytes = options.laneBytes ?? 0
        var opened: UInt32 = 0
        let status: Int32
        if let folder = options.runtimeDirectory {
            guard !folder.utf8.contains(0) else { throw .invalid }
            status = unsafe folder.withCString { (path) in
                unsafe given.runtime_directory = path
                return unsafe footfall_open(&given, &opened)
            }
        } else {
            status = unsafe footfall_open(&given, &opened)
        }
        switch Int(status) {
        case FOOTFALL_OK: handle = opened
        case FOOTFALL_TOO_MANY: throw .tooMany
        case FOOTFALL_SYSTEM: throw .system(errno: platform_errno())
        default: throw .invalid
        }
    }

    deinit { _ = footfall_close(handle) }

    /// Hands over one event; it is stored soon after, or at once if it is critical.
    @discardableResult
    public func track(
        _ event: String, _ properties: Properties = [:], urgency: Urgency = .normal
    ) -> HandOver {
        guard let json = properties.json else { return .invalid }
        return track(event, json: json, urgency: urgency)
    }

    /// Hands over one event whose properties are a JSON object as text already.
    ///
    /// The text is not parsed here: the agent puts what is no JSON object into quarantine.
    @discardableResult
    public func track(_ event: String, json: String, urgency: Urgency = .normal) -> HandOver {
        track(event, json: Array(json.utf8), urgency: urgency)
    }

    private func track(_ event: String, json: [UInt8], urgency: Urgency) -> HandOver {
        var event = event
        let status = event.withUTF8 { (name) in
            unsafe name.withMemoryRebound(to: CChar.self) { (name) in
                unsafe json.withUnsafeBytes { (json) in
                    unsafe footfall_track_bytes(
                        handle, name.baseAddress, name.count,
                        json.baseAddress?.assumingMemoryBound(to: CChar.self), json.count,
                        urgency.flags)
                }
            }
        }
        return HandOver(status: status)
    }

    /// Says who the shopper is: the user as the shop knows them, and what is known of them.
    ///
    /// The agent replaces the user by a keyed hash before it stores anything, and overwrites the
    /// memory that this stood in.
    @discardableResult
    public func identify(_ user: String, traits: Properties = [:]) -> HandOver {
        // As a C string it would end there, and be somebody else.
        guard !user.utf8.contains(0), let json = traits.json else { return .invalid }
        let status = unsafe String(decoding: json, as: UTF8.self).withCString { (traits) in
            unsafe footfall_identify(handle, user, traits)
        }
        return HandOver(status: status)
    }

    /// A shopper comes to the kiosk: tracked as "Visit Started".
    @discardableResult
    public func visitStart() -> HandOver { HandOver(status: footfall_visit_start(handle)) }

    /// A shopper leaves: tracked as "Visit Ended".
    @discardableResult
    public func visitEnd() -> HandOver { HandOver(status: footfall_visit_end(handle)) }

    /// Waits until all that was handed over before is stored on the device.
    ///
    /// Blocks the calling thread.
    ///
    /// - Parameter timeout: zero or less only asks.
    /// - Returns: whether all is stored; false also of a client that was closed.
    @discardableResult
    public func flush(timeout: Duration) -> Bool {
        let milliseconds = min(max(timeout / .milliseconds(1), 0), Double(UInt32.max))
        return footfall_flush(handle, UInt32(milliseconds)) == Int32(FOOTFALL_OK)
    }

    /// Looks for the agent, or after it, without waiting: for a client that starts no thread.
    ///
    /// To be called every second or oftener, by an event loop's timer, say.
    public func poll() { _ = footfall_poll(handle) }

    /// What has been done so far; nil for a client that was closed, or forked from.
    public var statistics: Statistics? {
        var found = footfall_stats()
        found.size = UInt32(MemoryLayout<footfall_stats>.size)
        guard unsafe footfall_get_stats(handle, &found) == Int32(FOOTFALL_OK) else { return nil }
        return Statistics(found)
    }

    /// Closes the client, once calls under way in other threads have ended.
    ///
    /// What was handed over is the agent's. ``flush(timeout:)`` first waits for it.
    public func close() { _ = footfall_close(handle) }
}

/// The doors that the agent opens to its device.
public struct Doors: Hashable, Sendable {
    /// Where HTTP is spoken; nil for nowhere.
    public var http: ListenAddress?
    /// The path of `ingest.sock`; nil for none.
    public var ingestPath: String?
    /// The path of `control.sock`; nil for none.
    public var controlPath: String?
    /// The path of `ring.sock`; nil for none.
    public var ringPath: String?
    /// The group that may connect to the sockets, beside the agent's user and root.
    public var groupID: UInt32?

    /// Makes a choice of doors.
    public init(
        http: ListenAddress? = nil, ingestPath: String? = nil, controlPath: String? = nil,
        ringPath: String? = nil, groupID: UInt32? = nil
    ) {
        self.http = http
        self.ingestPath = ingestPath
        self.controlPath = controlPath
        self.ringPath = ringPath
        self.groupID = groupID
    }

    /// Opens them, in the order HTTP, ingest, control, ring.
    func open(_ closer: SocketCloser) throws(PlatformError) -> [Listener] {
        var listeners: [Listener] = []
        if let http { listeners.append(try Listener(http: http)) }
        if let ingestPath {
            listeners.append(
                try Listener(.ingest, path: ingestPath, groupID: groupID, closer: closer))
        }
        if let controlPath {
            listeners.append(
                try Listener(.control, path: controlPath, groupID: groupID, closer: closer))
        }
        if let ringPath {
            listeners.append(try Listener(.ring, path: ringPath, groupID: groupID, closer: closer))
        }
        return listeners
    }
}

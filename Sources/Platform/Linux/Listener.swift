internal import CPlatform

/// A listening socket; a Unix socket's file goes with it.
final class Listener {
    private let socket: DoorSocket
    let door: Door
    private let path: String?

    /// The queue of connections that the kernel completes before they are accepted.
    private static let backlog: Int32 = 256

    /// Listens on a TCP address.
    init(http address: ListenAddress) throws(PlatformError) {
        let operation = "listen on " + address.text
        let isVersion6: Int32 = address.address.count == 16 ? 1 : 0
        let number = platform_socket_tcp(isVersion6)
        guard number >= 0 else { throw PlatformError.last(operation) }
        let socket = DoorSocket(owning: number, closer: nil)
        var bytes = address.address
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 16 - bytes.count))
        guard
            unsafe platform_bind_tcp(socket.number, bytes, isVersion6, address.port) == 0,
            listen(socket.number, Listener.backlog) == 0
        else { throw PlatformError.last(operation) }
        self.socket = socket
        door = .http
        path = nil
    }

    /// Listens on a Unix socket, mode 0660, for `groupID` if one is given.
    ///
    /// A socket file left by an earlier process is removed: the caller holds the state lock, so
    /// nobody listens there. With the listener close connections that were never accepted, hence
    /// `closer`.
    init(
        _ door: Door, path: String, groupID: UInt32?, closer: SocketCloser
    ) throws(PlatformError) {
        let operation = "listen on " + path
        try Listener.removeStale(path)
        let number = platform_socket_unix()
        guard number >= 0 else { throw PlatformError.last(operation) }
        let socket = DoorSocket(owning: number, closer: closer)
        // Nobody may connect before group and mode are right.
        let mask = umask(0o177)
        let isBound = unsafe platform_bind_unix(socket.number, path) == 0
        let failure = PlatformError.last(operation)
        umask(mask)
        guard isBound else { throw failure }
        do throws(PlatformError) {
            try Listener.open(socket.number, path, groupID)
        } catch {
            _ = unsafe unlink(path)
            throw error
        }
        self.socket = socket
        self.door = door
        self.path = path
    }

    deinit { if let path { _ = unsafe unlink(path) } }

    /// The socket, for the poller.
    var number: Int32 { socket.number }

    /// The port of a TCP listener.
    var port: UInt16? { UInt16(exactly: platform_bound_port(socket.number)) }

    private static func open(_ number: Int32, _ path: String, _ groupID: UInt32?)
        throws(PlatformError)
    {
        if let groupID, unsafe chown(path, uid_t.max, groupID) != 0 {
            throw PlatformError.last("give " + path + " to its group")
        }
        guard unsafe chmod(path, 0o660) == 0 else {
            throw PlatformError.last("set the permissions of " + path)
        }
        guard listen(number, backlog) == 0 else { throw PlatformError.last("listen on " + path) }
    }

    private static func removeStale(_ path: String) throws(PlatformError) {
        let status: FileStatus
        do throws(PlatformError) { status = try FileStatus(at: path) } catch {
            if error.isMissing { return }
            throw error
        }
        guard status.kind == .socket else {
            throw PlatformError(operation: "listen on " + path, errno: EEXIST)
        }
        if unsafe unlink(path) != 0 { throw PlatformError.last("remove " + path) }
    }
}

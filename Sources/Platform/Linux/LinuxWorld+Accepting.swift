internal import CPlatform
internal import Events

/// How connections come in, and which one leaves when there are too many.
extension LinuxWorld {
    /// Newcomers taken at once, so that a flood of them does not starve those inside.
    private static let acceptBatch = 16
    /// How long newcomers wait in the kernel's queue when descriptors or memory have run out.
    private static let acceptPauseMilliseconds: Int64 = 1_000
    /// How long newcomers of Unix sockets wait while too many of those wait to be closed.
    private static let closingPauseMilliseconds: Int64 = 20

    /// Takes newcomers from a listening socket.
    mutating func accept(from listener: Int32, _ door: Door) {
        for _ in 0..<LinuxWorld.acceptBatch {
            if door != .http, !closer.keepsUp { return pauseAccepting(isForLocal: true) }
            let number = platform_accept(listener)
            if number < 0 {
                switch platform_errno() {
                case EAGAIN: return
                case EINTR, ECONNABORTED, EPROTO: continue
                default: return pauseAccepting()
                }
            }
            admit(number, door)
        }
    }

    private mutating func pauseAccepting(isForLocal: Bool = false) {
        acceptsAgainAt = now.advanced(
            byMilliseconds: isForLocal
                ? LinuxWorld.closingPauseMilliseconds : LinuxWorld.acceptPauseMilliseconds)
        watchListeners(false, isForLocal: isForLocal)
    }

    private mutating func admit(_ number: Int32, _ door: Door) {
        let socket = DoorSocket(owning: number, closer: door == .http ? nil : closer)
        if door == .http {
            _ = platform_set_no_delay(number)
        } else {
            _ = platform_receive_urgent_inline(number)
        }
        guard makeRoom(door) else { return }
        lastConnection += 1
        let connection = Connection(
            ConnectionID(lastConnection), door, door == .http ? nil : LinuxWorld.peer(number),
            owning: socket, at: now)
        connections[lastConnection] = connection
        tell(.opened(connection.id, door, connection.peer))
        watch(connection)
        if door == .ring { watchProcess(of: connection, number) }
    }

    /// Has the end of the peer's process end the connection; where the kernel does not tell it, the
    /// socket's hang-up does.
    private mutating func watchProcess(of connection: Connection, _ number: Int32) {
        do throws(PlatformError) {
            let process = try FileDescriptor(
                owning: platform_peer_process(number), "watch a process")
            try poller.add(
                process.number, key: connection.id.value | LinuxWorld.processKey,
                interest: Poller.reading)
            connection.process = process
        } catch {}
    }

    private static func peer(_ number: Int32) -> Peer? {
        var userID: UInt32 = 0
        var processID: Int32 = 0
        guard unsafe platform_peer(number, &userID, &processID) == 0 else { return nil }
        return Peer(userID: userID, processID: processID)
    }

    /// Closes the connection that has been silent longest where one more would be too many; false
    /// where none may be closed for it.
    ///
    /// Operators, producers that send, and those that share memory are counted apart. One that is
    /// closing anyway goes first.
    private mutating func makeRoom(_ door: Door) -> Bool {
        let limit =
            switch door {
            case .control: LinuxWorld.controlConnectionLimit
            case .ring: LinuxWorld.ringConnectionLimit
            case .http, .ingest: LinuxWorld.connectionLimit
            }
        var count = 0
        var silent: Connection?
        for connection in connections.values
        where connection.door.isCounted(with: door) && !connection.isGone {
            count += 1
            if let best = silent, !connection.isStaler(than: best) { continue }
            silent = connection
        }
        guard count >= limit, let silent else { return true }
        if silent.isClosing {
            forget(silent)
        } else if door != .ring {
            drop(silent)
        } else {
            return false
        }
        return true
    }
}

extension Door {
    fileprivate func isCounted(with other: Door) -> Bool {
        if self == other { return true }
        return self != .control && other != .control && self != .ring && other != .ring
    }
}

extension Connection {
    /// Whether this one goes before another; by number where both are alike, never by hash order.
    fileprivate func isStaler(than other: Connection) -> Bool {
        if isClosing != other.isClosing { return isClosing }
        if lastActivity != other.lastActivity { return lastActivity < other.lastActivity }
        return id.value < other.id.value
    }
}

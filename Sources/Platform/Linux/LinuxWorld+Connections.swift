internal import CPlatform
internal import Events

/// What happens on connections between their first byte and their last.
extension LinuxWorld {
    /// Queues bytes for a connection; they leave in order; unknown connections are ignored.
    public mutating func send(_ bytes: [UInt8], to connection: ConnectionID) {
        guard let connection = connections[connection.value], case .open = connection.state else {
            return
        }
        if connection.queuedBytes > 0 {
            let total = connections.values.reduce(0) { $0 + $1.queuedBytes }
            if connection.queuedBytes > LinuxWorld.queueLimitBytes
                || total > LinuxWorld.totalQueueLimitBytes
            {
                return drop(connection)
            }
        }
        connection.send(bytes, at: now)
        watch(connection)
    }

    /// Starts or stops reading from a connection: back-pressure towards its producer.
    public mutating func setReading(_ isReading: Bool, of connection: ConnectionID) {
        guard let connection = connections[connection.value] else { return }
        connection.isReading = isReading
        watch(connection)
    }

    /// Closes a connection once what was queued has left, at the latest after 5 s.
    ///
    /// What the peer still sends is read and dropped meanwhile, for closing over unread bytes would
    /// reset the connection and so take the answer from the peer.
    public mutating func close(_ connection: ConnectionID) {
        guard let connection = connections[connection.value] else { return }
        if connection.isGone {
            connections[connection.id.value] = nil
        } else if !connection.isClosing {
            let limit = now.advanced(byMilliseconds: LinuxWorld.drainLimitMilliseconds)
            connection.state = .closing(limit)
            closings.append(connection.id.value)
            drain(connection)
        }
    }

    /// Whether an input is still to be told: not once the loop has closed its connection.
    mutating func isStillNews(_ input: Input) -> Bool {
        switch input {
        case .answered, .terminate, .inherited: return true
        case .opened(let id, _, _): return connections[id.value] != nil
        case .received(let id, _), .ended(let id), .handed(let id, _):
            guard let connection = connections[id.value] else { return false }
            return !connection.isClosing
        case .closed(let id): return connections.removeValue(forKey: id.value) != nil
        }
    }

    /// Meets what the poller found of a connection.
    mutating func meet(_ connection: Connection, _ ready: Poller.Ready) {
        if ready.isWritable || (ready.isHungUp && connection.queuedBytes > 0) {
            connection.flush(at: now)
        }
        if connection.isClosing {
            if ready.isReadable || ready.isHungUp { discard(connection) }
            return drain(connection)
        }
        let wantsBytes = connection.interest & Poller.reading != 0
        if wantsBytes && (ready.isReadable || ready.isHungUp) {
            receive(connection, isHungUp: ready.isHungUp)
        }
        watch(connection)
    }

    mutating func receive(_ connection: Connection, isHungUp: Bool) {
        guard let number = connection.number else { return }
        let count = receive(connection, number)
        if count > 0 {
            connection.lastActivity = now
            tell(.received(connection.id, LinuxWorld.copy(piece, count)))
            forgetPiece(count)
        } else if count == 0 {
            connection.hasEnded = true
            tell(.ended(connection.id))
            // The peer cannot read either: nothing is left to do for it.
            if isHungUp || connection.isMute { drop(connection) }
        } else {
            let errno = platform_errno()
            if errno == EBADMSG && connection.door == .ring { return beginHandover(connection) }
            let isNothing = errno == EAGAIN || errno == EINTR
            if !isNothing || isHungUp { drop(connection) }
        }
    }

    /// Takes bytes, and never a descriptor: `EBADMSG` where one comes with them.
    private mutating func receive(_ connection: Connection, _ number: Int32) -> Int {
        guard connection.door == .http else {
            return unsafe platform_receive_bytes(number, &piece, LinuxWorld.pieceBytes)
        }
        return unsafe platform_receive(number, &piece, LinuxWorld.pieceBytes)
    }

    /// The first bytes of a piece, at once: `Array` of Embedded Swift would copy them one by one.
    private static func copy(_ piece: [UInt8], _ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { (buffer, written) in
            unsafe piece.withUnsafeBytes { (bytes) in
                unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            written = count
        }
    }

    /// What a producer sent says who somebody is: it stays nowhere.
    private mutating func forgetPiece(_ count: Int) {
        unsafe piece.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe _ = memset(start, 0, min(count, bytes.count))
        }
    }

    private mutating func discard(_ connection: Connection) {
        guard let number = connection.number else { return }
        let count = receive(connection, number)
        if count > 0 { forgetPiece(count) }
        if count == 0 { connection.hasEnded = true }
        if count < 0 {
            let errno = platform_errno()
            if errno != EAGAIN && errno != EINTR { forget(connection) }
        }
    }

    /// Brings a closing connection on: send, say that nothing follows, wait for the peer's end.
    private mutating func drain(_ connection: Connection) {
        if connection.isMute || (connection.hasEnded && connection.queuedBytes == 0) {
            return forget(connection)
        }
        if connection.queuedBytes == 0 { connection.shutDownSending() }
        watch(connection)
    }

    /// Ends the closings whose time is up, and drops from the list those that ended by themselves.
    mutating func endClosings() {
        while let first = closings.first {
            if let connection = connections[first], case .closing(let limit) = connection.state {
                if limit > now { return }
                forget(connection)
            }
            closings.removeFirst()
        }
    }

    /// Closes a connection that the loop knows of, and tells the loop.
    mutating func drop(_ connection: Connection) {
        if connection.isGone { return }
        unwatch(connection)
        connection.release()
        connection.state = .gone
        tell(.closed(connection.id))
    }

    /// Closes a connection that the loop has closed already.
    mutating func forget(_ connection: Connection) {
        unwatch(connection)
        connection.release()
        connections[connection.id.value] = nil
    }

    /// Makes the poller watch what the connection is interested in, if anything.
    ///
    /// One without an interest is taken out, for a hang-up would be reported again and again.
    mutating func watch(_ connection: Connection) {
        guard let number = connection.number else { return }
        let interest = connection.interest
        if interest == connection.watched { return }
        let key = connection.id.value
        do throws(PlatformError) {
            if interest == 0 {
                try poller.remove(number)
            } else if connection.watched == 0 {
                try poller.add(number, key: key, interest: interest)
            } else {
                try poller.change(number, key: key, interest: interest)
            }
            connection.watched = interest
        } catch {
            // Out of memory in the kernel; a connection that nobody watches must not stay.
            connection.watched = 0
            if connection.isClosing { forget(connection) } else { drop(connection) }
        }
    }

    private mutating func unwatch(_ connection: Connection) {
        guard let number = connection.number, connection.watched != 0 else { return }
        do throws(PlatformError) { try poller.remove(number) } catch {}
        connection.watched = 0
    }
}

internal import CPlatform

/// How descriptors come in by the ring door, past the loop's thread.
extension LinuxWorld {
    /// Each can be held up for good by one user.
    static let receiverCount = 3

    /// Descriptors come next on a connection.
    mutating func beginHandover(_ connection: Connection) {
        connection.isHandingOver = true
        handovers.append(connection.id.value)
        continueHandovers()
    }

    /// Gives work to the receivers that have none.
    ///
    /// One of a user at a time, so that whoever holds up a receiver holds up no second one.
    private mutating func continueHandovers() {
        var waiting: [UInt64] = []
        for identifier in handovers {
            guard let connection = connections[identifier], connection.isHandingOver,
                let number = connection.number
            else { continue }
            let isServed = receivers.contains { (receiver) in
                guard let guest = receiver.guest else { return false }
                return guest.peer?.userID == connection.peer?.userID
            }
            guard !isServed, let receiver = receivers.first(where: { $0.guest == nil }) else {
                waiting.append(identifier)
                continue
            }
            guard !receiver.begin(number, of: identifier, connection.peer) else { continue }
            if connection.isClosing { forget(connection) } else { drop(connection) }
        }
        handovers = waiting
    }

    /// Meets what a receiver says.
    mutating func collectHandover(_ receiver: DescriptorReceiver) {
        while true {
            let guest = receiver.guest?.connection
            switch receiver.report() {
            case nil: return
            case .ready: continueHandovers()
            case .received(let bytes, let handed):
                guard let guest, let connection = connections[guest] else { continue }
                finishHandover(connection, bytes, handed)
            }
        }
    }

    private mutating func finishHandover(
        _ connection: Connection, _ bytes: [UInt8], _ handed: DescriptorReceiver.Handed
    ) {
        connection.isHandingOver = false
        switch handed {
        case .nothing: break
        case .memory(let memory): tell(.handed(connection.id, memory))
        case .other: tell(.handed(connection.id, nil))
        }
        if !bytes.isEmpty {
            connection.lastActivity = now
            tell(.received(connection.id, bytes))
        }
        if connection.isOrphan { bury(connection) } else { watch(connection) }
    }

    /// Meets the end of a peer's process, though a child of it may still hold the socket.
    ///
    /// Takes what it sent before, then drops the connection.
    mutating func bury(_ connection: Connection) {
        // Its end would be told again and again.
        connection.process = nil
        connection.isOrphan = true
        for _ in 0..<LinuxWorld.lastPiecesMost
        where connection.number != nil && !connection.hasEnded && !connection.isClosing {
            if connection.isHandingOver { return }
            receive(connection, isHungUp: true)
        }
        if connection.isHandingOver { return }
        if connection.isClosing { forget(connection) } else { drop(connection) }
    }

    /// More than a handing-over and a byte to wake the loop are nothing to read.
    private static let lastPiecesMost = 4
}

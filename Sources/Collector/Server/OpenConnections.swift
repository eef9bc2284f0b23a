internal import NIOCore
internal import Synchronization

/// The connections of a server, so that they can be closed when patience with them ends.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// What a connection's pipeline is given, to be noted here until it is closed.
    func witness() -> any RemovableChannelHandler { Witness(connections: self) }

    /// Closes what is open then, whatever it is at.
    func closeAll(in patience: TimeAmount, on loop: any EventLoop) {
        loop.scheduleTask(in: patience) { [self] in
            for channel in channels.withLock({ $0.values.map(\.self) }) {
                channel.close(promise: nil)
            }
        }
    }

    private func note(_ channel: any Channel) {
        let name = ObjectIdentifier(channel)
        channels.withLock { $0[name] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            channels.withLock { _ = $0.removeValue(forKey: name) }
        }
    }

    private final class Witness: ChannelInboundHandler, RemovableChannelHandler, Sendable {
        typealias InboundIn = Any

        let connections: OpenConnections

        init(connections: OpenConnections) { self.connections = connections }

        func handlerAdded(context: ChannelHandlerContext) { connections.note(context.channel) }
    }
}

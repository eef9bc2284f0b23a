internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// The HTTP server around the desk.
struct CollectorServer {
    /// Idle connections and late heads are closed after so long.
    static let idleSeconds: Int64 = 60
    /// Connections at once; more wait to be accepted.
    static let connectionsMax = 1024
    /// A request's head.
    static let headBytesMax = 16 << 10

    let address: ListenAddress
    let desk: BlockDesk
    let log: Logger

    /// How long a body may take before its rate counts.
    var bodyGrace = TimeAmount.seconds(10)
    /// How long requests that have begun may go on once the end is asked for; a device whose
    /// exchange is cut has no receipt, and sends again.
    var endGrace = TimeAmount.seconds(10)

    /// Serves until SIGTERM or SIGINT, then finishes the requests that have begun.
    func run(
        whenListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void
    ) async throws {
        var log = self.log
        log.logLevel = .warning
        let connections = OpenConnections()
        let application = Application(
            responder: CollectorResponder(desk: desk, bodyGrace: bodyGrace),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [connections.witness()],
                    idleTimeout: .seconds(Self.idleSeconds),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.headBytesMax,
                        maxHeaderListSize: Self.headBytesMax, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.connectionsMax, logger: log)),
            onServerRunning: { channel in
                guard let host = channel.localAddress?.ipAddress,
                    let port = channel.localAddress?.port
                else { return }
                whenListening(host, port)
            },
            logger: log)
        let services = [
            BoundedService(service: application, connections: connections, endGrace: endGrace)
        ]
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        ).run()
    }
}

/// A server whose end has a bound.
///
/// Told to end it accepts no more, closes what is idle and finishes what has begun; what has not
/// come to its end by itself within `endGrace` is closed.
struct BoundedService<Base: ApplicationProtocol>: Service {
    let service: Base
    let connections: OpenConnections
    let endGrace: TimeAmount

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await service.run()
        } onGracefulShutdown: {
            connections.closeAll(in: endGrace, on: service.eventLoopGroup.next())
        }
    }
}

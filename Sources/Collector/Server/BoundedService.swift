internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// One listener with what answers there, within bounds, and an end that has a bound.
///
/// Told to end it accepts no more, closes what is idle and finishes what has begun; what has not
/// come to its end by itself within `endGrace` is closed.
struct BoundedService<Responder: HTTPResponder>: Service
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    /// Idle connections and late heads are closed after so long.
    static var idleSeconds: Int64 { 60 }
    /// A request's head.
    static var headBytesMax: Int { 16 << 10 }

    let responder: Responder
    let address: ListenAddress
    /// What names the address on the command line.
    let option: String
    /// Connections at once; more wait to be accepted.
    let connectionsMax: Int
    /// Nil serves in the clear.
    let security: TransportSecurity?
    let endGrace: TimeAmount
    let log: Logger
    let whenListening: @Sendable (ListenAddress) -> Void

    func run() async throws {
        let connections = OpenConnections()
        do {
            let application = try application(connections)
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: {
                connections.closeAll(in: endGrace, on: application.eventLoopGroup.next())
            }
        } catch let error as IOError {
            throw Stop(.unavailable, "\(option) \(address): \(error.localizedDescription)")
        } catch let error as SocketAddressError {
            throw Stop(.unavailable, "\(option) \(address): \(error)")
        }
    }

    private func application(
        _ connections: OpenConnections
    ) throws -> Application<Responder> {
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [connections.witness()],
                idleTimeout: .seconds(Self.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: Self.headBytesMax, maxHeaderListSize: Self.headBytesMax,
                    maxHeaderFieldCount: 100)))
        return Application(
            responder: responder,
            server: try security.map {
                try .tls(plain, tlsConfiguration: $0.configuration)
            } ?? plain,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    connectionsMax, logger: log)),
            onServerRunning: { channel in
                guard let host = channel.localAddress?.ipAddress,
                    let port = channel.localAddress?.port
                else { return }
                whenListening(ListenAddress(host: host, port: port))
            },
            logger: log)
    }
}

internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

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

    /// Serves until SIGTERM or SIGINT, then finishes what is in progress.
    func run(
        whenListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void
    ) async throws {
        var log = self.log
        log.logLevel = .warning
        let application = Application(
            responder: CollectorResponder(desk: desk, bodyGrace: bodyGrace),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
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
        try await application.runService()
    }
}

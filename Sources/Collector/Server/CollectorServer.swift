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

    /// Serves until SIGTERM or SIGINT, then finishes what is in progress.
    func run() async throws {
        var log = self.log
        log.logLevel = .warning
        let application = Application(
            responder: CollectorResponder(desk: desk),
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
                let address = channel.localAddress
                let host = address?.ipAddress ?? "?"
                let isIPv6 = host.contains(":")
                StandardError.write(
                    "listening on \(isIPv6 ? "[\(host)]" : host):\(address?.port ?? 0)")
            },
            logger: log)
        try await application.runService()
    }
}

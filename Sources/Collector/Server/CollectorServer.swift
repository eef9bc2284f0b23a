internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// The listeners around the desk: the devices' one, and one for Prometheus if it has an address.
struct CollectorServer {
    let address: ListenAddress
    let desk: BlockDesk
    let log: Logger

    /// Nil serves in the clear.
    var security: TransportSecurity?
    /// Nil takes blocks as fast as they come.
    var rateLimit: RateLimit?
    /// Where `GET /metrics` is answered, and what reads the archive for it.
    var metrics: (address: ListenAddress, survey: ArchiveSurvey)?
    /// How long a body may take before its rate counts.
    var bodyGrace = TimeAmount.seconds(10)
    /// How long requests that have begun may go on once the end is asked for; a device whose
    /// exchange is cut has no receipt, and sends again.
    var endGrace = TimeAmount.seconds(10)

    enum Listener { case devices, metrics }

    /// Serves until SIGTERM or SIGINT, then finishes the requests that have begun.
    ///
    /// - Throws: `Stop` where an address cannot be had.
    func run(
        whenListening: @escaping @Sendable (Listener, ListenAddress) -> Void
    ) async throws {
        var log = self.log
        log.logLevel = .warning
        var services: [any Service] = []
        // The first ends last: how the end goes can be seen.
        if let metrics {
            services.append(
                BoundedService(
                    responder: MetricsResponder(
                        metrics: desk.metrics, clock: desk.clock, survey: metrics.survey,
                        bodyGrace: bodyGrace),
                    address: metrics.address, option: "--metrics", connectionsMax: 16,
                    security: nil, endGrace: endGrace, log: log,
                    whenListening: { whenListening(.metrics, $0) }))
        }
        let responder = CollectorResponder(
            desk: desk, rateLimit: rateLimit,
            asksForCertificates: security?.asksForCertificates ?? false, bodyGrace: bodyGrace)
        services.append(
            BoundedService(
                responder: responder, address: address, option: "--listen", connectionsMax: 1024,
                security: security, endGrace: endGrace, log: log,
                whenListening: { whenListening(.devices, $0) }))
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        ).run()
    }
}

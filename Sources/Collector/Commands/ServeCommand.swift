internal import ArgumentParser
internal import Foundation
internal import Logging

/// `serve`: takes blocks until it is told to end.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Take blocks from devices.",
        discussion: """
            Without --keys any key is taken, and the address must be a loopback one. A key file \
            has a line `device key` for each device and is mode 0600. SIGTERM ends gracefully.
            """)

    @Option(name: .long, help: "HOST:PORT to listen on; port 0 takes a free one.")
    var listen = "127.0.0.1:4690"

    @OptionGroup var data: DataOptions

    @Option(name: .long, help: "A file of `device key` lines.")
    var keys: String?

    @OptionGroup var transport: TransportOptions

    @Option(
        name: .long, help: "HOST:PORT of loopback to answer Prometheus's GET /metrics on.")
    var metrics: String?

    @Option(
        name: .long, help: "Blocks a second of each device, more for 10 s; 0 sets no limit.")
    var rateLimit = RateLimit.blocksPerSecond

    @Flag(
        name: .long,
        help: "Tell devices this machine's time though its kernel knows of no time source.")
    var trustClock = false

    func validate() throws {
        guard rateLimit == 0 || 0.001...1_000_000 ~= rateLimit else {
            throw ValidationError("--rate-limit \(rateLimit): allowed are 0.001 to 1000000, and 0")
        }
    }

    func run() async throws {
        let address = try Self.address(listen, option: "--listen")
        let metricsAddress = try metrics.map(Self.loopback)
        let ring = try keyRing(for: address)
        let security = try transport.security()
        try checkSealKeys()
        // Everything made from here on is its owner's alone.
        _ = umask(0o077)
        let archive = try Archive.open(folder: data.data)
        var log = Logger(label: "footfall-collector") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = .info
        log.info("started", metadata: ["data": "\(data.data)", "version": "\(productVersion)"])
        let desk = BlockDesk(
            archive: archive, keys: ring, log: log, clock: HostClock(isTrusted: trustClock),
            sealKeys: SealKeyRing(folder: data.data))
        Self.warn(of: desk.clock, log)
        if security == nil, !address.isLoopback {
            log.warning("no --certificate: keys and events can be read on their way here")
        }
        var server = CollectorServer(address: address, desk: desk, log: log)
        server.security = security
        if rateLimit > 0 { server.rateLimit = RateLimit(blocksPerSecond: rateLimit) }
        // What an earlier process left, or an earlier version.
        await desk.settler.settle()
        server.metrics = metricsAddress.map { ($0, ArchiveSurvey(folder: data.data, log: log)) }
        try await server.run { listener, address in
            switch listener {
            case .devices: StandardError.write("listening on \(address)")
            case .metrics: StandardError.write("metrics on \(address)")
            }
        }
        await desk.settler.stop()
        try archive.close()
        log.info("ended")
    }

    private static func warn(of clock: HostClock, _ log: Logger) {
        let reading = clock.read()
        guard !clock.isTold(reading) else { return }
        guard reading.state != .unset else {
            return log.warning("this machine's clock was never set: devices are told no time")
        }
        log.warning(
            """
            this machine's kernel knows of no time source, so devices are told the time to 2 s \
            and unsigned; run one (NTP), or add --trust-clock
            """)
    }

    private static func address(_ text: String, option: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw Stop(
                .configuration,
                "\(option) \(text): not an address; allowed are HOST:PORT and [IPv6]:PORT")
        }
        return address
    }

    /// Whoever asks for the metrics shows no key, and reads names of devices.
    private static func loopback(_ text: String) throws -> ListenAddress {
        let address = try address(text, option: "--metrics")
        guard address.isLoopback else {
            throw Stop(
                .configuration,
                "--metrics \(text): not loopback; let a proxy that asks for a password reach it")
        }
        return address
    }

    /// A file that opens nothing is noticed before a device has sent what needs it.
    private func checkSealKeys() throws {
        do throws(SealKeyFile.Refusal) {
            _ = try SealKeyFile(path: SealKeyFile.path(in: data.data))
        } catch {
            throw Stop(.configuration, error.explanation)
        }
    }

    private func keyRing(for address: ListenAddress) throws -> KeyRing {
        guard let keys else {
            guard address.isLoopback else {
                throw Stop(
                    .configuration,
                    "--listen \(listen): beyond loopback, so devices need keys; add --keys FILE")
            }
            return .open
        }
        do throws(KeyRing.Refusal) {
            return try KeyRing(file: keys)
        } catch {
            throw Stop(.configuration, error.explanation)
        }
    }
}

internal import ArgumentParser
internal import Foundation
internal import Logging
internal import NIOCore

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

    func run() async throws {
        guard let address = ListenAddress(listen) else {
            throw Stop(
                .configuration,
                "--listen \(listen): not an address; allowed are HOST:PORT and [IPv6]:PORT")
        }
        let ring = try keyRing(for: address)
        // Everything made from here on is its owner's alone.
        _ = umask(0o077)
        let archive = try Archive.open(folder: data.data)
        var log = Logger(label: "footfall-collector") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = .info
        log.info("started", metadata: ["data": "\(data.data)", "version": "\(productVersion)"])
        do {
            let desk = BlockDesk(archive: archive, keys: ring, log: log)
            try await CollectorServer(address: address, desk: desk, log: log).run { host, port in
                StandardError.write(
                    "listening on \(host.contains(":") ? "[\(host)]" : host):\(port)")
            }
        } catch let error as IOError {
            throw Stop(.unavailable, "--listen \(listen): \(error.localizedDescription)")
        } catch let error as SocketAddressError {
            throw Stop(.unavailable, "--listen \(listen): \(error)")
        }
        try archive.close()
        log.info("ended")
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

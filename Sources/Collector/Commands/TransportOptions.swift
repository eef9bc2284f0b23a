internal import ArgumentParser

/// How devices reach the collector by TLS; without these they do so in the clear.
struct TransportOptions: ParsableArguments {
    @Option(name: .long, help: "The server's certificate and those above it, PEM: serve by TLS.")
    var certificate: String?

    @Option(name: .long, help: "Its private key, PEM, mode 0600.")
    var certificateKey: String?

    @Option(
        name: .customLong("client-ca"),
        help: "Who vouches for devices, PEM: each must show a certificate with its name.")
    var clientAuthority: String?

    func validate() throws {
        guard (certificate == nil) == (certificateKey == nil) else {
            throw ValidationError("--certificate and --certificate-key go together")
        }
        guard clientAuthority == nil || certificate != nil else {
            throw ValidationError("--client-ca needs --certificate and --certificate-key")
        }
    }

    /// What the files say; nil where none is named.
    func security() throws -> TransportSecurity? {
        guard let certificate, let certificateKey else { return nil }
        do throws(TransportSecurity.Refusal) {
            return try TransportSecurity(
                certificate: certificate, key: certificateKey, authority: clientAuthority)
        } catch {
            throw Stop(.configuration, error.explanation)
        }
    }
}

internal import Foundation
internal import NIOCore
internal import NIOSSL

/// What the devices' listener shows of itself by TLS, and what it asks of them.
struct TransportSecurity {
    /// What is wrong with a file: which, what, what to do.
    struct Refusal: Error, Equatable {
        var explanation: String
    }

    let configuration: TLSConfiguration
    /// Whether each device must show a certificate that bears its name.
    let asksForCertificates: Bool

    /// Reads the files, each in PEM.
    ///
    /// - Parameters:
    ///   - certificate: The server's, and those between it and its authority.
    ///   - key: Its private key, mode 0600.
    ///   - authority: Who vouches for devices; nil asks for no certificate of theirs.
    init(certificate: String, key: String, authority: String?) throws(Refusal) {
        try Self.checkMode(of: key)
        let chain = try Self.read(certificate) { try NIOSSLCertificate.fromPEMFile($0) }
        let secret = try Self.read(key) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(secret))
        configuration.minimumTLSVersion = .tlsv12
        // A device that does not say good-bye is not waited for.
        configuration.shutdownTimeout = .seconds(2)
        if let authority {
            let roots = try Self.read(authority) { try NIOSSLCertificate.fromPEMFile($0) }
            configuration.trustRoots = .certificates(roots)
            // Names are told by whom a request speaks for, not by where it comes from.
            configuration.certificateVerification = .noHostnameVerification
        }
        asksForCertificates = authority != nil
        self.configuration = configuration
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw Refusal(explanation: "\(certificate): does not fit \(key): \(error)")
        }
    }

    private static func checkMode(of file: String) throws(Refusal) {
        let mode: Int
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        } catch {
            throw Refusal(explanation: "\(file): cannot be read: \(error.localizedDescription)")
        }
        guard mode & 0o077 == 0 else {
            throw Refusal(
                explanation: "\(file): mode is 0\(String(mode, radix: 8)), wider than 0600; "
                    + "run: chmod 600 \(file)")
        }
    }

    private static func read<Content>(
        _ file: String, _ reading: (String) throws -> Content
    ) throws(Refusal) -> Content {
        do {
            return try reading(file)
        } catch {
            throw Refusal(explanation: "\(file): cannot be read as PEM: \(error)")
        }
    }
}

internal import NIOSSL

/// Whom a device's certificate names.
struct CertificateNames: Equatable {
    /// What precedes a device's name in a URI, for names that DNS does not allow.
    static let scheme = "urn:footfall:device:"

    private let names: Set<String>

    init(_ names: Set<String>) { self.names = names }

    /// The subject's common names, and each DNS name and device URI of the alternative names.
    init(of certificate: NIOSSLCertificate) {
        var names = Set(certificate.subjectName.filter { $0.type == .commonName }.map(\.value))
        for name in certificate._subjectAlternativeNames() {
            let text = String(decoding: name.contents, as: UTF8.self)
            switch name.nameType {
            case .dnsName: names.insert(text)
            case .uri where text.hasPrefix(Self.scheme):
                names.insert(String(text.dropFirst(Self.scheme.count)))
            default: break
            }
        }
        self.init(names)
    }

    /// Whether it speaks for a device; to the byte, there is no wildcard.
    func contains(_ device: String) -> Bool {
        names.contains { $0.utf8.elementsEqual(device.utf8) }
    }
}

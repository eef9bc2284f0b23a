internal import COpenSSL
internal import Events

/// TLS over a TCP connection (RFC 8446, RFC 5246).
///
/// OpenSSL reads and writes memory alone; what it has written goes over the socket, whose waits
/// have the deadlines. For the wire's thread.
@safe
final class SecureTransport: Transport {
    private static let pieceBytes = 16_384

    let carrier: SocketTransport
    let context: SecureContext
    private let host: String
    let dates: CertificateDates
    private let connection: OpaquePointer
    // Freed with the connection.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    /// Begins TLS on a connection that stands; nil where there is no memory.
    init?(
        over carrier: SocketTransport, _ context: SecureContext, _ destination: Destination,
        _ dates: CertificateDates
    ) {
        guard
            let connection = unsafe context.begin(
                host: destination.host, isLiteral: destination.isLiteral, dates)
        else { return nil }
        guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
        else {
            unsafe SSL_free(connection)
            return nil
        }
        unsafe SSL_set_bio(connection, incoming, outgoing)
        self.carrier = carrier
        self.context = context
        host = destination.host
        self.dates = dates
        unsafe self.connection = connection
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
    }

    deinit {
        // What is freed without an end spoils its session, which is to be resumed.
        unsafe SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        unsafe SSL_free(connection)
    }

    /// Shakes hands, and looks at whom with.
    func shakeHands(until deadline: Instant) throws(TransportFailure) {
        do throws(TransportFailure) {
            // An end before the beginning is no handshake.
            let count = try perform(until: deadline) { unsafe SSL_do_handshake(connection) }
            guard count > 0 else { throw .insecure }
        } catch {
            context.forgetSession()
            let verdict = unsafe SSL_get_verify_result(connection)
            guard error == .insecure, verdict != Int(X509_V_OK) else { throw error }
            throw .untrusted(Int32(clamping: verdict))
        }
        guard context.trust.pins.isEmpty || isPinned else { throw .untrusted(Self.wrongPin) }
        if case .at(let seconds) = dates, let fault = chainFault(at: seconds) {
            context.forgetSession()
            throw .untrusted(fault)
        }
    }

    /// Why one of the certificates that vouch for the peer does not hold; of a resumed session
    /// there is the peer's own alone.
    private func chainFault(at seconds: Int64) -> Int32? {
        for index in 0..<(unsafe openssl_chain_count(connection)) {
            guard let certificate = unsafe openssl_chain_certificate(connection, index) else {
                continue
            }
            if let fault = unsafe CertificateSpan.fault(of: certificate, at: seconds) {
                return fault
            }
        }
        guard let peer = unsafe SSL_get1_peer_certificate(connection) else {
            return X509_V_ERR_UNSPECIFIED
        }
        defer { unsafe X509_free(peer) }
        return unsafe CertificateSpan.fault(of: peer, at: seconds)
    }

    /// The code of a key that is none of those that are known: OpenSSL has none for that.
    static let wrongPin: Int32 = -1

    /// How long the certificates hold; nil before hands were shaken.
    var certificates: CertificateDays? {
        guard let peer = unsafe SSL_get1_peer_certificate(connection) else { return nil }
        defer { unsafe X509_free(peer) }
        guard let collector = unsafe Self.daysLeft(peer) else { return nil }
        // The session's own: not to be freed.
        let own = unsafe SSL_get_certificate(connection)
        return unsafe CertificateDays(
            collector: collector, device: own.flatMap { unsafe Self.daysLeft($0) })
    }

    private static func daysLeft(_ certificate: OpaquePointer) -> Int32? {
        var (days, seconds): (Int32, Int32) = (0, 0)
        let end = unsafe X509_get0_notAfter(certificate)
        guard unsafe ASN1_TIME_diff(&days, &seconds, nil, end) == 1 else { return nil }
        return days
    }

    /// Why a peer is not trusted, in OpenSSL's words.
    static func words(_ code: Int32) -> String {
        guard code != wrongPin else { return "its key is none of pins" }
        guard let text = unsafe X509_verify_cert_error_string(Int(code)) else { return "\(code)" }
        return unsafe String(cString: text)
    }

    private var isPinned: Bool {
        guard let certificate = unsafe SSL_get1_peer_certificate(connection) else { return false }
        defer { unsafe X509_free(certificate) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded)
        guard count > 0, let bytes = unsafe encoded else { return false }
        defer { unsafe CRYPTO_free(bytes, #fileID, 0) }
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe _ = SHA256(bytes, Int(count), &digest)
        return context.trust.pins.contains(digest)
    }

    func send(_ bytes: [UInt8], from offset: Int, until deadline: Instant)
        throws(TransportFailure) -> Int
    {
        let count = Int32(clamping: min(bytes.count - offset, Self.pieceBytes))
        let sent = try perform(until: deadline) {
            unsafe bytes.withUnsafeBytes { (bytes) in
                unsafe SSL_write(connection, bytes.baseAddress.map { unsafe $0 + offset }, count)
            }
        }
        // Nothing more is taken by a peer that has ended.
        guard sent > 0 else { throw .broken(WireErrno.cut) }
        return sent
    }

    func receive(until deadline: Instant) throws(TransportFailure) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        let count = try perform(until: deadline) {
            unsafe SSL_read(connection, &piece, Int32(Self.pieceBytes))
        }
        // By now the peer has sent what its session is resumed with.
        // A resumed one is not verified again.
        if dates != .unchecked { unsafe context.remember(connection, host: host) }
        return Array(piece[..<count])
    }

    /// Has OpenSSL do something, and carries what it wants to read and to write meanwhile; 0 once
    /// the peer has ended the stream.
    private func perform(until deadline: Instant, _ call: () -> Int32)
        throws(TransportFailure) -> Int
    {
        while true {
            ERR_clear_error()
            let result = call()
            let error = unsafe SSL_get_error(connection, result)
            try flush(until: deadline)
            switch error {
            case SSL_ERROR_NONE: return Int(result)
            case SSL_ERROR_ZERO_RETURN: return 0
            case SSL_ERROR_WANT_WRITE: continue
            case SSL_ERROR_WANT_READ: try feed(until: deadline)
            default: throw .insecure
            }
        }
    }

    private func flush(until deadline: Instant) throws(TransportFailure) {
        while unsafe openssl_pending(outgoing) > 0 {
            var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
            let count = unsafe BIO_read(outgoing, &piece, Int32(Self.pieceBytes))
            guard count > 0 else { throw .insecure }
            piece.removeLast(piece.count - Int(count))
            var sent = 0
            while sent < piece.count {
                sent += try carrier.send(piece, from: sent, until: deadline)
            }
        }
    }

    private func feed(until deadline: Instant) throws(TransportFailure) {
        let piece = try carrier.receive(until: deadline)
        // Without TLS's own end the stream may have been cut by anybody.
        guard !piece.isEmpty else { throw .broken(WireErrno.cut) }
        guard unsafe BIO_write(incoming, piece, Int32(piece.count)) == piece.count else {
            throw .insecure
        }
    }
}

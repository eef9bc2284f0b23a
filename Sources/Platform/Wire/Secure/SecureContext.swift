internal import COpenSSL
internal import CPlatform
internal import Events

/// What every TLS connection of the wire begins with: trust, the device's certificate, and the last
/// session, to be resumed.
///
/// Made at the first connection: a device that never speaks TLS reads no roots. Made anew where
/// files have changed, so that a renewed certificate needs no restart. For the wire's thread.
@safe
final class SecureContext {
    // A resumed session shows no certificates anew: without an end nobody would hear that they were
    // renewed, revoked or have ended.
    private static let mostMilliseconds: Int64 = 24 * 3600 * 1000

    private let context: OpaquePointer
    let trust: Trust
    /// Until when its sessions may be resumed and its connections kept: a day after the roots were
    /// read, and so at most a day after hands were shaken in full.
    let until: Instant
    private let stamps: FileStamps
    private var session: OpaquePointer?
    private var sessionHost = ""

    /// Reads what `trust` names.
    init(_ trust: Trust) throws(Conversation.Failure) {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw Conversation.Failure(.credentials, 0)
        }
        unsafe self.context = context
        self.trust = trust
        // Before they are read: what changes meanwhile is noticed at the next look.
        stamps = FileStamps(trust)
        until = SystemClock.monotonicNow().advanced(byMilliseconds: Self.mostMilliseconds)
        guard stamps.isKeyPrivate else { throw Conversation.Failure(.credentials, EACCES) }
        guard unsafe openssl_forbid_before_tls_1_2(context) == 1, loadAuthorities(),
            loadCertificate()
        else {
            ERR_clear_error()
            throw Conversation.Failure(.credentials, 0)
        }
        unsafe openssl_release_buffers(context)
        // A key under a password would be asked for on a terminal.
        unsafe SSL_CTX_set_default_passwd_cb(context, { _, _, _, _ in 0 })
        // A free function for C: it captures nothing.
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, trust.isPinOnly ? passUnknown : nil)
    }

    deinit {
        if let session = unsafe session { unsafe SSL_SESSION_free(session) }
        unsafe SSL_CTX_free(context)
    }

    /// Whether it is still what the files say, and not too old for its sessions.
    var isCurrent: Bool {
        SystemClock.monotonicNow() < until && stamps == FileStamps(trust)
    }

    private func loadAuthorities() -> Bool {
        guard let file = trust.authorityFile else {
            return trust.isPinOnly || (unsafe SSL_CTX_set_default_verify_paths(context) == 1)
        }
        return unsafe SSL_CTX_load_verify_locations(context, file, nil) == 1
    }

    private func loadCertificate() -> Bool {
        guard let certificateFile = trust.certificateFile, let keyFile = trust.keyFile else {
            return true
        }
        return unsafe SSL_CTX_use_certificate_chain_file(context, certificateFile) == 1
            && SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1
            && SSL_CTX_check_private_key(context) == 1
    }

    /// A connection's state, its host to be checked, its last session to be resumed; nil where
    /// there is no memory.
    func begin(host: String, isLiteral: Bool, _ dates: CertificateDates) -> OpaquePointer? {
        guard let connection = unsafe SSL_new(context) else { return nil }
        if dates != .bySystemClock {
            unsafe X509_VERIFY_PARAM_set_flags(
                SSL_get0_param(connection), UInt(X509_V_FLAG_NO_CHECK_TIME))
        }
        let isNamed: Bool
        if isLiteral {
            isNamed = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host) == 1
        } else {
            isNamed =
                unsafe SSL_set1_host(connection, host) == 1
                && openssl_ask_for_name(connection, host) == 1
        }
        guard isNamed else {
            unsafe SSL_free(connection)
            return nil
        }
        if host == sessionHost, let session = unsafe session {
            unsafe SSL_set_session(connection, session)
        }
        unsafe SSL_set_connect_state(connection)
        return unsafe connection
    }

    /// A session that was of no use is not offered again.
    func forgetSession() {
        if let session = unsafe session { unsafe SSL_SESSION_free(session) }
        unsafe session = nil
    }

    /// Remembers a connection's session, for the next to the same host.
    func remember(_ connection: OpaquePointer, host: String) {
        guard let latest = unsafe SSL_get1_session(connection) else { return }
        forgetSession()
        unsafe session = latest
        sessionHost = host
    }
}

/// A chain that leads to nobody is right where the key is known; a wrong name or date is not.
private func passUnknown(_ isFine: Int32, _ store: OpaquePointer?) -> Int32 {
    switch unsafe X509_STORE_CTX_get_error(store) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
        X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_UNTRUSTED:
        // Else it would be said of whatever fails later.
        unsafe X509_STORE_CTX_set_error(store, X509_V_OK)
        return 1
    default: return isFine
    }
}

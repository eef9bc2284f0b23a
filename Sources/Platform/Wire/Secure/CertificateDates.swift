internal import COpenSSL
internal import Events

/// By which clock it is judged whether certificates hold.
enum CertificateDates: Equatable {
    case bySystemClock
    /// By what the collector has said, in seconds since 1970.
    case at(Int64)
    /// By none: the system's clock was never set, and nobody has said anything yet.
    case unchecked

    /// The system's clock, unless it was never set.
    init(knownSeconds: Int64?) {
        self =
            SystemClock.wallNow().quality != .implausible
            ? .bySystemClock : knownSeconds.map { .at($0) } ?? .unchecked
    }
}

/// What a certificate says of itself.
enum CertificateSpan {
    // OpenSSL's calls with a `time_t` are of another size than ours on 32-bit systems; a difference
    // is not.
    private static let secondsPerDay: Int64 = 86_400

    /// Why a certificate does not hold at a moment, in OpenSSL's numbers; nil if it does.
    static func fault(of certificate: OpaquePointer, at seconds: Int64) -> Int32? {
        guard let begins = unsafe moment(X509_get0_notBefore(certificate)),
            let ends = unsafe moment(X509_get0_notAfter(certificate))
        else { return X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD }
        if seconds < begins { return X509_V_ERR_CERT_NOT_YET_VALID }
        return seconds > ends ? X509_V_ERR_CERT_HAS_EXPIRED : nil
    }

    private static func moment(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let beginning = unsafe ASN1_TIME_new() else { return nil }
        defer { unsafe ASN1_TIME_free(beginning) }
        var (days, seconds): (Int32, Int32) = (0, 0)
        guard unsafe ASN1_TIME_set_string(beginning, "19700101000000Z") == 1,
            unsafe ASN1_TIME_diff(&days, &seconds, beginning, time) == 1
        else { return nil }
        return Int64(days) * secondsPerDay + Int64(seconds)
    }
}

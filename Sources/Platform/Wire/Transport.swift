public import Events

/// A connection to a collector as a stream of bytes with deadlines; TCP is one, TLS another.
///
/// Used from the wire's thread, which it blocks until the deadline at most.
public protocol Transport: AnyObject {
    /// Sends some of `bytes`, from `offset` on; returns how many, at least one.
    func send(_ bytes: [UInt8], from offset: Int, until deadline: Instant) throws(TransportFailure)
        -> Int

    /// Receives what has come, at least one byte; none when the peer has ended the stream.
    func receive(until deadline: Instant) throws(TransportFailure) -> [UInt8]
}

/// Why a stream cannot go on.
public enum TransportFailure: Error, Hashable {
    /// The deadline came first.
    case late
    /// The loop gave the exchange up.
    case abandoned
    /// The kernel's reason, an errno.
    case broken(Int32)
    /// The peer is not who it should be: why, in OpenSSL's numbers (`X509_V_ERR_…`).
    case untrusted(Int32)
    /// The peer does not speak TLS as it should, or refuses this device.
    case insecure

    /// The errno that says it best.
    var errno: Int32 {
        switch self {
        case .late: WireErrno.late
        case .abandoned: WireErrno.abandoned
        case .broken(let errno): errno
        case .untrusted, .insecure: WireErrno.insecure
        }
    }
}

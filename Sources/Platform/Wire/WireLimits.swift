/// How long each step of an exchange may take.
public struct WireLimits: Hashable, Sendable {
    /// To connect to one address.
    public var connectMilliseconds: Int64
    /// For TLS to begin.
    public var handshakeMilliseconds: Int64
    /// Between two pieces that the peer takes.
    public var sendMilliseconds: Int64
    /// Until the answer begins, and between two pieces of it.
    public var receiveMilliseconds: Int64
    /// For the whole answer, since the request has left.
    public var answerMilliseconds: Int64
    /// The least that a peer gives a request before it ends the connection for its slowness.
    public var peerMilliseconds: Int64
    /// For the whole exchange but the look-up of the name, which the C library bounds.
    public var exchangeMilliseconds: Int64
    /// How long a connection is kept for the next exchange: shorter than any NAT forgets it.
    public var keepMilliseconds: Int64

    /// Makes limits of their parts.
    public init(
        connectMilliseconds: Int64, handshakeMilliseconds: Int64, sendMilliseconds: Int64,
        receiveMilliseconds: Int64, answerMilliseconds: Int64, peerMilliseconds: Int64,
        exchangeMilliseconds: Int64, keepMilliseconds: Int64
    ) {
        self.connectMilliseconds = connectMilliseconds
        self.handshakeMilliseconds = handshakeMilliseconds
        self.sendMilliseconds = sendMilliseconds
        self.receiveMilliseconds = receiveMilliseconds
        self.answerMilliseconds = answerMilliseconds
        self.peerMilliseconds = peerMilliseconds
        self.exchangeMilliseconds = exchangeMilliseconds
        self.keepMilliseconds = keepMilliseconds
    }

    /// Patient enough for a mobile network; a collector that hangs or drips holds the sender for
    /// 25 s at most.
    public static let standard = WireLimits(
        connectMilliseconds: 10_000, handshakeMilliseconds: 15_000, sendMilliseconds: 15_000,
        receiveMilliseconds: 20_000, answerMilliseconds: 25_000, peerMilliseconds: 10_000,
        exchangeMilliseconds: 60_000, keepMilliseconds: 30_000)
}

public import Events

/// Everything outside the agent: time, chance, connections and the wire.
///
/// `LinuxWorld` is the real one; a simulator conforms too and so owns every interleaving. The disk
/// enters beside it, as the process's default SQLite VFS. All calls come from the loop's thread
/// and none of them blocks, except `wait`.
public protocol World: ~Copyable {
    /// The monotonic clock (`CLOCK_BOOTTIME`).
    mutating func monotonicNow() -> Instant

    /// The wall clock, and how far it can be believed.
    mutating func wallNow() -> WallTime

    /// 64 random bits, from the kernel or from the simulator's seed.
    mutating func random() -> UInt64

    /// The next thing that has already happened; nil when nothing has.
    mutating func nextInput() -> Input?

    /// Sleeps until something happens, at the latest until `deadline`.
    mutating func wait(until deadline: Instant)

    /// Queues bytes for a connection; they leave in order. Unknown connections are ignored.
    mutating func send(_ bytes: [UInt8], to connection: ConnectionID)

    /// Starts or stops reading from a connection: back-pressure towards its producer.
    mutating func setReading(_ isReading: Bool, of connection: ConnectionID)

    /// Closes a connection once what was queued has left, at the latest after 5 s.
    ///
    /// No input about the connection follows.
    mutating func close(_ connection: ConnectionID)

    /// Has a descriptor outlive this process, under a name, where somebody is there to keep it.
    ///
    /// The next process is given it as `Input.inherited`.
    mutating func keep(_ descriptor: FileDescriptor, as name: String)

    /// Has what was kept under a name forgotten.
    mutating func forgetKept(_ name: String)

    /// Hands one request to the wire; its answer is an `Input` of a later step.
    ///
    /// One at a time: a second one before the first was answered or abandoned is a programmer
    /// error.
    mutating func submit(_ exchange: Exchange)

    /// Gives up on the exchange under way; its answer, however late, is never an input.
    mutating func abandonExchange()

    /// Gives memory that is free back to whom it came from; for after a burst.
    mutating func releaseMemory()
}

/// A reading of the wall clock.
public struct WallTime: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64
    /// How far the reading can be believed.
    public var quality: TimeQuality

    /// Makes a reading of its parts.
    public init(milliseconds: Int64, quality: TimeQuality) {
        self.milliseconds = milliseconds
        self.quality = quality
    }
}

/// Names one connection for as long as the process lives; never used again.
public struct ConnectionID: Hashable, Sendable {
    /// Counts connections from 1.
    public let value: UInt64

    /// Names the connection numbered `value`.
    public init(_ value: UInt64) { self.value = value }
}

/// The listening socket that a connection came in by.
public enum Door: UInt8, Sendable {
    /// Loopback HTTP.
    case http
    /// `ingest.sock`: NDJSON.
    case ingest
    /// `control.sock`: the operator's verbs.
    case control
    /// `ring.sock`: regions of shared memory, and a byte to wake the loop.
    case ring
}

/// Who is at the other end of a Unix socket, by the kernel's word (`SO_PEERCRED`).
public struct Peer: Hashable, Sendable {
    /// The peer's effective user.
    public var userID: UInt32
    /// The peer's process.
    public var processID: Int32

    /// Makes a peer of its parts.
    public init(userID: UInt32, processID: Int32) {
        self.userID = userID
        self.processID = processID
    }
}

/// Something that happened outside.
public enum Input: Sendable {
    /// A producer or an operator connected; `peer` is nil on TCP.
    case opened(ConnectionID, Door, Peer?)
    /// A descriptor came by the ring door, before the bytes that it came with: memory, or nil for
    /// one of anything else, which nobody has touched.
    case handed(ConnectionID, FileDescriptor?)
    /// A descriptor that an earlier process had kept, and under which name, where that is known;
    /// before all else.
    case inherited(FileDescriptor, String?)
    /// Bytes arrived: at least one, at most 64 KiB.
    case received(ConnectionID, [UInt8])
    /// The peer will send no more, but may still read.
    case ended(ConnectionID)
    /// The connection is gone; nothing more is heard of it.
    case closed(ConnectionID)
    /// The wire's answer to the exchange under way.
    case answered(ExchangeAnswer)
    /// SIGTERM or SIGINT: commit, then leave.
    case terminate
}

/// One HTTP request for the collector.
public struct Exchange: Sendable {
    /// Chosen by the caller; comes back in the answer.
    public var number: UInt64
    /// Where to.
    public var destination: Destination
    /// The request target, such as `/v1/blocks`.
    public var path: String
    /// Header fields beside Host, Content-Length and Connection.
    public var headers: [HTTPField]
    /// The body; the method is POST.
    public var body: [UInt8]
    /// The time by the collector's own word, in seconds since 1970; nil where it has said none.
    ///
    /// Certificates are held against it where the wall clock was never set.
    public var knownSeconds: Int64?

    /// Makes a request of its parts.
    public init(
        number: UInt64, destination: Destination, path: String, headers: [HTTPField], body: [UInt8],
        knownSeconds: Int64? = nil
    ) {
        self.number = number
        self.destination = destination
        self.path = path
        self.headers = headers
        self.body = body
        self.knownSeconds = knownSeconds
    }
}

/// A collector's address, read from a URL.
public struct Destination: Hashable, Sendable {
    /// Whether bytes go by TLS.
    public var isSecure: Bool
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String
    /// The TCP port.
    public var port: UInt16

    /// Makes an address of its parts.
    public init(isSecure: Bool, host: String, port: UInt16) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }
}

/// One header field.
public struct HTTPField: Hashable, Sendable {
    /// The name, lower case.
    public var name: String
    /// The value without surrounding white space.
    public var value: String

    /// Makes a field; `name` must be lower case.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What came of an exchange.
public struct ExchangeAnswer: Sendable {
    /// The exchange's number.
    public var number: UInt64
    /// What came back, or why nothing did.
    public var outcome: Outcome
    /// How long the certificates still hold by which TLS was spoken; nil where none was.
    public var certificates: CertificateDays?

    /// Makes an answer of its parts.
    public init(number: UInt64, outcome: Outcome, certificates: CertificateDays? = nil) {
        self.number = number
        self.outcome = outcome
        self.certificates = certificates
    }

    /// What came back, or why nothing did.
    public enum Outcome: Sendable {
        /// A whole HTTP response, from whomever.
        case response(status: Int, headers: [HTTPField], body: [UInt8])
        /// No whole response: the step that failed, and the errno or resolver code behind it.
        case failure(ExchangeStep, code: Int32)

        /// Why nothing came back, in words; nil where something did.
        public var fault: String? {
            guard case .failure(let step, let code) = self else { return nil }
            if step == .untrusted { return step.word + ": " + SecureTransport.words(code) }
            if step == .proxy {
                // An errno is negative there; what it answers is not.
                return code < 0
                    ? PlatformError(operation: step.word, errno: -code).text
                    : step.word + (code > 0 ? ": it answers \(code)" : ": it speaks no HTTP")
            }
            return code > 0 ? PlatformError(operation: step.word, errno: code).text : step.word
        }
    }
}

/// Whole days until certificates end.
public struct CertificateDays: Hashable, Sendable {
    /// Of the collector's.
    public var collector: Int32
    /// Of the device's own; nil if it has none.
    public var device: Int32?

    /// Makes it of its parts.
    public init(collector: Int32, device: Int32? = nil) {
        self.collector = collector
        self.device = device
    }
}

/// The steps of an exchange, each of which has a deadline.
public enum ExchangeStep: UInt8, Sendable {
    case resolve, connect, proxy, credentials, handshake, untrusted, send, receive, slow, malformed

    /// A word for the operator.
    public var word: String {
        switch self {
        case .resolve: "name not resolved"
        case .connect: "no connection"
        case .send: "sending broke off"
        case .receive: "no answer"
        case .slow: "the line is too slow for what is sent"
        case .malformed: "the answer was not HTTP"
        case .proxy: "no way through the proxy"
        case .credentials: "the files of [collector] for TLS cannot be used"
        case .handshake: "no TLS"
        case .untrusted: "the collector is not trusted"
        }
    }
}

public import Events

/// Makes requests of the bytes that one connection delivers, in whatever pieces.
///
/// Pure: no I/O, time is passed in. Feed it, then ask for outcomes until `.incomplete`, and again
/// at `deadline`. After `.oversize` or `.refused` all further bytes are dropped: answer and
/// close. What it holds is bounded by one head, one body and one piece fed, as long as nothing is
/// fed while outcomes wait. Between requests it holds no buffer.
public struct RequestParser: Sendable {
    private enum Phase: Sendable {
        case head
        case body(HTTPRequest, RequestBody)
        case finished
    }

    private let bodyLimitBytes: Int
    private var input: [UInt8] = []
    private var cursor = 0
    private var head = RequestHead()
    private var phase = Phase.head

    /// Makes a parser for a new connection; a body of more than `bodyLimitBytes` is oversize.
    public init(bodyLimitBytes: Int = Limits.requestBytes) {
        self.bodyLimitBytes = bodyLimitBytes
    }

    /// Takes bytes as they arrived.
    public mutating func feed(_ bytes: [UInt8]) {
        if case .finished = phase { return }
        if cursor == input.count {
            input = bytes
            cursor = 0
        } else {
            input.removeSubrange(..<cursor)
            cursor = 0
            input.append(contentsOf: bytes)
        }
    }

    /// What comes next of what was fed; looks at the clock only where that is not enough.
    ///
    /// So bytes that came in time are never late because the caller was.
    public mutating func next(at now: Instant) -> RequestOutcome {
        let outcome = advance(at: now)
        if cursor == input.count {
            input = []
            cursor = 0
        }
        switch outcome {
        case .incomplete where now >= deadline: return finish(late())
        case .refused, .oversize: return finish(outcome)
        default: return outcome
        }
    }

    /// When to call `next` again though no bytes have come; `never` between requests.
    public var deadline: Instant {
        switch phase {
        case .head: head.deadline
        case .body(_, let body): body.deadline
        case .finished: .never
        }
    }

    /// The bytes held in buffers, for a budget over all connections.
    public var bufferedBytes: Int {
        let inputBytes = input.count - cursor
        switch phase {
        case .head: return inputBytes + head.bufferedBytes
        case .body(_, let body): return inputBytes + RequestHead.limitBytes + body.bufferedBytes
        case .finished: return 0
        }
    }

    /// Whether the connection is between requests: nothing of a next one has come.
    public var isIdle: Bool {
        guard case .head = phase else { return false }
        return head.isEmpty && cursor == input.count
    }

    private mutating func advance(at now: Instant) -> RequestOutcome {
        switch phase {
        case .finished: return .incomplete
        case .head: return readHead(at: now)
        case .body(let request, let body):
            // Emptied so that the body is moved, not copied.
            phase = .finished
            return readBody(request, body, at: now)
        }
    }

    private mutating func readHead(at now: Instant) -> RequestOutcome {
        let request: HTTPRequest
        let framing: BodyFraming
        do throws(RequestHead.Refusal) {
            guard let whole = try head.read(input, from: &cursor, at: now) else {
                return .incomplete
            }
            request = whole
            framing = try RequestParser.framing(whole)
        } catch { return .refused(status: error.status, reason: error.reason) }
        head = RequestHead()
        let body = RequestBody(framing, limitBytes: bodyLimitBytes, at: now)
        guard RequestParser.wantsContinue(request), framing != .unsaid, framing != .length(0) else {
            return readBody(request, body, at: now)
        }
        // Whoever asks first need not send what is not wanted.
        if body.isDiscarding { return .oversize(request, discardedBytes: 0) }
        phase = .body(request, body)
        return .continueWanted
    }

    private mutating func readBody(
        _ request: consuming HTTPRequest, _ body: consuming RequestBody, at now: Instant
    ) -> RequestOutcome {
        switch body.read(input, from: &cursor, at: now) {
        case .unfinished:
            phase = .body(request, body)
            return .incomplete
        case .complete:
            phase = .head
            request.body = body.takeStored()
            return .complete(request)
        case .oversize: return .oversize(request, discardedBytes: body.discardedBytes)
        case .malformed: return .refused(status: 400, reason: "the chunked coding is broken")
        }
    }

    private func late() -> RequestOutcome {
        switch phase {
        case .head: .refused(status: 408, reason: "the head took over 5 s")
        case .body(let request, let body) where body.isDiscarding:
            .oversize(request, discardedBytes: body.discardedBytes)
        case .body, .finished: .refused(status: 408, reason: "the body came below 1 KiB/s")
        }
    }

    private mutating func finish(_ outcome: RequestOutcome) -> RequestOutcome {
        phase = .finished
        head = RequestHead()
        input = []
        cursor = 0
        return outcome
    }

    private static func wantsContinue(_ request: HTTPRequest) -> Bool {
        request.version == .http11 && request.field("expect") != nil
    }

    private static func framing(_ request: HTTPRequest) throws(RequestHead.Refusal) -> BodyFraming {
        // RFC 9110 has an HTTP/1.0 client's expectation ignored.
        if request.version == .http11 {
            for field in request.fields
            where field.name == "expect" && field.value.lowercased() != "100-continue" {
                throw RequestHead.Refusal(417, "an expectation other than 100-continue")
            }
        }
        do throws(BodyFraming.Failure) {
            let framing = try BodyFraming(request.fields)
            if framing == .chunked && request.version == .http10 { throw .unknownCoding }
            return framing
        } catch {
            switch error {
            case .twoLengths: throw RequestHead.Refusal(400, "two Content-Length fields")
            case .badLength: throw RequestHead.Refusal(400, "a malformed Content-Length")
            case .lengthWithCoding:
                throw RequestHead.Refusal(400, "Content-Length with Transfer-Encoding")
            case .unknownCoding: throw RequestHead.Refusal(400, "an unknown Transfer-Encoding")
            }
        }
    }
}

internal import Events
internal import Identity
internal import Intake
internal import Platform

/// The HTTP door.
extension AgentLoop {
    func receiveHTTP(
        _ bytes: [UInt8], _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        http[connection]?.parser.feed(bytes)
        drive(connection, &world)
    }

    func endHTTP(_ connection: ConnectionID, _ world: inout some World & ~Copyable) {
        http[connection]?.isEnded = true
        if http[connection]?.isAwaitingCommit == false { close(connection, &world) }
    }

    /// Asks every parser whose peer is late.
    func expireHTTP(_ world: inout some World & ~Copyable, _ now: Instant) {
        var late: [ConnectionID] = []
        for (connection, state) in http where !state.isAwaitingCommit {
            if state.parser.deadline <= now { late.append(connection) }
        }
        // A dictionary's order is another one in each process.
        late.sort { $0.value < $1.value }
        for connection in late { drive(connection, &world) }
    }

    /// Reads requests off a connection until one waits for the commit or bytes are short.
    func drive(_ connection: ConnectionID, _ world: inout some World & ~Copyable) {
        reading: while let state = http[connection], !state.isAwaitingCommit {
            let now = world.monotonicNow()
            switch state.parser.next(at: now) {
            case .incomplete: break reading
            case .continueWanted: world.send(HTTPResponse.proceed, to: connection)
            case .complete(let request): handle(request, connection, &world, now)
            case .oversize(let request, let byteCount):
                admitOversize(request, byteCount, connection, &world)
            case .refused(let status, let reason):
                refuse(status, reason, reason, nil, connection, &world, now)
            }
        }
        reckon(connection, &world)
    }

    private func handle(
        _ request: HTTPRequest, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable, _ now: Instant
    ) {
        switch rules.route(request) {
        case .answer(let response, let closes):
            if response.status >= 400 { countRefusal("\(response.status)", now) }
            reply(response, request, closes, connection, &world)
        case .track(let kind, let key):
            if let key, !rules.isAllowed(key) {
                refuseKey(request, connection, &world, now)
                return
            }
            track(request, kind, key, connection, &world, now)
        }
    }

    private func track(
        _ request: HTTPRequest, _ kind: Kind?, _ key: [UInt8]?, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable, _ now: Instant
    ) {
        let body: [UInt8]
        switch decoded(request) {
        case .body(let bytes): body = bytes
        case .tooBig:
            admitOversize(request, Int64(request.body.count), connection, &world)
            return
        case .refused(let reason):
            refuse(400, "body not readable", reason, request, connection, &world, now)
            return
        }
        let dialect: SegmentDialect
        do throws(IntakeError) {
            dialect = try SegmentDialect(body, kind: kind)
        } catch {
            if error == .tooManyEvents {
                admitOversize(request, Int64(body.count), connection, &world)
            } else {
                refuse(
                    400, "body not parseable", Self.explanation(error), request, connection,
                    &world, now)
            }
            return
        }
        let producerKey = key ?? dialect.writeKey
        guard rules.isAllowed(producerKey) else {
            refuseKey(request, connection, &world, now)
            return
        }
        let handover = Handover(producer: producer(producerKey), time: eventTime(&world))
        _ = admitter.admit(
            dialect.proposals, of: body, from: handover, into: &pending, sequence: &nextSequence)
        answerAfterCommit(request, connection, closes: false, &world)
    }

    private enum DecodedBody { case body([UInt8]), tooBig, refused(String) }

    private func decoded(_ request: HTTPRequest) -> DecodedBody {
        let coding: Inflater.Coding
        switch request.field("content-encoding")?.lowercased() {
        case nil, "identity": return .body(request.body)
        case "gzip", "x-gzip": coding = .gzip
        case "deflate": coding = .deflate
        default: return .refused("Content-Encoding is neither gzip, deflate nor identity")
        }
        do throws(Inflater.Failure) {
            return .body(
                try Inflater.inflate(request.body, coding, limitBytes: Limits.requestBytes))
        } catch {
            return error == .tooBig ? .tooBig : .refused("the compressed body is damaged")
        }
    }

    /// An oversize request is answered like a stored one, or its SDK would send it for ever; what
    /// is left of it is one quarantined event that says how large it was.
    private func admitOversize(
        _ request: HTTPRequest, _ byteCount: Int64, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable
    ) {
        guard case .track(_, let key) = rules.route(request), rules.isAllowed(key) else {
            handle(request, connection, &world, world.monotonicNow())
            close(connection, &world)
            return
        }
        let handover = Handover(producer: producer(key), time: eventTime(&world))
        admitter.quarantine(
            .tooBig, body: [], byteCount: byteCount, offset: nil, from: handover,
            into: &pending, sequence: &nextSequence)
        answerAfterCommit(request, connection, closes: true, &world)
    }

    private func answerAfterCommit(
        _ request: HTTPRequest, _ connection: ConnectionID, closes: Bool,
        _ world: inout some World & ~Copyable
    ) {
        let isClosing = closes || !request.isKeepAlive
        pending.answers.append(
            WaitingAnswer(
                connection: connection, door: .http,
                stored: rules.respond(200, UniversalBody.success, request)
                    .bytes(answering: request, isClosing: isClosing),
                failed: rules.respond(
                    503,
                    UniversalBody.failure(503, "not stored", "the disk refused; send it again"),
                    request
                ).bytes(answering: request, isClosing: isClosing),
                closes: isClosing))
        http[connection]?.isAwaitingCommit = true
        world.setReading(false, of: connection)
    }

    /// The commit is over: what else the connections have sent may be read.
    ///
    /// Not from within the commit, which must not admit anything while it changes the epoch.
    func resumeAnswered(_ world: inout some World & ~Copyable) {
        let connections = resumable
        resumable = []
        for connection in connections {
            guard let state = http[connection] else { continue }
            state.isAwaitingCommit = false
            if !state.isPaused { world.setReading(true, of: connection) }
            drive(connection, &world)
            // What the peer sent before it ended has been read by now.
            if state.isEnded, !state.isAwaitingCommit {
                close(connection, &world)
            }
        }
    }

    private func refuseKey(
        _ request: HTTPRequest, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable, _ now: Instant
    ) {
        refuse(
            401, "unknown key", "this device takes events under its local_keys alone", request,
            connection, &world, now)
    }

    private func refuse(
        _ status: Int, _ error: String, _ detail: String, _ request: HTTPRequest?,
        _ connection: ConnectionID, _ world: inout some World & ~Copyable, _ now: Instant
    ) {
        countRefusal("\(status)", now)
        let body = UniversalBody.failure(status, error, detail)
        // A request that was read to its end leaves the connection in order.
        let closes = request == nil
        reply(rules.respond(status, body, request), request, closes, connection, &world)
    }

    private func reply(
        _ response: HTTPResponse, _ request: HTTPRequest?, _ closes: Bool,
        _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        let isClosing = closes || !(request?.isKeepAlive ?? false)
        world.send(response.bytes(answering: request, isClosing: isClosing), to: connection)
        if isClosing { close(connection, &world) }
    }

    private func close(
        _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        world.close(connection)
        forget(connection)
    }

    private func producer(_ key: [UInt8]?) -> UInt64 {
        guard let key, !key.isEmpty else { return 0 }
        var word: UInt64 = 0
        for byte in Digest.sha256(key).prefix(8) { word = word << 8 | UInt64(byte) }
        return word
    }

    private static func explanation(_ error: IntakeError) -> String {
        switch error {
        case .notJSON(let cause): "\(cause.explanation), at byte \(cause.offset)"
        case .notObject: "the body is no JSON object"
        case .noBatch: "the body has no array named batch"
        case .tooManyEvents: "over \(Limits.requestEvents) events"
        }
    }
}

internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOSSL

/// A request's surroundings, with the connection it came by.
struct CollectorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// The collector's doors: `POST /v1/blocks`, `GET /health` and `GET /ready`.
struct CollectorResponder: HTTPResponder {
    typealias Context = CollectorContext

    /// What all bodies in progress may take together.
    static let bodyBytesMax = 256 << 20
    static let paths: Set = ["/v1/blocks", "/health", "/ready"]

    let desk: BlockDesk
    let rateLimit: RateLimit?
    /// Whether a device must have shown a certificate with its name.
    let asksForCertificates: Bool
    let bodyGrace: TimeAmount
    let budget = BodyBudget(bytes: bodyBytesMax)

    func respond(to request: Request, context: CollectorContext) async throws -> Response {
        let reader = BodyReader(channel: context.channel, grace: bodyGrace)
        let path = request.uri.path
        let answer: BlockAnswer
        var headers = HTTPFields()
        switch (path, request.method) {
        case ("/v1/blocks", .post):
            answer = try await takeBlock(request, reader, context.channel)
        case ("/health", .get):
            answer = try await reply(.word("ok"), to: request, reader)
        case ("/ready", .get):
            answer = try await reply(await readiness(), to: request, reader)
        case ("/v1/blocks", _):
            headers[.allow] = "POST"
            answer = try await reply(.unsigned(405, "only_post"), to: request, reader)
        case ("/health", _), ("/ready", _):
            headers[.allow] = "GET"
            answer = try await reply(.unsigned(405, "only_get"), to: request, reader)
        default:
            answer = try await reply(.unsigned(404, "no_such_path"), to: request, reader)
        }
        desk.metrics.answered(path: Self.paths.contains(path) ? path : "other", answer)
        return response(answer, headers)
    }

    /// Answers whatever the body says, once it has come or has been waited for.
    private func reply(
        _ answer: BlockAnswer, to request: Request, _ reader: BodyReader
    ) async throws -> BlockAnswer {
        var answer = answer
        answer.isLast = try await !reader.discard(request.body)
        return answer
    }

    private func takeBlock(
        _ request: Request, _ reader: BodyReader, _ channel: any Channel
    ) async throws -> BlockAnswer {
        let sender: BlockDesk.Credentials
        switch desk.admit(
            authorization: request.headers[.authorization],
            device: request.headers[.footfallDevice], nonce: request.headers[.footfallNonce])
        {
        case .success(let credentials): sender = credentials
        case .failure(let turned):
            return try await reply(turned.answer, to: request, reader)
        }
        if asksForCertificates, await !Self.names(channel).contains(sender.device) {
            return try await reply(
                .unsigned(403, "certificate_of_another_device"), to: request, reader)
        }
        // Only who is let in takes a token: nobody else can use up a device's.
        if let seconds = rateLimit?.take(device: sender.device) {
            return try await reply(
                .later(429, "too_many_blocks", seconds: seconds), to: request, reader)
        }
        guard request.headers[.contentType] == "application/vnd.footfall.block",
            request.headers[.contentEncoding] == nil
        else {
            return try await reply(.unsigned(415, "not_a_block"), to: request, reader)
        }
        let stated = request.headers[.contentLength].flatMap { Int($0) }
        let expected = min(max(stated ?? BodyReader.bytesMax, 0), BodyReader.bytesMax)
        guard budget.reserve(expected) else {
            return try await reply(.unavailable("busy"), to: request, reader)
        }
        defer { budget.release(expected) }
        let body: [UInt8]
        do {
            body = try await reader.read(request.body, expected: expected)
        } catch is BodyReader.Late {
            var answer = BlockAnswer.unsigned(408, "late_body")
            answer.isLast = true
            return answer
        }
        return await desk.take(
            body, from: sender, keepsDictionary: request.headers[.footfallDictionary] == "keep",
            clock: request.headers[.footfallClock])
    }

    /// Whom the connection's certificate names; nobody where it has none.
    private static func names(_ channel: any Channel) async -> CertificateNames {
        let names = channel.nioSSL_peerCertificate().map { certificate in
            certificate.map(CertificateNames.init(of:)) ?? CertificateNames([])
        }
        do {
            return try await names.get()
        } catch {
            return CertificateNames([])
        }
    }

    private func readiness() async -> BlockAnswer {
        guard budget.hasRoom(for: BlockDesk.bodyBytesMax) else { return .unavailable("busy") }
        guard await desk.readiness.canCommit() else { return .unavailable("unavailable") }
        return .word("ready")
    }

    private func response(_ answer: BlockAnswer, _ more: HTTPFields) -> Response {
        var headers = more
        headers[.contentType] = "application/json"
        if let signature = answer.signature { headers[.footfallSignature] = signature }
        if answer.isLast { headers[.connection] = "close" }
        if let seconds = answer.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

extension HTTPField.Name {
    static let footfallClock = named("Footfall-Clock")
    static let footfallDevice = named("Footfall-Device")
    static let footfallDictionary = named("Footfall-Dictionary")
    static let footfallNonce = named("Footfall-Nonce")
    static let footfallSignature = named("Footfall-Signature")

    private static func named(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("a header's name is made of token characters")
        }
        return field
    }
}

internal import Events
internal import Identity
internal import Intake
internal import Platform

/// What one HTTP request asks for, as far as its head tells.
enum HTTPRoute {
    /// Answer at once, and close where it says so.
    case answer(HTTPResponse, closes: Bool)
    /// Take events: a batch, or a single call of this kind.
    case track(Kind?, key: [UInt8]?)

    static let trackingPaths: [(path: String, kind: Kind?)] =
        [("/v1/batch", nil)] + Kind.allCases.map { ("/v1/" + $0.word, $0) }
}

/// The rules of the HTTP door that need no state: who may ask, for what, and how it is told.
struct HTTPRules {
    /// The address that is listened on, without its port; IPv6 in brackets.
    let listenHost: String
    let localKeys: [[UInt8]]
    let allowedOrigins: [String]

    /// Judges a request by its head (design §9).
    func route(_ request: HTTPRequest) -> HTTPRoute {
        if let host = request.host, !isLocal(host) {
            return refuse(403, "foreign host", "this door serves \(listenHost) alone", request)
        }
        let origin = request.field("origin")
        if let origin, !allowedOrigins.contains(origin) {
            return refuse(
                403, "foreign origin", "list it under [agent] allowed_origins to let it in", request
            )
        }
        if request.method == "OPTIONS" { return .answer(preflight(origin), closes: false) }
        var path = request.path
        if path.hasSuffix("/"), path.utf8.count > 1 { path = String(path.dropLast()) }
        if path == "/health" {
            guard request.method == "GET" else { return wrongMethod("GET", request) }
            return .answer(
                respond(200, Array(#"{"status":"ok"}"#.utf8), request), closes: false)
        }
        guard let tracking = HTTPRoute.trackingPaths.first(where: { $0.path == path }) else {
            return refuse(
                404, "no such path", "POST /v1/batch, or /v1/ and one of the six calls", request,
                closes: false)
        }
        guard request.method == "POST" else { return wrongMethod("POST", request) }
        return .track(tracking.kind, key: authorizedKey(request))
    }

    /// Whether a producer with this key may hand events over.
    func isAllowed(_ key: [UInt8]?) -> Bool {
        guard !localKeys.isEmpty else { return true }
        guard let key else { return false }
        var isFound = false
        for allowed in localKeys where Digest.isEqual(allowed, key) { isFound = true }
        return isFound
    }

    /// An answer in the universal form.
    func refuse(
        _ status: Int, _ error: String, _ detail: String, _ request: HTTPRequest?,
        closes: Bool = true
    ) -> HTTPRoute {
        .answer(
            respond(status, UniversalBody.failure(status, error, detail), request), closes: closes)
    }

    /// An answer with a JSON body and the headers that an allowed page needs.
    func respond(_ status: Int, _ body: [UInt8], _ request: HTTPRequest?) -> HTTPResponse {
        var fields = [HTTPField("content-type", "application/json")]
        if let origin = request?.field("origin"), allowedOrigins.contains(origin) {
            fields += Self.originFields(origin)
        }
        if status == 503 { fields.append(HTTPField("retry-after", "1")) }
        return HTTPResponse(status: status, fields: fields, body: body)
    }

    private func wrongMethod(_ allowed: String, _ request: HTTPRequest) -> HTTPRoute {
        var response = respond(
            405, UniversalBody.failure(405, "wrong method", "use \(allowed)"), request)
        response.fields.append(HTTPField("allow", allowed + ", OPTIONS"))
        return .answer(response, closes: true)
    }

    private func preflight(_ origin: String?) -> HTTPResponse {
        var fields: [HTTPField] = [HTTPField("allow", "GET, POST, OPTIONS")]
        if let origin {
            fields += Self.originFields(origin)
            fields += [
                HTTPField("access-control-allow-methods", "GET, POST, OPTIONS"),
                HTTPField(
                    "access-control-allow-headers",
                    "authorization, content-type, content-encoding, x-retry-count, anonymousid"),
                HTTPField("access-control-max-age", "3600"),
                HTTPField("access-control-allow-private-network", "true"),
            ]
        }
        return HTTPResponse(status: 200, fields: fields)
    }

    private static func originFields(_ origin: String) -> [HTTPField] {
        [
            HTTPField("access-control-allow-origin", origin),
            HTTPField("access-control-allow-credentials", "true"), HTTPField("vary", "Origin"),
        ]
    }

    // A page of another site can point its own name at this address (DNS rebinding), but it cannot
    // choose what the browser writes into Host.
    private func isLocal(_ host: String) -> Bool {
        let name = Self.withoutPort(host).lowercased()
        return name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name == listenHost
    }

    /// The host of an authority; an IPv6 address keeps its brackets.
    static func withoutPort(_ authority: String) -> String {
        if let bracket = authority.utf8.lastIndex(of: UInt8(ascii: "]")) {
            return String(authority[...bracket])
        }
        guard let colon = authority.utf8.firstIndex(of: UInt8(ascii: ":")) else { return authority }
        return String(authority[..<colon])
    }

    /// The key in `Authorization`: a Basic user name, or a Bearer token.
    private func authorizedKey(_ request: HTTPRequest) -> [UInt8]? {
        guard let value = request.field("authorization") else { return nil }
        let bytes = Array(value.utf8)
        guard let space = bytes.firstIndex(of: 0x20) else { return nil }
        let scheme = String(decoding: bytes[..<space], as: UTF8.self).lowercased()
        let credentials = bytes[(space + 1)...].filter { $0 != 0x20 }
        if scheme == "bearer" { return credentials }
        guard scheme == "basic", let pair = Base64.bytes(credentials) else { return nil }
        return Array(pair.prefix { $0 != UInt8(ascii: ":") })
    }
}

import Events
import Testing

@testable import Agent
@testable import Platform

/// The HTTP door's rules (design §9), as far as a request's head decides.
@Suite struct `The HTTP door's rules` {
    private let rules = HTTPRules(
        listenHost: "192.168.7.7", localKeys: [Array("one".utf8), Array("two".utf8)],
        allowedOrigins: ["https://shop.example"])

    private func request(
        _ method: String = "POST", _ path: String = "/v1/batch", host: String? = "127.0.0.1:4680",
        _ fields: [HTTPField] = []
    ) -> HTTPRequest {
        var parser = RequestParser()
        var text = "\(method) \(path) HTTP/1.\(host == nil ? 0 : 1)\r\n"
        if let host { text += "Host: \(host)\r\n" }
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        parser.feed(Array((text + "\r\n").utf8))
        guard case .complete(let request) = parser.next(at: Instant(milliseconds: 0)) else {
            Issue.record("no request: \(text)")
            return HTTPRequest(
                method: "", path: "", version: .http11, fields: [], isKeepAlive: false, body: [])
        }
        return request
    }

    /// The status that is answered at once; 0 where events are taken.
    private func status(_ request: HTTPRequest) -> Int {
        guard case .answer(let response, _) = rules.route(request) else { return 0 }
        return response.status
    }

    @Test(
        arguments: [
            "localhost", "LocalHost:4680", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:4680",
            "192.168.7.7", "192.168.7.7:4680",
        ])
    func `let in who asks this machine`(_ host: String) {
        #expect(status(request(host: host)) == 0)
    }

    @Test(
        arguments: [
            "evil.example", "evil.example:4680", "localhost.evil.example", "127.0.0.1.evil.example",
            "127.0.0.2", "192.168.7.8", "[::2]", "[fe80::1]:4680", "0.0.0.0",
        ])
    func `refuse who asks by a foreign name`(_ host: String) {
        for (method, path) in [("POST", "/v1/batch"), ("GET", "/health"), ("OPTIONS", "/v1/batch")]
        {
            let request = request(method, path, host: host)
            #expect(status(request) == 403)
            guard case .answer(_, closes: true) = rules.route(request) else {
                Issue.record("the connection stays open")
                return
            }
        }
    }

    @Test func `let in who speaks HTTP 1.0 without a host`() {
        #expect(status(request(host: nil)) == 0)
    }

    @Test func `take events on the seven paths, by POST alone`() throws {
        let paths: [(String, Kind?)] =
            [("/v1/batch", nil)] + Kind.allCases.map { ("/v1/" + $0.word, $0) }
        for (path, kind) in paths {
            for form in [path, path + "/", path + "?a=b"] {
                guard case .track(kind, key: nil) = rules.route(request("POST", form)) else {
                    Issue.record("\(form)")
                    continue
                }
            }
            for method in ["GET", "PUT", "DELETE", "HEAD", "PATCH", "post"] {
                guard
                    case .answer(let response, closes: true) = rules.route(request(method, path))
                else {
                    Issue.record("\(method) \(path)")
                    continue
                }
                #expect(response.status == 405)
                #expect(HTTPField.first("allow", in: response.fields) == "POST, OPTIONS")
            }
        }
    }

    @Test(arguments: [
        "/", "/v1", "/v1/", "/v1/tracks", "/v1/Track", "/V1/track", "/v1/batch/x", "/v1//batch",
        "/x",
    ])
    func `know no other path, and stay open`(_ path: String) {
        guard case .answer(let response, closes: false) = rules.route(request("POST", path)) else {
            Issue.record("\(path)")
            return
        }
        #expect(response.status == 404)
    }

    @Test func `say that they are well`() throws {
        for path in ["/health", "/health/"] {
            guard case .answer(let response, closes: false) = rules.route(request("GET", path))
            else { throw Unexpected() }
            #expect(response.status == 200 && response.body == Array(#"{"status":"ok"}"#.utf8))
        }
        #expect(status(request("POST", "/health")) == 405)
    }

    private func withOrigin(_ origin: String, _ method: String = "POST") -> HTTPRequest {
        request(method, "/v1/track", [HTTPField("origin", origin)])
    }

    @Test(
        arguments: [
            "null", "https://evil.example", "http://shop.example", "https://shop.example:8443",
            "https://shop.example.evil", "HTTPS://SHOP.EXAMPLE", "",
        ])
    func `refuse a page of another origin`(_ origin: String) throws {
        for method in ["POST", "OPTIONS", "GET"] {
            guard case .answer(let response, closes: true) = rules.route(withOrigin(origin, method))
            else { throw Unexpected() }
            #expect(response.status == 403)
            #expect(HTTPField.first("access-control-allow-origin", in: response.fields) == nil)
        }
    }

    @Test func `let in a page of an allowed origin, and tell its browser so`() throws {
        let request = withOrigin("https://shop.example", "OPTIONS")
        guard case .answer(let response, closes: false) = rules.route(request) else {
            throw Unexpected()
        }
        func field(_ name: String) -> String? { HTTPField.first(name, in: response.fields) }
        #expect(response.status == 200 && response.body == [])
        #expect(field("access-control-allow-origin") == "https://shop.example")
        #expect(field("access-control-allow-methods")?.contains("POST") == true)
        #expect(field("access-control-allow-headers")?.contains("authorization") == true)
        #expect(field("vary") == "Origin")
        #expect(status(withOrigin("https://shop.example")) == 0)
        let answer = rules.respond(200, [], withOrigin("https://shop.example"))
        #expect(
            HTTPField.first("access-control-allow-origin", in: answer.fields)
                == "https://shop.example")
    }

    @Test func `answer OPTIONS without an origin plainly`() throws {
        guard
            case .answer(let response, closes: false) = rules.route(request("OPTIONS", "/v1/track"))
        else { throw Unexpected() }
        #expect(response.status == 200)
        #expect(HTTPField.first("allow", in: response.fields) == "GET, POST, OPTIONS")
        #expect(HTTPField.first("access-control-allow-origin", in: response.fields) == nil)
    }

    @Test(
        arguments: [
            ("Basic b25lOg==", "one"), ("basic b25l", "one"), ("Basic b25lOnB3OnB3", "one"),
            ("BASIC  b25lOg==", "one"), ("Bearer one", "one"), ("bearer two", "two"),
            ("Basic Og==", ""),
            ("Basic ###", nil), ("Digest one", nil), ("one", nil), ("Basic", nil), ("", nil),
        ] as [(String, String?)])
    func `read the key that a request carries`(_ value: String, _ key: String?) throws {
        let request = request("POST", "/v1/track", [HTTPField("authorization", value)])
        guard case .track(_, let found) = rules.route(request) else { throw Unexpected() }
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == key)
    }

    @Test func `allow the listed keys where some are listed, else any and none`() {
        #expect(rules.isAllowed(Array("one".utf8)) && rules.isAllowed(Array("two".utf8)))
        for key in ["", "on", "ones", "One", "three"] { #expect(!rules.isAllowed(Array(key.utf8))) }
        #expect(!rules.isAllowed(nil))
        let open = HTTPRules(listenHost: "127.0.0.1", localKeys: [], allowedOrigins: [])
        #expect(open.isAllowed(nil) && open.isAllowed([]) && open.isAllowed([0x78]))
    }

    @Test func `ask to try again where nothing was stored`() {
        let fields = rules.respond(503, [], nil).fields
        #expect(HTTPField.first("retry-after", in: fields) == "1")
        #expect(HTTPField.first("content-type", in: fields) == "application/json")
        #expect(HTTPField.first("retry-after", in: rules.respond(200, [], nil).fields) == nil)
    }

    @Test func `say what is wrong in the words that every SDK knows`() {
        #expect(
            String(decoding: UniversalBody.success, as: UTF8.self)
                == #"{"success":true,"status":1,"code":200}"#)
        #expect(
            String(decoding: UniversalBody.failure(400, "bad \"x\"", "at byte 3"), as: UTF8.self)
                == #"{"success":false,"status":0,"code":400,"error":"bad \"x\"","#
                + #""message":"bad \"x\"","detail":"at byte 3"}"#)
    }
}

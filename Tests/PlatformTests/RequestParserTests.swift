import Events
import Platform
import Testing

/// What a stream of bytes must come to, told as one word an outcome.
struct Exchanged: Sendable, CustomTestStringConvertible {
    var name: String
    var sent: [UInt8]
    var outcomes: [String]

    init(_ name: String, _ sent: String, _ outcomes: String...) {
        self.init(name, bytes(sent), outcomes)
    }

    init(_ name: String, _ sent: [UInt8], _ outcomes: [String]) {
        self.name = name
        self.sent = sent
        self.outcomes = outcomes
    }

    var testDescription: String { name }
}

/// One word for an outcome: `refused 400`, or what tells a request from another.
func word(_ outcome: RequestOutcome) -> String {
    switch outcome {
    case .incomplete: return "incomplete"
    case .continueWanted: return "continue"
    case .complete(let request): return word(request) + " " + text(request.body)
    case .oversize(let request, let discarded): return "oversize " + word(request) + " \(discarded)"
    case .refused(let status, _): return "refused \(status)"
    }
}

private func word(_ request: HTTPRequest) -> String {
    let version = request.version == .http10 ? "1.0" : "1.1"
    let query = request.query.map { "?" + $0 } ?? ""
    let persistence = request.isKeepAlive ? "keeps" : "closes"
    let host = request.host ?? "nobody"
    return "\(request.method) \(request.path)\(query) of \(host) \(version) \(persistence)"
}

/// All outcomes of bytes fed in these pieces, a parser being asked after each.
func outcomes(_ pieces: [[UInt8]], bodyLimitBytes: Int = 100) -> [String] {
    var parser = RequestParser(bodyLimitBytes: bodyLimitBytes)
    var words: [String] = []
    for piece in pieces where !piece.isEmpty {
        parser.feed(piece)
        asking: while true {
            let outcome = parser.next(at: at(1000))
            if outcome == .incomplete { break asking }
            words.append(word(outcome))
        }
    }
    return words
}

private let head = "POST /v1/batch HTTP/1.1\r\nHost: kiosk\r\n"
private let post = "POST /v1/batch of kiosk 1.1 keeps "

let goodRequests: [Exchanged] = [
    .init("a body of a length", head + "Content-Length: 2\r\n\r\n{}", post + "{}"),
    .init("no body", "GET /health HTTP/1.1\r\nHost: k\r\n\r\n", "GET /health of k 1.1 keeps "),
    .init("an empty body", head + "Content-Length: 0\r\n\r\n", post),
    .init(
        "a query", "GET /a?b=c?d HTTP/1.1\r\nHost: k\r\n\r\n", "GET /a?b=c?d of k 1.1 keeps "),
    .init(
        "two requests in one piece",
        head + "Content-Length: 1\r\n\r\nA" + head + "Content-Length: 1\r\n\r\nB", post + "A",
        post + "B"),
    .init(
        "chunks, an extension and a trailer",
        head + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0A \t;x\r\n0123456789\r\n"
            + "0\r\nDigest: x\r\n\r\n" + head + "\r\n", post + "abc0123456789", post),
    .init(
        "an empty line before a request",
        "\r\n" + head + "Content-Length: 1\r\n\r\nA\r\n" + head
            + "\r\n", post + "A", post),
    .init(
        "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET / of nobody 1.0 closes "),
    .init(
        "HTTP/1.0 that would stay", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: k\r\n\r\n",
        "GET / of k 1.0 keeps "),
    .init(
        "a client that leaves", "GET / HTTP/1.1\r\nHost: k\r\nConnection: te, Close\r\n\r\n",
        "GET / of k 1.1 closes "),
    .init(
        "an absolute target", "GET HTTP://kiosk:4680/v1?x HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET /v1?x of kiosk:4680 1.1 keeps "),
    .init(
        "an absolute target without a path", "GET http://k HTTP/1.1\r\nHost: k\r\n\r\n",
        "GET / of k 1.1 keeps "),
    .init(
        "every method, for the door to judge",
        "OPTIONS * HTTP/1.1\r\nHost: k\r\n\r\nDELETE /x HTTP/1.1\r\nHost: k\r\n\r\n"
            + "CONNECT k:1 HTTP/1.1\r\nHost: k\r\n\r\n",
        "OPTIONS * of k 1.1 keeps ", "DELETE /x of k 1.1 keeps ", "CONNECT  of k:1 1.1 keeps "),
    .init(
        "an expectation", head + "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nA",
        "continue", post + "A"),
    .init(
        "an expectation without a body", head + "Expect: 100-continue\r\n\r\n", post),
    .init(
        "an expectation of HTTP/1.0, which is nothing",
        "POST / HTTP/1.0\r\nExpect: tea\r\nContent-Length: 1\r\n\r\nA",
        "POST / of nobody 1.0 closes A"),
    .init(
        "a value that is not ASCII", "GET / HTTP/1.1\r\nHost: k\r\nX: caf\u{e9}\t!\r\n\r\n",
        "GET / of k 1.1 keeps "),
    .init(
        "an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / of [::1]:80 1.1 keeps "),
    .init("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / of  1.1 keeps "),
]

private func refused(_ name: String, _ sent: String, _ status: Int) -> Exchanged {
    Exchanged(name, sent, "refused \(status)")
}

private func fields(_ count: Int) -> String {
    String(repeating: "A: b\r\n", count: count)
}

let hostileRequests: [Exchanged] = [
    refused("two lengths", head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    refused("a list of lengths", head + "Content-Length: 2, 2\r\n\r\n{}", 400),
    refused(
        "length with chunked",
        head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    refused(
        "chunked with length",
        head + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 400),
    refused("a negative length", head + "Content-Length: -1\r\n\r\n", 400),
    refused("a signed length", head + "Content-Length: +1\r\n\r\nA", 400),
    refused("a length in words", head + "Content-Length: two\r\n\r\n", 400),
    refused("an empty length", head + "Content-Length:\r\n\r\n", 400),
    refused("a length beyond any", head + "Content-Length: 99999999999999999999\r\n\r\n", 400),
    refused("an unknown coding", head + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400),
    refused(
        "chunked twice",
        head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    refused(
        "chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
    ),
    refused("a chunk size in words", head + "Transfer-Encoding: chunked\r\n\r\nG\r\n", 400),
    refused("a negative chunk", head + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
    refused("a chunk in C's hexadecimal", head + "Transfer-Encoding: chunked\r\n\r\n0x1\r\n", 400),
    refused("a chunk without a size", head + "Transfer-Encoding: chunked\r\n\r\n\r\n", 400),
    refused("a chunk beyond any", head + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n", 400),
    refused("a chunk without its end", head + "Transfer-Encoding: chunked\r\n\r\n1\r\nAB\r\n", 400),
    refused("a chunk ended by a bare feed", head + "Transfer-Encoding: chunked\r\n\r\n1\nA\n", 400),
    refused(
        "an endless extension",
        head + "Transfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "x", count: 300), 400),
    refused(
        "extensions that outweigh their chunks",
        head + "Transfer-Encoding: chunked\r\n\r\n"
            + String(repeating: "1;" + String(repeating: "x", count: 240) + "\r\nA\r\n", count: 90),
        400),
    refused(
        "an endless trailer",
        head + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + fields(4000) + "\r\n", 400),
    refused("a bare feed after the request line", "GET / HTTP/1.1\nHost: k\r\n\r\n", 400),
    refused("a bare feed after a field", "GET / HTTP/1.1\r\nHost: k\n\r\n", 400),
    refused("a bare feed for an end", "GET / HTTP/1.1\r\nHost: k\r\n\n", 400),
    refused("a bare return", "GET / HTTP/1.1\r\nHost: k\rXY: z\r\n\r\n", 400),
    refused("a folded field", "GET / HTTP/1.1\r\nHost: k\r\nX: y\r\n z\r\n\r\n", 400),
    refused("a folded first field", "GET / HTTP/1.1\r\n Host: k\r\n\r\n", 400),
    refused("NUL in a field", "GET / HTTP/1.1\r\nHost: k\r\nX: \u{0}\r\n\r\n", 400),
    refused("NUL in the target", "GET /\u{0} HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a control character", "GET / HTTP/1.1\r\nHost: k\r\nX: \u{1B}[2J\r\n\r\n", 400),
    refused("DEL", "GET / HTTP/1.1\r\nHost: k\r\nX: \u{7F}\r\n\r\n", 400),
    refused("a blank before the colon", "GET / HTTP/1.1\r\nHost : k\r\n\r\n", 400),
    refused("a field without a colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
    refused("a field without a name", "GET / HTTP/1.1\r\n: k\r\n\r\n", 400),
    refused("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
    refused("two Hosts", "GET / HTTP/1.1\r\nHost: k\r\nHost: k\r\n\r\n", 400),
    refused("a Host with a user", "GET / HTTP/1.1\r\nHost: a@k\r\n\r\n", 400),
    refused("a Host with a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    refused("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    refused("HTTP/1.2", "GET / HTTP/1.2\r\nHost: k\r\n\r\n", 505),
    refused("HTTP/0.9", "GET /\r\n", 400),
    refused("a version in lower case", "GET / http/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a version with more digits", "GET / HTTP/1.10\r\nHost: k\r\n\r\n", 400),
    refused("two blanks", "GET  / HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a blank in the target", "GET /a b HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a tab between the parts", "GET\t/\tHTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("no target", "GET  HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a relative target", "GET a HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a star for GET", "GET * HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a fragment", "GET /#a HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("another scheme", "GET ftp://k/ HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("an absolute target without a host", "GET http:/// HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("an absolute target with a user", "GET http://u@k/ HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a target that is not ASCII", "GET /\u{e9} HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("a method that is no token", "G(T / HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("two empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: k\r\n\r\n", 400),
    refused("TLS", "\u{16}\u{3}\u{1}\u{2}", 400),
    refused("another expectation", head + "Expect: tea\r\nContent-Length: 1\r\n\r\nA", 417),
    refused("10,000 fields", "GET / HTTP/1.1\r\nHost: k\r\n" + fields(10_000) + "\r\n", 431),
    refused("101 fields", "GET / HTTP/1.1\r\nHost: k\r\n" + fields(100) + "\r\n", 431),
    refused(
        "a head over 16 KiB",
        "GET / HTTP/1.1\r\nHost: k\r\nX: " + String(repeating: "y", count: 17_000), 431),
    refused("a target over 16 KiB", "GET /" + String(repeating: "y", count: 17_000), 431),
]

let oversizeRequests: [Exchanged] = [
    .init(
        "a length over the limit",
        head + "Content-Length: 101\r\n\r\n" + String(repeating: "A", count: 101),
        "oversize " + post + "101"),
    .init(
        "a length over the limit, asked about first",
        head + "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n", "oversize " + post + "0"),
    .init(
        "chunks over the limit, and no request after them",
        head + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + String(repeating: "A", count: 64)
            + "\r\n40\r\n" + String(repeating: "B", count: 64) + "\r\n0\r\n\r\n" + head + "\r\n",
        "oversize " + post + "145"),
    .init(
        "chunks over the limit that go wrong",
        head + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + String(repeating: "A", count: 101)
            + "\r\nG\r\n", "refused 400"),
]

@Suite struct `The request parser` {
    static let all = goodRequests + hostileRequests + oversizeRequests

    @Test(arguments: all) func `takes a request whole`(_ exchanged: Exchanged) {
        #expect(outcomes([exchanged.sent]) == exchanged.outcomes)
    }

    @Test(arguments: all) func `takes a request byte by byte`(_ exchanged: Exchanged) {
        let pieces = exchanged.sent.map { [$0] }
        #expect(outcomes(pieces) == exchanged.outcomes)
    }

    @Test(arguments: all) func `takes a request in any two pieces`(_ exchanged: Exchanged) {
        let sent = exchanged.sent
        // Where a long request is cut hardly matters; a prime step meets every kind of place.
        for cut in stride(from: 1, to: sent.count, by: sent.count > 1000 ? 97 : 1) {
            let found = outcomes([Array(sent[..<cut]), Array(sent[cut...])])
            if found != exchanged.outcomes { Issue.record("cut at \(cut): \(found)") }
        }
    }

    @Test func `gives fields with lower-case names and bare values`() throws {
        var parser = RequestParser()
        parser.feed(bytes("GET / HTTP/1.1\r\nHOST: k\r\nX-A:\t a b \r\nx-a: c\r\n\r\n"))
        guard case .complete(let request) = parser.next(at: at(0)) else {
            Issue.record("not complete")
            return
        }
        #expect(request.fields == [.init("host", "k"), .init("x-a", "a b"), .init("x-a", "c")])
        #expect(request.field("x-a") == "a b")
        #expect(request.field("x-b") == nil)
    }

    @Test func `says nothing more once it has refused`() {
        var parser = RequestParser()
        parser.feed(bytes("GET /\n"))
        #expect(
            parser.next(at: at(0))
                == .refused(status: 400, reason: "a line ends in a bare line feed"))
        parser.feed(bytes("GET / HTTP/1.1\r\nHost: k\r\n\r\n"))
        #expect(parser.next(at: at(0)) == .incomplete)
        #expect(parser.deadline == .never)
        #expect(parser.bufferedBytes == 0)
        #expect(!parser.isIdle)
    }
}

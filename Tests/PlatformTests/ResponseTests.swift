import Platform
import Testing

/// What an answer comes to: its parts in one line, `more`, or `malformed`.
private func come(_ pieces: [[UInt8]], thenEnds: Bool = false) -> String {
    var parser = ResponseParser()
    do {
        for piece in pieces {
            if let answer = try parser.feed(piece) { return word(answer) }
        }
        return thenEnds ? word(try parser.end()) : "more"
    } catch { return "malformed" }
}

private func word(_ answer: ResponseParser.Answer) -> String {
    "\(answer.status) \(text(answer.body)) \(answer.isKeepAlive ? "keeps" : "closes")"
}

private let okLine = "HTTP/1.1 200 OK\r\n"

@Suite struct `The response parser` {
    static let answers: [Exchanged] = [
        .init("a length", okLine + "Content-Length: 2\r\n\r\n{}", "200 {} keeps"),
        .init("no phrase", "HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", "503  keeps"),
        .init(
            "chunks", okLine + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            "200 {} keeps"),
        .init(
            "a farewell", okLine + "Connection: close\r\nContent-Length: 2\r\n\r\n{}",
            "200 {} closes"),
        .init("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "200 {} closes"),
        .init(
            "HTTP/1.0 that stays",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
            "200 {} keeps"),
        .init(
            "interim answers",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
                + okLine + "Content-Length: 2\r\n\r\n{}", "200 {} keeps"),
        .init("no content", "HTTP/1.1 204 No Content\r\n\r\n", "204  keeps"),
        .init(
            "a redirect", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "302  keeps"),
        .init("a length not yet reached", okLine + "Content-Length: 3\r\n\r\n{}", "more"),
        .init("a head not yet whole", okLine + "Content-Length: 3\r\n", "more"),
        .init("another protocol", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "malformed"),
        .init("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", "malformed"),
        .init("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "malformed"),
        .init("a status beyond any", "HTTP/1.1 600 OK\r\n\r\n", "malformed"),
        .init("another protocol from here", "HTTP/1.1 101 Switching\r\n\r\n", "malformed"),
        .init(
            "endless interim answers",
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9), "malformed"),
        .init(
            "two lengths", okLine + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "malformed"),
        .init("a folded field", okLine + "A: b\r\n c\r\n\r\n", "malformed"),
        .init("a bare feed", "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n{}", "malformed"),
        .init("a bad chunk", okLine + "Transfer-Encoding: chunked\r\n\r\nx\r\n", "malformed"),
        .init("a body beyond 1 MiB", okLine + "Content-Length: 1048577\r\n\r\n", "malformed"),
        .init("a head beyond 16 KiB", okLine + String(repeating: "A", count: 17_000), "malformed"),
        .init(
            "101 fields", okLine + String(repeating: "A: b\r\n", count: 101) + "\r\n", "malformed"),
    ]

    @Test(arguments: answers) func `takes an answer whole and byte by byte`(_ answer: Exchanged) {
        #expect([come([answer.sent])] == answer.outcomes)
        #expect([come(answer.sent.map { [$0] })] == answer.outcomes)
    }

    @Test func `takes a body up to the connection's end`() {
        let sent = bytes(okLine + "\r\n{}")
        #expect(come([sent]) == "more")
        #expect(come([sent], thenEnds: true) == "200 {} closes")
        #expect(come(sent.map { [$0] }, thenEnds: true) == "200 {} closes")
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"])
    func `takes no answer that is cut short`(_ sent: String) {
        #expect(come([bytes(sent)], thenEnds: true) == "malformed")
    }

    @Test func `bounds a body that only the connection's end bounds`() {
        let piece = [UInt8](repeating: 65, count: 1 << 19)
        #expect(come([bytes(okLine + "\r\n"), piece, piece], thenEnds: true).hasPrefix("200"))
        #expect(come([bytes(okLine + "\r\n"), piece, piece, [65]]) == "malformed")
    }

    @Test func `does not keep a connection on which more came than was asked for`() {
        let sent = bytes(okLine + "Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n")
        #expect(come([sent]) == "200 {} closes")
    }
}

@Suite struct `A response` {
    private func request(_ sent: String) -> HTTPRequest? {
        var parser = RequestParser()
        parser.feed(bytes(sent))
        guard case .complete(let request) = parser.next(at: at(0)) else { return nil }
        return request
    }

    @Test func `says its length, and whether it is the last`() throws {
        let response = HTTPResponse(
            status: 503, fields: [.init("retry-after", "1")], body: bytes("{}"))
        let stays = try #require(request("GET / HTTP/1.1\r\nHost: k\r\n\r\n"))
        let sent = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 2\r\n"
        #expect(text(response.bytes(answering: stays)) == sent + "\r\n{}")
        let last = sent + "connection: close\r\n\r\n{}"
        #expect(text(response.bytes(answering: stays, isClosing: true)) == last)
        #expect(text(response.bytes(answering: nil)) == last)
        let leaves = try #require(request("GET / HTTP/1.1\r\nHost: k\r\nConnection: close\r\n\r\n"))
        #expect(text(response.bytes(answering: leaves)) == last)
        let old = try #require(request("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
        #expect(
            text(response.bytes(answering: old)) == sent + "connection: keep-alive\r\n\r\n{}")
    }

    @Test func `has no body for HEAD, and no length where there can be none`() throws {
        let head = try #require(request("HEAD / HTTP/1.1\r\nHost: k\r\n\r\n"))
        let response = HTTPResponse(status: 405, body: bytes("{}"))
        #expect(
            text(response.bytes(answering: head))
                == "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 2\r\n\r\n")
        let empty = HTTPResponse(status: 204).bytes(answering: head)
        #expect(text(empty) == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test func `is read by the response parser`() throws {
        let stays = try #require(request("GET / HTTP/1.1\r\nHost: k\r\n\r\n"))
        let sent = HTTPResponse(status: 200, body: bytes("{}")).bytes(answering: stays)
        #expect(come([HTTPResponse.proceed + sent]) == "200 {} keeps")
    }
}

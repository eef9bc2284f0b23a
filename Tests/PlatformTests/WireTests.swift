import Events
import Platform
import Synchronization
import Testing

@Suite(.serialized) struct `The wire` {
    @Test func `keeps a connection for the next exchange`() throws {
        let collector = Collector([[.answer(ok), .answer(ok), .answer(ok)]])
        var sender = try Sender()
        for _ in 0..<3 {
            sender.submit(collector.destination)
            #expect(sender.answer() == "200 {}")
        }
        #expect(collector.connections.load(ordering: .relaxed) == 1)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\n\r\n{}",
    ])
    func `takes an answer however it is framed`(_ answer: String) throws {
        let collector = Collector([[.answer(answer), .close]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
    }

    @Test func `gives redirects and refusals as they are`() throws {
        let found = "HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n"
        let collector = Collector([[.answer(found)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "302 ")
    }

    @Test func `sends a request of the largest block, whole`() throws {
        let collector = Collector([[.answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination, bodyBytes: 3 << 20)
        #expect(sender.answer() == "200 {}")
    }

    @Test func `connects again where the kept connection has ended`() throws {
        let collector = Collector([[.answer(ok), .close], [.answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        rest(50)
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        #expect(collector.connections.load(ordering: .relaxed) == 2)
    }

    @Test func `tries once more where the kept connection ends under the request`() throws {
        // The close comes after the request has been read, so the wire cannot have seen it before.
        let collector = Collector([[.answer(ok), .answer("")], [.answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        #expect(collector.connections.load(ordering: .relaxed) == 2)
        #expect(collector.requests.load(ordering: .relaxed) == 3)
    }

    @Test func `does not try a fresh connection twice`() throws {
        let collector = Collector([[.answer("")], [.answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "receive 0")
        #expect(collector.connections.load(ordering: .relaxed) == 1)
    }

    @Test func `does not repeat a request that was answered in part`() throws {
        let collector = Collector([
            [.answer(ok), .answer("HTTP/1.1 200 OK\r\nCon")], [.answer(ok)],
        ])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        sender.submit(collector.destination)
        #expect(sender.answer() == "receive 0")
    }

    @Test func `does not repeat a request whose answer was broken off`() throws {
        let part = Move.answer("HTTP/1.1 200 OK\r\nCon")
        let collector = Collector([[.answer(ok), part, .breakOff], [.answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        sender.submit(collector.destination)
        #expect(sender.answer() == "receive 104")
    }

    @Test func `repeats a request where the kept connection is reset under it`() throws {
        let collector = Collector([[.answer(ok), .answer(""), .breakOff], [.answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        #expect(collector.connections.load(ordering: .relaxed) == 2)
    }

    @Test func `tells an answer that is cut short from one that is not HTTP`() throws {
        let cut = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"
        let collector = Collector([[.answer(cut), .close], [.answer("hello\r\n"), .close]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer() == "receive 0")
        sender.submit(collector.destination)
        #expect(sender.answer() == "malformed 0")
    }

    @Test func `hears why a peer stops taking the request`() throws {
        let refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n{}"
        let listener = TestSocket(listening: ())
        let port = listener.port
        spawn {
            guard let connection = listener.accepted() else { return }
            connection.send(bytes(refusal))
            connection.endSending()
            rest(300)
        }
        var sender = try Sender()
        sender.submit(
            Destination(isSecure: false, host: "127.0.0.1", port: port), bodyBytes: 16 << 20)
        #expect(sender.answer() == "413 {}")
    }

    @Test func `says where nobody listens, and which name nobody has`() throws {
        var sender = try Sender()
        var port: UInt16 = 0
        do { port = TestSocket(listening: ()).port }
        sender.submit(Destination(isSecure: false, host: "127.0.0.1", port: port))
        #expect(sender.answer() == "connect 111")
        sender.submit(Destination(isSecure: false, host: "no.such.name.invalid", port: 80))
        #expect(sender.answer(withinMilliseconds: 30_000)?.hasPrefix("resolve -") == true)
    }
}

import Events
import Platform
import Synchronization
import Testing

/// One thing that the far end does with a connection.
private enum Move: Sendable {
    /// Reads a request of these many bytes of body, then sends the text.
    case answer(String)
    case close
    /// Closes with a reset.
    case breakOff
    case hang(milliseconds: UInt32)
}

/// A collector that does as it is told, a list of moves for each connection in turn.
private final class Collector: Sendable {
    let port: UInt16
    let connections = Atomic<Int>(0)
    let requests = Atomic<Int>(0)

    init(_ script: [[Move]]) {
        let listener = TestSocket(listening: ())
        port = listener.port
        spawn { [self] in
            for moves in script {
                guard let connection = listener.accepted() else { return }
                connections.wrappingAdd(1, ordering: .relaxed)
                play(moves, on: connection)
            }
        }
    }

    var destination: Destination {
        Destination(isSecure: false, host: "127.0.0.1", port: port)
    }

    private func play(_ moves: [Move], on connection: TestSocket) {
        var parser = RequestParser()
        for move in moves {
            switch move {
            case .answer(let answer):
                while true {
                    if case .complete = parser.next(at: at(0)) { break }
                    guard let piece = connection.receive(), !piece.isEmpty else { return }
                    parser.feed(piece)
                }
                requests.wrappingAdd(1, ordering: .relaxed)
                connection.send(bytes(answer))
            case .close: return
            case .breakOff:
                // The reset would overtake what was sent, and take it from the peer.
                rest(100)
                return connection.breakOff()
            case .hang(let milliseconds): rest(milliseconds)
            }
        }
    }
}

private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

/// A world without doors, and what its wire makes of exchanges.
private struct Sender: ~Copyable {
    var world: LinuxWorld
    var number: UInt64 = 0

    init(_ limits: WireLimits = .standard) throws {
        world = try LinuxWorld(Doors(), wireLimits: limits)
    }

    mutating func submit(_ destination: Destination, bodyBytes: Int = 2) {
        number += 1
        world.submit(
            Exchange(
                number: number, destination: destination, path: "/v1/blocks",
                headers: [.init("footfall-device", "k")],
                body: [UInt8](repeating: 65, count: bodyBytes)))
    }

    /// The answer in words, nil when none comes in time.
    mutating func answer(withinMilliseconds milliseconds: Int64 = 10_000) -> String? {
        let deadline = world.monotonicNow().advanced(byMilliseconds: milliseconds)
        while world.monotonicNow() < deadline {
            if case .answered(let answer)? = world.nextInput() {
                #expect(answer.number == number)
                return word(answer.outcome)
            }
            world.wait(until: deadline)
        }
        return nil
    }

    private func word(_ outcome: ExchangeAnswer.Outcome) -> String {
        switch outcome {
        case .response(let status, _, let body): "\(status) \(text(body))"
        case .failure(let step, let code): "\(step) \(code)"
        }
    }
}

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

    @Test func `drops an exchange that the loop gives up, and takes the next one`() throws {
        let collector = Collector([[.hang(milliseconds: 400), .answer(ok)], [.answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        #expect(sender.answer(withinMilliseconds: 50) == nil)
        sender.world.abandonExchange()
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        #expect(sender.answer(withinMilliseconds: 500) == nil)
    }

    @Test func `does not wait for a given-up exchange to end before the next one`() throws {
        let listener = TestSocket(listening: ())
        let destination = Destination(isSecure: false, host: "127.0.0.1", port: listener.port)
        spawn {
            let silent = listener.accepted()
            guard let connection = listener.accepted() else { return }
            _ = connection.receive()
            connection.send(bytes(ok))
            rest(5_000)
            silent?.endSending()
        }
        var sender = try Sender()
        sender.submit(destination)
        #expect(sender.answer(withinMilliseconds: 100) == nil)
        sender.world.abandonExchange()
        sender.submit(destination)
        #expect(sender.answer(withinMilliseconds: 3_000) == "200 {}")
    }

    @Test func `never tells of an answer that came just before it was given up`() throws {
        let collector = Collector([[.answer(ok), .answer(ok)]])
        var sender = try Sender()
        sender.submit(collector.destination)
        rest(300)
        sender.world.abandonExchange()
        #expect(sender.answer(withinMilliseconds: 50) == nil)
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
    }

    @Test func `waits for an answer no longer than its limit`() throws {
        let collector = Collector([[.hang(milliseconds: 1000)]])
        var limits = WireLimits.standard
        limits.receiveMilliseconds = 100
        var sender = try Sender(limits)
        sender.submit(collector.destination)
        #expect(sender.answer() == "receive 110")
    }

    @Test func `waits for a peer that takes nothing no longer than its limit`() throws {
        let collector = Collector([[.hang(milliseconds: 1000)]])
        var limits = WireLimits.standard
        limits.sendMilliseconds = 100
        var sender = try Sender(limits)
        sender.submit(collector.destination, bodyBytes: 32 << 20)
        #expect(sender.answer() == "send 110")
    }

    @Test func `ends an exchange that only drips`() throws {
        let listener = TestSocket(listening: ())
        let port = listener.port
        spawn {
            guard let connection = listener.accepted() else { return }
            for byte in bytes("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 80)) {
                if !connection.send([byte]) { return }
                rest(20)
            }
        }
        var limits = WireLimits.standard
        limits.exchangeMilliseconds = 300
        var sender = try Sender(limits)
        sender.submit(Destination(isSecure: false, host: "127.0.0.1", port: port))
        #expect(sender.answer() == "receive 110")
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

    @Test func `has no TLS`() throws {
        var sender = try Sender()
        sender.submit(Destination(isSecure: true, host: "127.0.0.1", port: 443))
        #expect(sender.answer() == "unsupported 0")
    }

    @Test func `forgets a kept connection when it is old`() throws {
        let collector = Collector([[.answer(ok), .answer(ok)], [.answer(ok)]])
        var limits = WireLimits.standard
        limits.keepMilliseconds = 50
        var sender = try Sender(limits)
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        rest(200)
        sender.submit(collector.destination)
        #expect(sender.answer() == "200 {}")
        #expect(collector.connections.load(ordering: .relaxed) == 2)
    }
}

import Events
import Glibc
import Platform
import Synchronization
import Testing

@Suite(.serialized) struct `The patience of the wire` {
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

    @Test func `waits for TLS to begin no longer than its limit`() throws {
        let collector = Collector([[.hang(milliseconds: 1000)]])
        var limits = WireLimits.standard
        limits.handshakeMilliseconds = 100
        var sender = try Sender(limits)
        var destination = collector.destination
        destination.isSecure = true
        sender.submit(destination)
        #expect(sender.answer() == "handshake 110")
    }

    @Test func `waits for a peer that takes nothing no longer than its limit`() throws {
        let collector = Collector([[.hang(milliseconds: 1000)]])
        var limits = WireLimits.standard
        limits.sendMilliseconds = 100
        var sender = try Sender(limits)
        sender.submit(collector.destination, bodyBytes: 32 << 20)
        #expect(sender.answer() == "slow 110")
    }

    @Test(arguments: [(0, "slow 104"), (60_000, "send 104")])
    func `takes a peer that ends the connection late for one that got too little`(
        _ patience: Int64, _ outcome: String
    ) throws {
        let collector = Collector([[.hang(milliseconds: 300), .breakOff]])
        var limits = WireLimits.standard
        limits.peerMilliseconds = patience
        var sender = try Sender(limits)
        sender.submit(collector.destination, bodyBytes: 32 << 20)
        #expect(sender.answer() == outcome)
    }

    @Test(arguments: [true, false])
    func `ends an exchange that only drips`(_ isByAnswer: Bool) throws {
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
        if isByAnswer { limits.answerMilliseconds = 300 } else { limits.exchangeMilliseconds = 300 }
        var sender = try Sender(limits)
        sender.submit(Destination(isSecure: false, host: "127.0.0.1", port: port))
        #expect(sender.answer() == "receive 110")
    }

    @Test(arguments: [Move.close, .hang(milliseconds: 2_000)])
    func `lets go of a kept connection that ends or gets old, and rests`(_ end: Move) async {
        await #expect(processExitsWith: .exitCode(0)) { [end] in
            let collector = Collector([[.answer(ok), end]])
            var limits = WireLimits.standard
            limits.keepMilliseconds = 50
            var sender = try Sender(limits)
            sender.submit(collector.destination)
            guard sender.answer() == "200 {}" else { ThisProcess.exit(1) }
            rest(100)
            let before = clock()
            rest(1_000)
            let isAtRest = clock() - before < CLOCKS_PER_SEC / 4
            // Asked last, for the wire's thread ends with its world.
            guard case nil = sender.world.nextInput() else { ThisProcess.exit(2) }
            ThisProcess.exit(isAtRest ? 0 : 3)
        }
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

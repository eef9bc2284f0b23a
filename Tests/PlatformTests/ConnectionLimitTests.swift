import Events
import Glibc
import Platform
import Testing

@Suite(.serialized) struct `The limits of connections` {
    @Test func `sends more than the kernel takes at once, and reads nothing meanwhile`() throws {
        var stage = try Stage()
        let client = try stage.connect()
        let id = try stage.opened()
        let answer = [UInt8](repeating: 65, count: 16 << 20)
        stage.world.send(answer, to: id)
        client.send(bytes("more"))
        stage.run(milliseconds: 100)
        var rest = answer.count
        var told: [Input] = []
        while rest > 0 {
            rest -= client.receive()?.count ?? rest
            if let input = stage.world.nextInput() { told.append(input) }
        }
        #expect(told.count <= 1)
        if told.isEmpty { told.append(try stage.next()) }
        guard case .received(id, bytes("more")) = told[0] else { throw Silence() }
        client.endSending()
        stage.world.close(id)
    }

    @Test func `gives up a peer that reads nothing`() throws {
        var stage = try Stage()
        let client = try stage.connect()
        let id = try stage.opened()
        let answer = [UInt8](repeating: 65, count: 1 << 20)
        for _ in 0..<32 { stage.world.send(answer, to: id) }
        try stage.expectClosed(id)
        client.endSending()
    }

    @Test func `lets a client that is still sending see the answer`() throws {
        var stage = try Stage()
        let client = try stage.connect()
        let id = try stage.opened()
        client.send([UInt8](repeating: 65, count: 300_000))
        _ = try stage.received(id)
        stage.world.send(bytes("enough"), to: id)
        stage.world.close(id)
        stage.run(milliseconds: 50)
        #expect(client.send([UInt8](repeating: 65, count: 100_000)))
        stage.run(milliseconds: 50)
        #expect(client.receiveAll() == bytes("enough"))
    }

    @Test func `closes after 5 s though the peer does not`() throws {
        var stage = try Stage()
        let client = try stage.connect()
        let id = try stage.opened()
        stage.world.close(id)
        #expect(client.receive() == [])
        stage.run(milliseconds: 4_500)
        #expect(client.send(bytes("a")))
        stage.run(milliseconds: 1_000)
        client.send(bytes("b"))
        #expect(client.receive() == nil || !client.send(bytes("c")))
    }

    @Test func `closes whoever was silent longest when there are too many`() throws {
        var stage = try Stage()
        var clients: [TestSocket] = []
        var ids: [ConnectionID] = []
        let operatorClient = try LocalClient(connectingTo: stage.directory.file("control.sock"))
        let control = try stage.opened(.control)
        for _ in 0..<LinuxWorld.connectionLimit {
            clients.append(try stage.connect())
            ids.append(try stage.opened())
        }
        stage.run(milliseconds: 20)
        clients[0].send(bytes("still here"))
        _ = try stage.received(ids[0])
        for index in 1...44 {
            clients.append(try stage.connect())
            var told: [Input] = [try stage.next(), try stage.next()]
            guard case .closed(ids[index]) = told.removeFirst() else {
                if case .closed(ids[index]) = told[0] { continue }
                throw Silence()
            }
        }
        try operatorClient.send(bytes("status"))
        #expect(text(try stage.received(control)) == "status")
        clients[0].send(bytes("still here"))
        #expect(text(try stage.received(ids[0])) == "still here")
        #expect(clients[1].receive()?.isEmpty != false)
    }

    @Test func `waits quietly for descriptors when they have run out`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            var stage = try Stage()
            let clients = [try stage.connect(), try stage.connect()]
            var limit = rlimit()
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            unsafe getrlimit(resource, &limit)
            var none = rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)
            unsafe setrlimit(resource, &none)
            let before = clock()
            // Wakes the wire, which has nothing to give up, and waits again.
            stage.world.abandonExchange()
            stage.run(milliseconds: 1_500)
            // It looked again after a second, and not in between: that would take 1,500 ms of work,
            // in this thread or the wire's, which cannot even wait under such a limit.
            guard clock() - before < CLOCKS_PER_SEC / 4 else { ThisProcess.exit(1) }
            unsafe setrlimit(resource, &limit)
            let ids = [try stage.opened(), try stage.opened()]
            clients[1].send(bytes("hello"))
            guard text(try stage.received(ids[1])) == "hello" else { ThisProcess.exit(2) }
        }
    }
}

import Events
import Glibc
import Platform
import Testing

/// A world with doors of its own, told as words.
private struct Stage: ~Copyable {
    var world: LinuxWorld
    let directory = TestDirectory()

    init() throws {
        world = try LinuxWorld(
            Doors(
                http: ListenAddress("127.0.0.1:0"), ingestPath: directory.file("ingest.sock"),
                controlPath: directory.file("control.sock")))
    }

    func connect() throws -> TestSocket {
        TestSocket(connectingTo: world.httpPort ?? 0)
    }

    /// The next input within 10 s.
    mutating func next() throws -> Input {
        let deadline = world.monotonicNow().advanced(byMilliseconds: 10_000)
        while world.monotonicNow() < deadline {
            if let input = world.nextInput() { return input }
            world.wait(until: deadline)
        }
        throw Silence()
    }

    /// The connection that opens next.
    mutating func opened(_ door: Door = .http) throws -> ConnectionID {
        guard case .opened(let id, door, _) = try next() else { throw Silence() }
        return id
    }

    /// The bytes that come next.
    mutating func received(_ id: ConnectionID) throws -> [UInt8] {
        guard case .received(id, let bytes) = try next() else { throw Silence() }
        return bytes
    }

    mutating func expectEnded(_ id: ConnectionID) throws {
        guard case .ended(id) = try next() else { throw Silence() }
    }

    mutating func expectClosed(_ id: ConnectionID) throws {
        guard case .closed(id) = try next() else { throw Silence() }
    }

    /// Lets the world do what it does by itself, for so long; nothing may be told of it.
    mutating func run(milliseconds: Int64) {
        let deadline = world.monotonicNow().advanced(byMilliseconds: milliseconds)
        while world.monotonicNow() < deadline {
            if let input = world.nextInput() { Issue.record("told \(input)") }
            world.wait(until: deadline)
        }
    }
}

private struct Silence: Error {}

/// How often this thread has gone to sleep.
private func voluntarySwitches() throws -> Int {
    let status = try FileContents(readingAt: "/proc/thread-self/status", limitInBytes: 1 << 16)
    let line = text(status.bytes).split(separator: "\n").first {
        $0.hasPrefix("voluntary_ctxt_switches:")
    }
    let digits = try #require(line).drop { !$0.isNumber }
    return try #require(Int(digits))
}

@Suite(.serialized) struct `The world of Linux` {
    @Test func `tells of a connection from its first byte to its last`() throws {
        var stage = try Stage()
        let client = try stage.connect()
        let id = try stage.opened()
        client.send(bytes("hello"))
        #expect(text(try stage.received(id)) == "hello")
        stage.world.send(bytes("good "), to: id)
        stage.world.send(bytes("bye"), to: id)
        client.endSending()
        try stage.expectEnded(id)
        stage.world.close(id)
        #expect(client.receiveAll() == bytes("good bye"))
        stage.run(milliseconds: 50)
    }

    @Test func `tells of a peer that breaks off`() throws {
        var stage = try Stage()
        var client: TestSocket? = try stage.connect()
        let id = try stage.opened()
        client?.breakOff()
        client = nil
        try stage.expectClosed(id)
        stage.world.send(bytes("nobody"), to: id)
        stage.world.setReading(false, of: id)
        stage.world.close(id)
        stage.run(milliseconds: 50)
    }

    @Test func `says who is at the other end of a Unix socket, and keeps what it left`() throws {
        var stage = try Stage()
        do {
            let client = try LocalClient(connectingTo: stage.directory.file("ingest.sock"))
            try client.send(bytes("{}\n"))
        }
        guard case .opened(let id, .ingest, let peer) = try stage.next() else { throw Silence() }
        #expect(peer == Peer(userID: getuid(), processID: getpid()))
        #expect(text(try stage.received(id)) == "{}\n")
        try stage.expectEnded(id)
        try stage.expectClosed(id)
    }

    @Test func `makes sockets that only user and group can reach, and removes them`() throws {
        var paths: [String] = []
        do {
            let stage = try Stage()
            paths = [stage.directory.file("ingest.sock"), stage.directory.file("control.sock")]
            for path in paths {
                let status = try FileStatus(at: path)
                #expect(status.kind == .socket)
                #expect(status.permissions == 0o660)
            }
        }
        for path in paths { #expect(throws: PlatformError.self) { try FileStatus(at: path) } }
    }

    @Test func `takes the place of a socket left behind, but of nothing else`() throws {
        let directory = TestDirectory()
        let path = directory.file("control.sock")
        #expect(unsafe mknod(path, S_IFSOCK | 0o600, 0) == 0)
        do { _ = try LinuxWorld(Doors(controlPath: path)) }
        #expect(unsafe mknod(path, S_IFREG | 0o600, 0) == 0)
        #expect(throws: PlatformError(operation: "listen on " + path, errno: EEXIST)) {
            _ = try LinuxWorld(Doors(controlPath: path))
        }
    }

    @Test func `says what is wrong with a door`() throws {
        let stage = try Stage()
        let port = stage.world.httpPort ?? 0
        let taken = "127.0.0.1:\(port)"
        #expect(throws: PlatformError(operation: "listen on " + taken, errno: EADDRINUSE)) {
            _ = try LinuxWorld(Doors(http: ListenAddress(taken)))
        }
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(throws: PlatformError(operation: "listen on " + long, errno: ENAMETOOLONG)) {
            _ = try LinuxWorld(Doors(ingestPath: long))
        }
        let missing = "/nowhere/ingest.sock"
        #expect(throws: PlatformError(operation: "listen on " + missing, errno: ENOENT)) {
            _ = try LinuxWorld(Doors(ingestPath: missing))
        }
    }

    @Test func `stops reading where the loop says so, and goes on where it left off`() throws {
        var stage = try Stage()
        let client = try stage.connect()
        let id = try stage.opened()
        stage.world.setReading(false, of: id)
        client.send(bytes("later"))
        client.endSending()
        stage.run(milliseconds: 100)
        stage.world.setReading(true, of: id)
        #expect(text(try stage.received(id)) == "later")
        try stage.expectEnded(id)
    }

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
            stage.run(milliseconds: 1_500)
            // It looked again after a second, and not in between: that would take 1,500 ms of work,
            // in this thread or the wire's, which cannot even wait under such a limit.
            guard clock() - before < CLOCKS_PER_SEC / 4 else { ThisProcess.exit(1) }
            unsafe setrlimit(resource, &limit)
            let ids = [try stage.opened(), try stage.opened()]
            clients[1].send(bytes("hello"))
            guard text(try stage.received(ids[1])) == "hello" else { ThisProcess.exit(2) }
            ThisProcess.exit(0)
        }
    }

    @Test func `hears that it shall leave`() throws {
        var stage = try Stage()
        pthread_kill(pthread_self(), SIGTERM)
        guard case .terminate = try stage.next() else { throw Silence() }
        pthread_kill(pthread_self(), SIGINT)
        guard case .terminate = try stage.next() else { throw Silence() }
        stage.run(milliseconds: 20)
    }

    @Test func `sleeps until the deadline, and costs nothing at rest`() throws {
        var stage = try Stage()
        let client = try stage.connect()
        _ = try stage.opened()
        for milliseconds in [Int64(30), 80] {
            let begin = stage.world.monotonicNow()
            stage.world.wait(until: begin.advanced(byMilliseconds: milliseconds))
            let slept = stage.world.monotonicNow().milliseconds(since: begin)
            while stage.world.nextInput() != nil {}
            #expect(slept >= milliseconds && slept < milliseconds + 2_000)
        }
        let before = try voluntarySwitches()
        let deadline = stage.world.monotonicNow().advanced(byMilliseconds: 2_000)
        var wakes = 0
        while stage.world.monotonicNow() < deadline {
            stage.world.wait(until: deadline)
            wakes += 1
            while stage.world.nextInput() != nil {}
        }
        let after = try voluntarySwitches()
        #expect(wakes <= 2)
        #expect(after - before <= 4)
        client.endSending()
    }

    @Test func `returns at once for a deadline that has passed`() throws {
        var stage = try Stage()
        let begin = stage.world.monotonicNow()
        stage.world.wait(until: begin)
        stage.world.wait(until: at(0))
        let end = stage.world.monotonicNow()
        #expect(end.milliseconds(since: begin) < 1_000)
    }

    @Test func `tells the time and draws lots`() throws {
        var stage = try Stage()
        let wall = stage.world.wallNow()
        #expect(abs(wall.milliseconds - Int64(time(nil)) * 1000) < 2_000)
        let lots = (stage.world.random(), stage.world.random())
        #expect(lots.0 != lots.1)
        let moments = (stage.world.monotonicNow(), stage.world.monotonicNow())
        #expect(moments.0 <= moments.1)
    }
}

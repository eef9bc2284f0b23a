import Events
import Glibc
import Platform
import Testing

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

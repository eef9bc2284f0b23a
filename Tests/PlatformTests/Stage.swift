import Events
import Platform
import Testing

/// A world with doors of its own, told as words.
struct Stage: ~Copyable {
    var world: LinuxWorld
    let directory = TestDirectory()

    init() throws {
        world = try LinuxWorld(
            Doors(
                http: ListenAddress("127.0.0.1:0"), ingestPath: directory.file("ingest.sock"),
                controlPath: directory.file("control.sock"),
                ringPath: directory.file("ring.sock")))
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

/// What was waited for did not happen.
struct Silence: Error {}

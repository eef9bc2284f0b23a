import Events
import FaultyDisk
import Foundation
import Identity
import Platform
import Store
import Testing

@testable import Agent

/// An agent's loop over a real store, in a world and with a collector of the test's making.
final class Kiosk {
    let directory = NSTemporaryDirectory() + "kiosk-" + UUID().uuidString
    let configuration: Configuration
    let world = ScriptedWorld()
    let collector = CollectorDouble()
    private(set) var loop: AgentLoop
    private var connectionCount: UInt64 = 0
    private var streamCount: UInt64 = 0
    private let disk: FaultyDisk?

    /// Starts on an empty directory; `lines` are more lines of its configuration.
    ///
    /// - Parameter disk: nil for one that works as the machine's does.
    init(
        _ lines: String = "", url: String = "http://127.0.0.1:4690", disk: FaultyDisk? = nil
    ) throws {
        self.disk = disk
        let text = """
            [agent]
            device = kiosk-1
            state_directory = \(directory)
            [collector]
            url = \(url)
            write_key = \(CollectorDouble.key)
            \(lines)

            """
        configuration = try Configuration(text: Array(text.utf8), file: "test.conf")
        loop = try Self.open(configuration, stream: 1, world, disk)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private static func open(
        _ configuration: Configuration, stream: UInt64, _ world: ScriptedWorld, _ disk: FaultyDisk?
    ) throws -> AgentLoop {
        let store = try EventStore(
            directory: configuration.stateDirectory, quotaBytes: configuration.quotaBytes,
            boot: StreamID(high: 0xB0, low: 0x07), freshStream: StreamID(high: 0xF0, low: stream),
            wallMilliseconds: world.wall.milliseconds, vfs: disk?.name)
        var world = world
        return try AgentLoop(
            configuration, store: store,
            identityKey: try #require(IdentityKey([UInt8](repeating: 9, count: 32))),
            writeKey: Array(CollectorDouble.key.utf8), world: &world)
    }

    /// The process is gone at once, and another one begins on the same directory.
    func killAndStart() throws {
        world.abandonExchange()
        loop.store.close()
        streamCount += 1
        loop = try Self.open(configuration, stream: 100 + streamCount, world, disk)
    }

    /// Makes the disk fail: no commit and no read works until `mendDisk`.
    func breakDisk() throws {
        loop.store.close()
        try FileManager.default.moveItem(atPath: directory, toPath: directory + "-away")
    }

    /// The disk is back, the store open again, the loop as it was.
    func mendDisk() throws {
        try FileManager.default.moveItem(atPath: directory + "-away", toPath: directory)
        loop.store = try EventStore(
            directory: directory, quotaBytes: configuration.quotaBytes,
            boot: StreamID(high: 0xB0, low: 0x07), freshStream: StreamID(high: 0xF0, low: 99),
            wallMilliseconds: world.wall.milliseconds)
        loop.takeUpNumbers()
    }

    /// Steps until nothing more happens while the clock stands still.
    ///
    /// - Returns: when the loop wants to step again.
    @discardableResult
    func rest() throws -> Instant {
        var world = world
        for _ in 0..<2000 {
            let deadline = loop.step(&world)
            if let exchange = world.exchange, let outcome = collector.answer(exchange) {
                world.settle(outcome)
            }
            if !world.hasInput, deadline > world.now { return deadline }
        }
        Issue.record("the loop does not come to rest")
        return .never
    }

    /// Lets time pass, a deadline of the loop at a time.
    func pass(_ milliseconds: Int64) throws {
        let end = world.now.advanced(byMilliseconds: milliseconds)
        while true {
            let deadline = try rest()
            guard deadline <= end else { break }
            world.advance(to: deadline)
        }
        world.advance(to: end)
        try rest()
    }

    /// Lets ten minutes pass, in which a collector that is well takes everything.
    func drain() throws {
        try pass(600_000)
        #expect(try queuedCount() == 0)
    }

    /// The collector answers, in its present mood, the exchange that it has left hanging.
    func answerExchange() throws {
        let exchange = try #require(world.exchange)
        world.settle(try #require(collector.answer(exchange)))
    }

    func connect(_ door: Door, userID: UInt32 = 0) -> ConnectionID {
        connectionCount += 1
        let connection = ConnectionID(connectionCount)
        let peer = door == .http ? nil : Peer(userID: userID, processID: 1)
        world.happen(.opened(connection, door, peer))
        return connection
    }

    func say(_ text: String, on connection: ConnectionID) {
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 65_536) {
            world.happen(
                .received(connection, Array(bytes[start..<min(start + 65_536, bytes.count)])))
        }
    }

    func queuedCount() throws -> Int64 {
        try loop.store.statistics().reduce(0) { $0 + $1.eventCount }
    }
}

/// One answer of the HTTP door.
struct Reply: Equatable {
    var status: Int
    var head: String
    var body: String

    /// The answers in the bytes of a connection.
    static func all(_ bytes: [UInt8]) -> [Reply] {
        var replies: [Reply] = []
        var rest = String(decoding: bytes, as: UTF8.self)[...]
        while let end = rest.firstRange(of: "\r\n\r\n") {
            let head = String(rest[..<end.lowerBound])
            let length =
                head.firstMatch(of: #/content-length: ([0-9]+)/#).flatMap { Int($0.1) } ?? 0
            let status = Int(head.split(separator: " ")[1]) ?? 0
            let body = rest[end.upperBound...].prefix(length)
            replies.append(Reply(status: status, head: head, body: String(body)))
            rest = rest[body.endIndex...]
        }
        #expect(rest.isEmpty)
        return replies
    }
}

extension Kiosk {
    /// The bytes of a POST request.
    static func post(_ body: String, to path: String = "/v1/batch", _ fields: String = "") -> String
    {
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)Content-Length: \(body.utf8.count)"
            + "\r\n\r\n" + body
    }

    /// A batch of events given as JSON.
    static func batch(_ events: String...) -> String {
        #"{"batch":["# + events.joined(separator: ",") + "]}"
    }

    /// A track call's text.
    static func track(_ name: String, id: String? = nil, _ members: String = "") -> String {
        #"{"type":"track","event":"\#(name)""# + (id.map { #","messageId":"\#($0)""# } ?? "")
            + members + "}"
    }

    /// Posts on a connection of its own, and comes to rest.
    func post(_ body: String, to path: String = "/v1/batch", _ fields: String = "") throws -> Reply
    {
        let connection = connect(.http)
        say(Self.post(body, to: path, fields), on: connection)
        try rest()
        return try #require(Reply.all(world.takeSent(connection)).last)
    }

    /// Asks at the control door; nil while it has not answered.
    func ask(
        _ verb: ControlRequest.Verb, isJSON: Bool = false, wait: Int64 = 0, payload: String = ""
    ) throws -> ControlResponse? {
        let connection = begin(verb, isJSON: isJSON, wait: wait, payload: payload)
        try rest()
        return ControlResponse(world.takeSent(connection))
    }

    func begin(
        _ verb: ControlRequest.Verb, isJSON: Bool = false, wait: Int64 = 0, payload: String = "",
        userID: UInt32 = 0
    ) -> ConnectionID {
        let connection = connect(.control, userID: userID)
        let request = ControlRequest(
            verb: verb, isJSON: isJSON, waitMilliseconds: wait, payload: Array(payload.utf8))
        say(String(decoding: request.bytes, as: UTF8.self), on: connection)
        world.happen(.ended(connection))
        return connection
    }

    /// The counters as the operator sees them, all lanes together, once both equations hold.
    @discardableResult
    func audited(_ comment: Comment? = nil) throws -> [String: Int64] {
        let response = try #require(try ask(.queueAudit, isJSON: true))
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(response.output)) as? [String: Any])
        #expect(response.exitCode == 0 && report["holds"] as? Bool == true, comment)
        let lanes = try #require(report["lanes"] as? [String: [String: Any]])
        var sums: [String: Int64] = [:]
        for lane in lanes.values {
            for (name, value) in lane where name != "holds" {
                sums[name, default: 0] += try #require(value as? Int64)
            }
        }
        return sums
    }

    /// What one counter stands at in the store, all lanes together.
    func counter(_ name: String) throws -> Int64 {
        try loop.store.counters().filter { $0.name == name }.reduce(0) { $0 + $1.value }
    }
}

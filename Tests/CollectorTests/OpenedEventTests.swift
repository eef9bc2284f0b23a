import Blocks
import Events
import Foundation
import GRDB
import Identity
import Testing

@testable import Collector

/// One device's sealer, and what the collector makes of its events.
struct SealedDevice {
    static let tenantKey = "0123456789abcdef0123456789abcdef"

    let name: String
    private let sealer: ClaimSealer

    init(_ name: String = "kiosk-1", to key: CollectorKey, seed: UInt8 = 100) throws {
        self.name = name
        let identity = try #require(IdentityKey(Array(Self.tenantKey.utf8)))
        sealer = ClaimSealer(
            keys: KeyMaker(key: identity, region: nil), recipient: key,
            seed: Array(seed..<seed + 32))
    }

    func id(_ sequence: UInt32, _ stream: StreamID = Fixture.stream) -> SealedID {
        SealedID(device: name, stream: stream, epoch: 1, sequence: sequence)
    }

    /// An event as a device stores it; what is sealed is bound to `bound`, or to its own id.
    func event(
        _ sequence: UInt32, _ text: String, bound: SealedID? = nil, origin: String = "",
        visit: UInt64 = 1 << 32
    ) throws -> Event {
        let raw = Array(text.utf8)
        let guarded = IdentityGuard().rewrite(raw, in: 0..<raw.count)
        var envelope = EventEnvelope()
        envelope.visit = visit
        envelope.sealed = try #require(
            sealer.seal(
                sealer.keys(of: guarded, raw), for: bound ?? id(sequence), visit: visit))
        envelope.origin = Array(origin.utf8)
        var event = Fixture.event(sequence)
        event.body = guarded.body
        envelope.append(to: &event.body)
        return event
    }

    /// The name of a normalised value, by RFC 2104 alone.
    static func pseudonym(_ word: String, _ value: String) throws -> String {
        let code = Fixture.signature(of: Array("\(word)\0\(value)".utf8), key: tenantKey)
        let digest = try #require(Hexadecimal.bytes(Array(code.utf8)[...]))
        return "\(word):k1:n2:" + String(decoding: Base64.urlText(digest), as: UTF8.self)
    }
}

/// What the archive keeps of one event.
private struct Kept: Equatable {
    var body: String
    var sealed: String?
    var origin: String?
    var isOpened: Bool?
}

extension TemporaryArchive {
    /// Makes a key pair in this archive's file of keys.
    func addKey(_ secret: [UInt8]) throws -> CollectorKey {
        var file = try SealKeyFile(path: SealKeyFile.path(in: folder))
        return try file.add(secret, at: Date(timeIntervalSince1970: 1_700_000_000))
    }

    @discardableResult
    func take(
        _ events: [Event], opening keys: SealKeyRing, device: String = "kiosk-1",
        stream: StreamID = Fixture.stream
    ) async throws -> BlockOutcome {
        let header = BlockHeader(
            device: device, stream: stream, lane: .normal, epoch: 1, boot: Fixture.boot,
            previous: nil, tombstones: [])
        return try await archive.take(
            PreparedBlock(Block(header: header, events: events), opening: keys),
            at: Arrival(milliseconds: 1000, isVouched: false))
    }

    fileprivate func kept() throws -> [Kept] {
        try archive.database.read {
            try Row.fetchAll(
                $0, sql: "SELECT body, sealed, sealed_origin, is_opened FROM event ORDER BY id"
            ).map { Kept(body: $0[0], sealed: $0[1], origin: $0[2], isOpened: $0[3]) }
        }
    }

    func unopened() throws -> Int {
        try archive.database.read {
            try Int.fetchOne(
                $0, sql: "SELECT sum(value) FROM counter WHERE name = 'identity_unopened'") ?? 0
        }
    }
}

/// Who an event is about: names where the key is held, else markers, and nothing lost.
@Suite struct `A sealed event` {
    private let temporary: TemporaryArchive
    private let keys: SealKeyRing
    private let device: SealedDevice
    private let identify =
        #"{"userId":"ada","traits":{"email":" Ada@Example.org ","age":36},"messageId":"m"}"#
    private let marked = #"{"userId":"[userId]","traits":{"email":"[email]","age":36},"#

    init() throws {
        temporary = try TemporaryArchive()
        keys = SealKeyRing(folder: temporary.folder)
        device = try SealedDevice(to: try temporary.addKey(Array(1...32)))
    }

    private func named() throws -> String {
        let user = try SealedDevice.pseudonym("userId", "ada")
        let email = try SealedDevice.pseudonym("email", "ada@example.org")
        return #"{"userId":"\#(user)","traits":{"email":"\#(email)","age":36},"messageId":"m"}"#
    }

    @Test func `has names in the places of its markers`() async throws {
        let event = try device.event(0, identify)
        let text = String(decoding: event.body, as: UTF8.self)
        #expect(text.hasPrefix(marked) && !text.lowercased().contains("ada"))
        try await temporary.take([event], opening: keys)
        let kept = try #require(try temporary.kept().first)
        #expect(try kept.body == named() && kept.isOpened == true && kept.origin == nil)
        #expect(try kept.sealed.map { text.contains($0) } == true && temporary.unopened() == 0)
    }

    @Test func `names nobody where a value gives no key`() async throws {
        try await temporary.take(
            [device.event(0, #"{"email":"no address","userId":"ada"}"#)], opening: keys)
        let user = try SealedDevice.pseudonym("userId", "ada")
        #expect(try temporary.kept()[0].body == #"{"email":"[email]","userId":"\#(user)"}"#)
        #expect(try temporary.kept()[0].isOpened == true)
    }

    @Test func `keeps markers and its seal without the key, and is counted`() async throws {
        let other = try #require(SealOpener(secret: Array(2...33)))
        let stranger = try SealedDevice(to: other.key)
        let event = try stranger.event(0, identify)
        let outcome = try await temporary.take(
            [event, try device.event(1, #"{"userId":"eve"}"#)], opening: keys)
        #expect(outcome.held == [SequenceRange(0, 1)] && outcome.newCount == 2)
        let kept = try temporary.kept()
        #expect(kept[0].body.hasPrefix(marked) && kept[0].isOpened == false)
        #expect(kept[1].isOpened == true)
        #expect(try temporary.unopened() == 1)
        // Once the key is there, it is still all in the column.
        let sealed = Array(try #require(kept[0].sealed).utf8)
        let claims = SealedClaims(try #require(other.open(sealed, for: stranger.id(0))))
        #expect(claims?.claims.map(\.type) == [.user, .email])
        // The same block again is nothing new.
        try await temporary.take([event], opening: keys)
        #expect(try temporary.unopened() == 1)
        let usage = try temporary.archive.sealUsage()
        #expect(usage[other.key.name]?.unopened == 1 && usage[other.key.name]?.events == 1)
        #expect(usage.values.map(\.unopened).reduce(0, +) == 1 && usage.count == 2)
    }

    @Test func `that moved to another stream opens by the id that it had`() async throws {
        let old = device.id(7)
        let event = try device.event(
            0, identify, bound: old, origin: "\(Fixture.stream.hexadecimal)-1-7")
        try await temporary.take([event], opening: keys, stream: Fixture.later)
        let kept = try temporary.kept()[0]
        #expect(try kept.body == named() && kept.isOpened == true)
        #expect(kept.origin == "\(Fixture.stream.hexadecimal)-1-7")
    }

    @Test func `is not opened by an id of its own stream`() async throws {
        let event = try device.event(
            0, identify, bound: device.id(7), origin: "\(Fixture.stream.hexadecimal)-1-7")
        try await temporary.take([event], opening: keys)
        #expect(try temporary.kept()[0].isOpened == false && temporary.unopened() == 1)
        #expect(try temporary.kept()[0].origin == "\(Fixture.stream.hexadecimal)-1-7")
    }

    @Test(arguments: [
        "x", "-", "1-7", "0-1-7", "\(Fixture.stream.hexadecimal)-1",
        "\(Fixture.stream.hexadecimal)-1-7-1",
        "\(Fixture.stream.hexadecimal)-1-8", "\(Fixture.stream.hexadecimal)-2-7",
        "\(Fixture.stream.hexadecimal)-1-4294967303",
        "\(Fixture.stream.hexadecimal)-1-x", "g\(Fixture.stream.hexadecimal)-1-7",
    ])
    func `is not opened by garbage for an id`(_ origin: String) async throws {
        let event = try device.event(0, identify, bound: device.id(7), origin: origin)
        try await temporary.take([event], opening: keys, stream: Fixture.later)
        let kept = try temporary.kept()[0]
        #expect(kept.body.hasPrefix(marked) && kept.isOpened == false && kept.origin == origin)
        #expect(try temporary.unopened() == 1)
    }

    @Test func `is not opened as another's, of another device or number`() async throws {
        try await temporary.take(
            [device.event(0, identify)], opening: keys, device: "kiosk-2")
        try await temporary.take(
            [device.event(1, identify, bound: device.id(2))], opening: keys)
        try await temporary.take(
            [device.event(0, identify)], opening: keys, stream: Fixture.later)
        #expect(try temporary.kept().map(\.isOpened) == [false, false])
        // The last is the second's message again: nothing to count.
        #expect(try temporary.unopened() == 2 && temporary.count("duplicate") == 1)
    }

    @Test func `sent again under another visit's key is a duplicate`() async throws {
        let again = try SealedDevice(to: try temporary.addKey(Array(3...34)), seed: 7)
        let stranger = try SealedDevice(
            to: try #require(SealOpener(secret: Array(2...33))).key, seed: 8)
        let first = try device.event(0, identify)
        let second = try device.event(1, identify, visit: 2 << 32)
        #expect(first.body != second.body)
        let events = [
            first, second, try again.event(2, identify), try stranger.event(3, identify),
        ]
        let outcome = try await temporary.take(events, opening: keys)
        #expect(outcome.held == [SequenceRange(0, 3)])
        #expect((outcome.newCount, outcome.knownCount) == (1, 3))
        #expect(try temporary.count("event") == 1 && temporary.count("duplicate") == 3)
        #expect(try temporary.archive.funnelReport().completeness.messageIDReused == 0)
    }
}

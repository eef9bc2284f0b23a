import Blocks
import Events
import Foundation
import GRDB
import Identity
import Logging
import Sync

@testable import Collector

/// An archive in a folder of its own, gone with the last reference.
final class TemporaryArchive: Sendable {
    let folder: String
    let archive: Archive

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/footfall-\(UUID().uuidString)"
        archive = try Archive.open(folder: folder)
    }

    // The archive may be in use a little longer than this; SQLite keeps its open files.
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func desk(keys: KeyRing = .open, clock: HostClock = HostClock(isTrusted: true)) -> BlockDesk {
        BlockDesk(
            archive: archive, keys: keys,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            // On a busy machine 5 s are over between two lines of a test.
            readiness: Readiness(archive: archive, memory: .seconds(3600)), clock: clock)
    }

    /// Takes events under the fixture's header, or as much of another one as is said.
    @discardableResult
    func take(
        _ events: [Event], device: String = "kiosk-1", stream: StreamID = Fixture.stream,
        lane: Lane = .normal, epoch: UInt32 = 1, previous: EpochEnd? = nil,
        tombstones: [Tombstone] = []
    ) async throws -> BlockOutcome {
        let header = BlockHeader(
            device: device, stream: stream, lane: lane, epoch: epoch, boot: Fixture.boot,
            previous: previous, tombstones: tombstones)
        return try await archive.take(
            PreparedBlock(Block(header: header, events: events)),
            at: Arrival(milliseconds: 1000, isVouched: false))
    }

    func export() throws -> [String] {
        var lines: [String] = []
        try archive.export { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    func count(_ table: String) throws -> Int {
        try archive.database.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1
        }
    }
}

/// Events, blocks and requests for the tests of this module.
enum Fixture {
    static let stream = StreamID(high: 0xabab_abab_abab_abab, low: 0xabab_abab_abab_abab)
    static let later = StreamID(high: 1, low: 1)
    static let boot = StreamID(high: 3, low: 4)

    static func event(
        _ sequence: UInt32, _ text: String = #"{"event":"X"}"#, kind: Kind = .track,
        stage: Stage? = nil, lane: Lane = .normal, wall: Int64 = 1_700_000_000_000,
        producer: UInt64 = 7
    ) -> Event {
        Event(
            sequence: sequence, kind: kind, lane: lane, stage: stage,
            time: EventTime(
                monotonic: Instant(milliseconds: 5), wallMilliseconds: wall,
                quality: .synchronised),
            producer: producer, body: Array(text.utf8))
    }

    static func message(_ sequence: UInt32, _ id: String, _ more: String = "") -> Event {
        event(sequence, #"{"messageId":"\#(id)","event":"X"\#(more)}"#)
    }

    static func block(
        _ events: [Event], device: String = "kiosk-1", epoch: UInt32 = 1,
        tombstones: [Tombstone] = []
    ) throws -> [UInt8] {
        var writer = BlockWriter()
        return try writer.write(
            BlockHeader(
                device: device, stream: stream, lane: .normal, epoch: epoch, boot: boot,
                previous: nil, tombstones: tombstones), events)
    }

    /// Makes an archive of version 2 of one of version 5.
    static let secondVersion = """
        DROP INDEX event_sealed;
        ALTER TABLE event DROP COLUMN visit; ALTER TABLE event DROP COLUMN actor;
        ALTER TABLE event DROP COLUMN sealed; ALTER TABLE event DROP COLUMN sealed_origin;
        ALTER TABLE event DROP COLUMN is_opened;
        DROP TABLE unsolved; DROP INDEX event_untimed;
        ALTER TABLE stream DROP COLUMN is_shared; ALTER TABLE event DROP COLUMN boot;
        UPDATE event SET time = coalesce(producer_time, wall);
        DROP TABLE clock; DROP INDEX epoch_boot; DROP INDEX event_unsynchronised;
        ALTER TABLE epoch DROP COLUMN earliest; ALTER TABLE epoch DROP COLUMN latest;
        ALTER TABLE event DROP COLUMN producer_time; ALTER TABLE event DROP COLUMN arrival;
        ALTER TABLE event DROP COLUMN time_lower; ALTER TABLE event DROP COLUMN time_upper;
        ALTER TABLE event DROP COLUMN time_quality;
        PRAGMA user_version = 2;
        """

    static let nonce = "00112233445566778899aabbccddeeff"

    static func sender(key: String = "secret", device: String = "kiosk-1") -> BlockDesk.Credentials
    {
        BlockDesk.Credentials(key: key, device: device, nonce: nonce)
    }

    /// HMAC-SHA-256 spelt out by RFC 2104, for keys of at most 64 bytes.
    static func signature(of body: [UInt8], key: String) -> String {
        let padded = Array(key.utf8) + Array(repeating: 0, count: 64 - key.utf8.count)
        let inner = Digest.sha256(padded.map { $0 ^ 0x36 } + body)
        return Hexadecimal.text(Digest.sha256(padded.map { $0 ^ 0x5C } + inner))
    }

    /// What a device makes of an answer to a block.
    static func verdict(
        _ answer: BlockAnswer, of body: [UInt8], sequences: [SequenceRange],
        tombstoneCount: Int = 0, key: String = "secret", epoch: UInt32 = 1
    ) -> Verdict {
        Verdict.read(
            status: answer.status, body: answer.body,
            isSigned: answer.signature == signature(of: answer.body, key: key), retryAfter: nil,
            sent: Sent(
                device: "kiosk-1", stream: stream, epoch: epoch, sequences: sequences,
                tombstoneCount: tombstoneCount, nonce: nonce,
                bodyDigest: Hexadecimal.text(Digest.sha256(body))))
    }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

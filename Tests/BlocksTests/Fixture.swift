import Events
import Testing

@testable import Blocks

/// Blocks and their parts for the tests of this module.
enum Fixture {
    static let stream = StreamID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
    static let boot = StreamID(high: 1, low: 2)

    static let header = BlockHeader(
        device: "kiosk-1", stream: stream, lane: .normal, epoch: 3, boot: boot,
        previous: EpochEnd(epoch: 2, end: 1000),
        tombstones: [
            Tombstone(
                stream: stream, epoch: 2, sequences: [SequenceRange(0, 9), SequenceRange(12, 12)],
                reason: "evicted")
        ])

    static let events = [
        event(0, .track, .awareness, "{\"event\":\"Product Viewed\",\"price\":1.50}"),
        event(
            7, .identify, nil, "{\"userId\":\"email:k1:n1:abc\",\"text\":\"Grüße {\\\"x\\\":1}\"}"),
        event(4_294_967_294, .page, .advocacy, "{}"),
    ]

    static func event(
        _ sequence: UInt32, _ kind: Kind = .track, _ stage: Stage? = nil, _ text: String = "{}"
    ) -> Event {
        Event(
            sequence: sequence, kind: kind, lane: .normal, stage: stage,
            time: EventTime(
                monotonic: Instant(milliseconds: 123_456), wallMilliseconds: 1_700_000_000_000,
                quality: .synchronised),
            producer: 0xdead_beef_0000_0001, body: Array(text.utf8))
    }

    /// The block of version 0 of a payload as it stands, its frame and checksum right unless told
    /// otherwise.
    static func block(
        payload: String, count: Int, isDeflated: Bool = false, stated: Int? = nil
    ) throws -> [UInt8] {
        let plain = Array(payload.utf8)
        let stored = isDeflated ? try #require(Deflater()?.deflate(plain)) : plain
        return Frame(
            version: 0, isDeflated: isDeflated, storedBytes: stored.count,
            payloadBytes: stated ?? plain.count,
            eventCount: count
        ).block(around: stored)
    }

    static let headerLine =
        "{\"device\":\"kiosk-1\",\"stream\":\"0123456789abcdeffedcba9876543210\",\"lane\":\"normal\","
        + "\"epoch\":3,\"boot\":\"00000000000000010000000000000002\",\"previous\":{\"epoch\":2,"
        + "\"end\":1000},\"tombstones\":[{\"stream\":\"0123456789abcdeffedcba9876543210\",\"epoch\":2,"
        + "\"reason\":\"evicted\",\"ids\":[[0,9],[12,12]]}]}\n"

    static func eventLine(_ sequence: UInt32, _ text: String = "{}") -> String {
        "{\"seq\":\(sequence),\"kind\":\"track\",\"stage\":null,\"mono\":123456,"
            + "\"wall\":1700000000000,\"quality\":\"synchronised\","
            + "\"producer\":\"deadbeef00000001\",\"event\":\(text)}\n"
    }
}

/// The comparisons that `Event` itself has no need of.
func isSame(_ left: [Event], _ right: [Event]) -> Bool {
    left.count == right.count
        && zip(left, right).allSatisfy {
            $0.lane == $1.lane && BlockWriter.line(of: $0) == BlockWriter.line(of: $1)
        }
}

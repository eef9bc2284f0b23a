import Blocks
import Events
import GRDB
import Testing

@testable import Collector

/// A boot of a device: what its clocks show, and what they should, is known to the test alone.
struct KnownBoot {
    /// When it was switched on.
    var bootedAt: Int64
    var boot: StreamID
    var epoch: UInt32

    /// An event at a moment of the boot, by a clock that began in 1970, or by a synchronised one.
    func event(
        _ sequence: UInt32, at monotonic: Int64, isSynchronised: Bool = false, _ more: String = ""
    ) -> Event {
        Event(
            sequence: sequence, kind: .track, lane: .normal, stage: nil,
            time: EventTime(
                monotonic: Instant(milliseconds: monotonic),
                wallMilliseconds: isSynchronised ? bootedAt + monotonic : monotonic,
                quality: isSynchronised ? .synchronised : .implausible),
            producer: 0, body: Array(#"{"event":"\#(epoch)/\#(sequence)"\#(more)}"#.utf8))
    }

    /// An answer that took so long, half of it each way.
    func anchor(at monotonic: Int64, took milliseconds: Int64) throws -> ClockAnchor {
        let shown = bootedAt + monotonic - milliseconds / 2
        return try #require(
            ClockAnchor(
                boot: boot, shown: shown...shown + 1,
                between: Instant(milliseconds: monotonic - milliseconds),
                and: Instant(milliseconds: monotonic)))
    }

    /// The whole minute up to a time.
    static func minute(before milliseconds: Int64) -> Int64 { milliseconds / 60_000 * 60_000 }

    /// The whole minute from a time on.
    static func minute(after milliseconds: Int64) -> Int64 {
        minute(before: milliseconds + 59_999)
    }

    func block(_ events: [Event], anchors: [ClockAnchor] = []) -> PreparedBlock {
        var prepared = PreparedBlock(
            Block(
                header: BlockHeader(
                    device: "kiosk-1", stream: Fixture.stream, lane: .normal, epoch: epoch,
                    boot: boot, previous: nil, tombstones: []), events: events))
        prepared.anchors = anchors
        return prepared
    }
}

extension TemporaryArchive {
    /// Later than all that happens in these tests.
    static let arrival: Int64 = 1_900_000_000_000

    func take(
        _ block: PreparedBlock, atMilliseconds now: Int64 = arrival, isVouched: Bool = true
    ) async throws {
        _ = try await archive.take(
            block, at: Arrival(milliseconds: now, isVouched: isVouched))
    }

    /// Solves all that waits for it; answers how many steps that took.
    @discardableResult
    func settle() async throws -> Int {
        var steps = 0
        while try await archive.settle() { steps += 1 }
        return steps
    }

    /// By the event's name: its time, its bounds and the number of its quality.
    func times() throws -> [String: [Int64?]] {
        let rows = try archive.database.read {
            try Row.fetchAll(
                $0, sql: "SELECT name, time, time_lower, time_upper, time_quality FROM event")
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], [$0[1], $0[2], $0[3], $0[4]]) })
    }

    /// All that is known of clocks and times, row by row.
    func everything() throws -> [String] {
        try archive.database.read { database in
            try [
                "SELECT * FROM clock ORDER BY boot, source, period",
                "SELECT epoch, boot, earliest, latest FROM epoch ORDER BY epoch",
                """
                SELECT epoch, seq, time, time_lower, time_upper, time_quality FROM event
                ORDER BY epoch, seq
                """,
            ].flatMap { try Row.fetchAll(database, sql: $0).map(\.description) }
        }
    }
}

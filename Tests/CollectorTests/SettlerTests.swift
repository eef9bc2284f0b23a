import Blocks
import Events
import GRDB
import Logging
import Synchronization
import Testing

@testable import Collector

/// Keeps what is logged.
private final class Written: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var logger: Logger { Logger(label: "test") { _ in Handler(written: self) } }

    private struct Handler: LogHandler {
        let written: Written
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { written.add("\(event.level): \(event.message)") }
    }
}

@Suite struct `What waits to be solved` {
    private let known = KnownBoot(
        bootedAt: 1_800_050_000_000, boot: StreamID(high: 9, low: 9), epoch: 2)

    /// More events than are solved at once, and what tells their times.
    private func blocks() throws -> [PreparedBlock] {
        [0, 600].map { (start: UInt32) in
            known.block((start..<start + 600).map { known.event($0, at: Int64($0) * 10) })
        } + [known.block([], anchors: [try known.anchor(at: 9000, took: 10)])]
    }

    private func execute(_ sql: String, _ archive: Archive) async throws {
        try await archive.database.write { try $0.execute(sql: sql) }
    }

    private static let fault = """
        CREATE TRIGGER fault BEFORE UPDATE OF time_quality ON event
        BEGIN SELECT raise(ABORT, 'planted'); END
        """

    @Test func `is tried again after failures, ever more slowly, and logged once`() async throws {
        let temporary = try TemporaryArchive()
        for block in try blocks() { try await temporary.take(block) }
        #expect(try temporary.count("unsolved") == 1)
        try await execute(Self.fault, temporary.archive)
        let written = Written()
        let pauses = Mutex<[Duration]>([])
        let archive = temporary.archive
        let settler = TimeSettler(archive: archive, log: written.logger) { pause in
            let count = pauses.withLock { pauses in
                pauses.append(pause)
                return pauses.count
            }
            guard count == 9 else { return }
            try await archive.database.write { try $0.execute(sql: "DROP TRIGGER fault") }
        }
        await settler.settle()
        await settler.work?.value
        #expect(
            pauses.withLock { $0 }
                == ([10, 20, 40, 80, 160, 320, 600, 600, 600] as [Int64]).map { .seconds($0) })
        #expect(try temporary.count("unsolved") == 0)
        #expect(try temporary.count("event WHERE time_quality <> 1") == 0)
        #expect(
            written.all == [
                "warning: times of stored events cannot be solved now; it is tried again",
                "info: times of stored events are being solved again",
            ])
    }

    @Test func `keeps no process from its end while it fails`() async throws {
        let temporary = try TemporaryArchive()
        for block in try blocks() { try await temporary.take(block) }
        try await execute(Self.fault, temporary.archive)
        let (waits, begun) = AsyncStream.makeStream(of: Duration.self)
        let settler = TimeSettler(archive: temporary.archive, log: Written().logger) { pause in
            begun.yield(pause)
            try await Task.sleep(for: .seconds(86_400))
        }
        await settler.settle()
        var iterator = waits.makeAsyncIterator()
        #expect(await iterator.next() == .seconds(10))
        await settler.stop()
        #expect(try temporary.count("unsolved") == 1)
    }

    @Test func `is begun by the block that leaves it`() async throws {
        let temporary = try TemporaryArchive()
        let desk = temporary.desk()
        for block in try blocks() {
            var writer = BlockWriter()
            let text = block.anchors.isEmpty ? nil : ClockAnchor.Text.write(block.anchors)
            let answer = await desk.take(
                try writer.write(block.block.header, block.block.events), from: Fixture.sender(),
                clock: text)
            #expect(answer.status == 200)
        }
        await desk.settler.work?.value
        #expect(try temporary.count("unsolved") == 0)
        #expect(try temporary.count("event WHERE time_quality <> 1") == 0)
    }
}

/// Many devices whose events came by turns.
@Suite struct `A step of solving` {
    private static let devices: UInt64 = 200
    private static let eventsOfDevice: UInt32 = 30

    private func boot(_ device: UInt64) -> KnownBoot {
        KnownBoot(
            bootedAt: 1_772_000_000_000 + Int64(device), boot: StreamID(high: 4, low: device),
            epoch: 1)
    }

    /// An archive of the second layout, and how many events it has.
    private func interleaved() async throws -> (TemporaryArchive, Int) {
        let temporary = try TemporaryArchive()
        let last = Self.eventsOfDevice - 1
        for device in 0..<Self.devices {
            let boot = boot(device)
            var block = boot.block(
                (0...last).map {
                    boot.event($0, at: 1000 + Int64($0), isSynchronised: $0 == last)
                })
            block.block.header.device = "kiosk-\(device)"
            block.block.header.stream = StreamID(high: 6, low: device)
            try await temporary.take(block)
        }
        try await temporary.archive.database.write { database in
            try database.execute(sql: "UPDATE event SET id = 1000000 + seq * 1000 + stream")
            try database.execute(sql: Fixture.secondVersion)
        }
        return (temporary, Int(Self.eventsOfDevice) * Int(Self.devices))
    }

    @Test func `is of so many events and clocks, however many devices they are of`() async throws {
        let (temporary, count) = try await interleaved()
        let archive = try Archive.open(folder: temporary.folder)
        let lookups = Atomic(0)
        try await archive.database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE solved (id);
                    CREATE TRIGGER solving AFTER UPDATE OF time_quality ON event
                    BEGIN INSERT INTO solved VALUES (new.id); END;
                    """)
            database.trace { statement in
                if statement.description.hasPrefix("SELECT source, at, lower") {
                    lookups.add(1, ordering: .relaxed)
                }
            }
        }
        var (steps, solved) = (0, 0)
        while try await archive.settle() {
            let now = try temporary.count("solved")
            #expect(now - solved <= Int(Archive.settledAtOnceMost), "step \(steps)")
            // Of each device one, to learn and to solve and to place what is beside.
            #expect(lookups.exchange(0, ordering: .relaxed) <= 3 * Int(Self.devices) + 100)
            (steps, solved) = (steps + 1, now)
        }
        // Each event when it is met and once its boot's clock is known, and steps that are full.
        #expect(count...2 * count ~= solved)
        #expect(steps <= 2 * count / Int(Archive.settledAtOnceMost) + 4)
        #expect(try temporary.count("unsolved") == 0)
        #expect(try temporary.count("event WHERE time_quality > 1") == 0)
    }

    @Test func `is half what a migration leaves for later`() async throws {
        let (temporary, count) = try await interleaved()
        let archive = try Archive.open(folder: temporary.folder)
        let known = KnownBoot(
            bootedAt: 1_800_000_000_000, boot: StreamID(high: 1, low: 1), epoch: 7)
        let arrival = Arrival(milliseconds: TemporaryArchive.arrival, isVouched: true)
        for start in [0, 750] as [UInt32] {
            _ = try await archive.take(
                known.block((start..<start + 750).map { known.event($0, at: Int64($0)) }),
                at: arrival)
        }
        _ = try await archive.take(
            known.block([], anchors: [try known.anchor(at: 9000, took: 10)]), at: arrival)
        #expect(try temporary.count("unsolved") == 1)
        for _ in 0..<3 { _ = try await archive.settle() }
        #expect(try await archive.untimedCount() == Int64(count) - 3 * 500)
        #expect(
            try temporary.count("event WHERE epoch = 7 AND time_quality = 1") == 1500)
    }
}

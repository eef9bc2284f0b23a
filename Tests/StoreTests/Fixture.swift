import Events
import Foundation
import Testing

@testable import Store

/// A state directory of its own for one test; removed when the test ends.
final class StateDirectory {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "store test %?#" + UUID().uuidString
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func open(
        quotaBytes: Int64 = EventStore.quotaBytesMin, fresh: UInt64 = 1, vfs: String? = nil,
        fileSystem: FileSystem = .system
    ) throws -> EventStore {
        try EventStore(
            directory: path, quotaBytes: quotaBytes, boot: Fixture.boot,
            freshStream: StreamID(high: 0xF0, low: fresh), wallMilliseconds: 1_700_000_000_000,
            vfs: vfs, fileSystem: fileSystem)
    }

    func byteCount(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
        return try #require(attributes[.size] as? Int)
    }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
        return try #require(attributes[.posixPermissions] as? Int)
    }

    func contents(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: file(name)))
    }

    func write(_ data: Data, _ name: String) throws {
        try data.write(to: URL(fileURLWithPath: file(name)))
    }
}

enum Fixture {
    static let boot = StreamID(high: 7, low: 8)
}

/// The caller's side of the store, in the fewest words.
extension EventStore {
    /// Commits one row of `count` new events and its counter.
    @discardableResult
    func add(
        _ count: Int, _ lane: Lane = .normal, bytes: Int = 100, table: RowTable = .tail
    ) throws -> StoredRow {
        var change = Change(for: self)
        // Sealed rows begin as those of the agent do: carving tells them by that.
        let mark = table == .block ? "FFBK " : ""
        let name = Array("\(mark)\(epoch):\(nextSequence) of row ".utf8)
        let row = StoredRow(
            table, lane: lane, epoch: epoch,
            ranges: [SequenceRange(nextSequence, nextSequence + UInt32(count) - 1)],
            body: name + Array(repeating: 0x2E, count: max(0, bytes - name.count)))
        change.inserted = [row]
        change.endSequence = nextSequence + UInt32(count)
        change.counters = [CounterDelta(lane, "accepted", Int64(count))]
        try commit(change)
        return row
    }

    /// Commits the removal of rows.
    func remove(_ keys: [RowKey]) throws {
        var change = Change(for: self)
        change.removed = keys
        try commit(change)
    }

    /// What a counter stands at, over all lanes.
    func counter(_ name: String) throws -> Int64 {
        try counters().filter { $0.name == name }.reduce(0) { $0 + $1.value }
    }

    /// Events in both tables.
    func queuedEvents() throws -> Int64 {
        try statistics().reduce(0) { $0 + $1.eventCount }
    }

    /// Every event in both tables.
    func queuedEventIDs() throws -> [EventID] {
        var events: [EventID] = []
        for table in RowTable.allCases {
            let rows = try #require(database).connection.prepare(
                "SELECT id, ranges FROM " + table.name)
            while try rows.step() {
                let epoch = RowID(stored: rows.integer(0)).epoch
                let stream = try #require(try epochInfo(epoch)).stream
                for range in try RangeCoding.stored(rows.bytes(1)) {
                    for sequence in range.first...range.last {
                        events.append(EventID(stream: stream, epoch: epoch, sequence: sequence))
                    }
                }
            }
        }
        return events
    }

    /// Every event in a statement that waits.
    func tombstonedEvents() throws -> [EventID] {
        try pendingTombstones(limit: .max).flatMap { pending in
            pending.tombstone.sequences.flatMap { range in
                (range.first...range.last).map {
                    EventID(
                        stream: pending.tombstone.stream, epoch: pending.tombstone.epoch,
                        sequence: $0)
                }
            }
        }
    }
}

import CSQLite
import Events
import Foundation
import Testing

@testable import Store

/// A database as version 2 or 3 of the schema left it, made by their own statements.
struct SecondVersion {
    static let stream = StreamID(high: 0xF2, low: 1)
    static let epoch: Int64 = 7
    static let rowCount = 60
    static let events = 4 * rowCount
    static let messages = 3

    private static let tables =
        [
            "CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE epoch (epoch INTEGER PRIMARY KEY, stream BLOB NOT NULL, "
                + "boot BLOB NOT NULL, end INTEGER NOT NULL)",
            "CREATE TABLE quarantine (id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, "
                + "at INTEGER NOT NULL, reason TEXT NOT NULL, producer INTEGER NOT NULL, "
                + "length INTEGER NOT NULL, body BLOB NOT NULL)",
            "CREATE TABLE tombstone (id INTEGER PRIMARY KEY, stream BLOB NOT NULL, "
                + "epoch INTEGER NOT NULL, ranges BLOB NOT NULL, reason TEXT NOT NULL)",
            "CREATE TABLE counter (lane INTEGER, name TEXT, value INTEGER NOT NULL, "
                + "PRIMARY KEY (lane, name)) WITHOUT ROWID",
            "CREATE TABLE message (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, "
                + "count INTEGER NOT NULL, ids BLOB NOT NULL)",
        ]

    /// Where rows are, by what they have in turn: two of `normal`, one each of the other lanes.
    private static let places = ["tail", "block", "tail_critical", "tail_ambient"]

    /// Makes the database in `state`: two epochs, rows in all lanes and in all their tables, the
    /// last epoch's numbers among the counters.
    static func make(in state: StateDirectory, version: Int = 2) throws {
        try FileManager.default.createDirectory(
            atPath: state.path, withIntermediateDirectories: true)
        let connection = try Connection(path: state.file("events.db"), vfs: nil)
        for setting in ["page_size = 4096", "journal_mode = WAL"] {
            try connection.run("PRAGMA " + setting)
        }
        try connection.run("BEGIN")
        for table in tables { try connection.run(table) }
        for place in places {
            try connection.run(
                "CREATE TABLE \(place) (id INTEGER PRIMARY KEY, events INTEGER NOT NULL, "
                    + "ranges BLOB NOT NULL, body BLOB NOT NULL, mark INTEGER)")
        }
        for (number, end) in [(epoch - 1, 40), (epoch, 0)] {
            try connection.run(
                "INSERT INTO epoch VALUES (\(number), x'\(stream.hexadecimal)', "
                    + "x'\(Fixture.boot.hexadecimal)', \(end))")
        }
        let insert = try places.map {
            try connection.prepare("INSERT INTO \($0) VALUES (?, 4, ?, ?, ?)")
        }
        for row in 0..<rowCount {
            let code: Int64 = [1, 1, 3, 4][row % 4]
            let id = code << 60 | epoch << 32 | Int64(4 * row)
            let first = UInt32(4 * row)
            let ranges = RangeCoding.bytes([SequenceRange(first, first + 3)])
            let body = Array("row \(row) \(String(repeating: ".", count: 900))".utf8)
            try insert[row % 4].run(
                .integer(id), .blob(ranges), .blob(body),
                .integer(RowCheck.value(id: id, ranges: ranges, body: body)))
        }
        for counter in [
            "1, 'accepted', \(events)", "-1, 'epoch', \(epoch)", "-1, 'end', \(events)",
            "-1, 'commits', 61",
        ] {
            try connection.run("INSERT INTO counter VALUES (\(counter))")
        }
        try connection.run("INSERT INTO meta VALUES ('a', 'text')")
        try connection.run("INSERT INTO message VALUES (1, 7, \(messages), zeroblob(48))")
        if version == 3 {
            for step in [
                "ALTER TABLE counter RENAME TO state",
                "ALTER TABLE state RENAME COLUMN lane TO kind",
                "ALTER TABLE state ADD COLUMN at INTEGER", "ALTER TABLE state ADD COLUMN ids BLOB",
            ] { try connection.run(step) }
        }
        try connection.run("PRAGMA user_version = \(version)")
        try connection.run("COMMIT")
        try connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}

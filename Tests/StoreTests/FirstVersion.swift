import CSQLite
import Events
import Foundation
import Testing

@testable import Store

/// A database as version 1 of the schema left it, made by its own statements.
struct FirstVersion {
    static let stream = StreamID(high: 0xF1, low: 1)
    /// Rows of events by lane's code then: 0 critical, 1 normal, 2 ambient.
    static let rowCount = 60
    static let events = 4 * rowCount

    private static let tables = [
        "CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE epoch (epoch INTEGER PRIMARY KEY, stream BLOB NOT NULL, "
            + "boot BLOB NOT NULL, end INTEGER NOT NULL, commits INTEGER NOT NULL)",
        "CREATE TABLE tail (id INTEGER PRIMARY KEY, events INTEGER NOT NULL, "
            + "ranges BLOB NOT NULL, body BLOB NOT NULL)",
        "CREATE TABLE block (id INTEGER PRIMARY KEY, events INTEGER NOT NULL, "
            + "ranges BLOB NOT NULL, body BLOB NOT NULL)",
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

    /// Makes the database in `state`: two epochs, rows in all lanes and in both tables.
    static func make(in state: StateDirectory, epoch: Int64 = 2) throws {
        try FileManager.default.createDirectory(
            atPath: state.path, withIntermediateDirectories: true)
        let connection = try Connection(path: state.file("events.db"), vfs: nil)
        for setting in ["page_size = 4096", "journal_mode = WAL"] {
            try connection.run("PRAGMA " + setting)
        }
        try connection.run("BEGIN")
        for table in tables { try connection.run(table) }
        let hexadecimal = stream.hexadecimal
        for (number, end, commits) in [(1, 40, 3), (epoch, Int64(events), 61)] {
            try connection.run(
                "INSERT INTO epoch VALUES (\(number), x'\(hexadecimal)', "
                    + "x'\(Fixture.boot.hexadecimal)', \(end), \(commits))")
        }
        let insert = try ["tail", "block"].map {
            try connection.prepare("INSERT INTO \($0) VALUES (?, 4, ?, ?)")
        }
        for row in 0..<rowCount {
            let id = Int64([1, 2, 1, 0][row % 4]) << 60 | epoch << 32 | Int64(4 * row)
            let first = UInt32(4 * row)
            try insert[row % 5 == 4 ? 1 : 0].run(
                .integer(id), .blob(RangeCoding.bytes([SequenceRange(first, first + 3)])),
                .blob(Array("row \(row) \(String(repeating: ".", count: 900))".utf8)))
        }
        try connection.run("INSERT INTO counter VALUES (1, 'accepted', \(events))")
        try connection.run("INSERT INTO meta VALUES ('a', 'text')")
        try connection.run("INSERT INTO message VALUES (1, 7, 1, zeroblob(16))")
        try connection.run("PRAGMA user_version = 1")
        try connection.run("COMMIT")
        try connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}

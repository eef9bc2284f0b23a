internal import CSQLite

/// The database's settings and tables.
enum Schema {
    /// The version that this software writes and reads.
    static let version: Int64 = 4
    static let pageBytes: Int64 = 4096
    /// The write-ahead log as it is kept: 1000 frames, and what a small commit may add to them.
    static let logBytes: Int64 = 1056 * frameBytes
    /// The log while the largest commit is in it: 1 MiB of events that waited, a request of 4 MiB
    /// with a line for each of 10,000 events, and the pages that change beside them.
    static let logBytesMax: Int64 = 1900 * frameBytes
    /// A log of so many frames is copied into the database after the commit.
    static let logFramesMax: Int64 = 1000
    /// A commit of more pages begins the log anew, so as not to add to what is in it.
    static let smallCommitPages: Int64 = 16
    private static let frameBytes: Int64 = 4120

    /// In KiB, as SQLite wants it said.
    private static let cacheSize = "-1024"

    private static func createRows(_ name: String) -> String {
        "CREATE TABLE " + name + " (id INTEGER PRIMARY KEY, events INTEGER NOT NULL, "
            + "ranges BLOB NOT NULL, body BLOB NOT NULL, mark INTEGER)"
    }

    private static let tables = [
        "CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE epoch (epoch INTEGER PRIMARY KEY, stream BLOB NOT NULL, "
            + "boot BLOB NOT NULL, end INTEGER NOT NULL)",
        createRows("tail"),
        createRows("block"),
        "CREATE TABLE quarantine (id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, "
            + "at INTEGER NOT NULL, reason TEXT NOT NULL, producer INTEGER NOT NULL, "
            + "length INTEGER NOT NULL, body BLOB NOT NULL)",
        "CREATE TABLE tombstone (id INTEGER PRIMARY KEY, stream BLOB NOT NULL, "
            + "epoch INTEGER NOT NULL, ranges BLOB NOT NULL, reason TEXT NOT NULL)",
        "CREATE TABLE state (kind INTEGER, name TEXT, value INTEGER NOT NULL, at INTEGER, "
            + "ids BLOB, PRIMARY KEY (kind, name)) WITHOUT ROWID",
        "CREATE TABLE message (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, "
            + "count INTEGER NOT NULL, ids BLOB NOT NULL)",
    ]

    /// The tables that have events in any version.
    static let eventTables = ["tail", "tail_critical", "tail_ambient", "block"]

    /// Those that a version has.
    static func eventTables(ofVersion version: Int64) -> [String] {
        2...3 ~= version ? eventTables : eventTables.filter { RowTable(name: $0) != nil }
    }

    /// Gives a connection the settings of the Store page.
    static func configure(
        _ connection: borrowing Connection, pagesMax: Int64
    ) throws(StoreError) {
        for setting in [
            // Before the first access: without shared memory, and only then the log.
            "locking_mode = EXCLUSIVE", "page_size = 4096", "auto_vacuum = NONE",
            "journal_mode = WAL", "synchronous = FULL",
            "journal_size_limit = " + logBytes.description, "secure_delete = OFF",
            "temp_store = MEMORY", "cache_size = " + cacheSize, "mmap_size = 0",
            "cell_size_check = ON", "trusted_schema = OFF",
        ] {
            try connection.run("PRAGMA " + setting)
        }
        try limit(connection, pagesMax: pagesMax)
    }

    /// Lets the database grow to so many pages, or to what it has if that is more.
    static func limit(_ connection: borrowing Connection, pagesMax: Int64) throws(StoreError) {
        try connection.run("PRAGMA max_page_count = " + pagesMax.description)
    }

    /// Makes the tables in an empty database; refuses what is not ours.
    static func prepare(_ connection: borrowing Connection) throws(StoreError) {
        let found = try connection.integer("PRAGMA user_version")
        guard found <= version else {
            throw StoreError(
                .newer, "open the database",
                detail: "its version is " + found.description + ", this software's "
                    + version.description)
        }
        let tableCount = try connection.integer("SELECT count(*) FROM sqlite_schema")
        if found == version && tableCount == Int64(tables.count) { return }
        let steps: [String]
        switch (found, tableCount) {
        case (0, 0): steps = tables
        case (1, tablesOfFirstVersion): steps = stepsFromFirstVersion + stepsFromSecondVersion
        case (2, tablesOfSecondVersion): steps = stepsFromSecondVersion
        case (3, tablesOfSecondVersion): steps = []
        default: throw StoreError(.corrupt, "open the database", detail: "it is not a store")
        }
        try connection.run("BEGIN IMMEDIATE")
        for step in steps { try connection.run(step) }
        if found > 0 { try joinTails(connection) }
        try connection.run("PRAGMA user_version = " + version.description)
        try connection.run("COMMIT")
    }

    /// What makes version 2 of version 1, whatever the backlog: no row of events is touched.
    ///
    /// The last epoch's end and count of commits move to the page of the counters, which every
    /// commit writes anyway. Rows without a check stay without one.
    private static let tablesOfFirstVersion: Int64 = 8
    private static let stepsFromFirstVersion = [
        "ALTER TABLE tail ADD COLUMN mark INTEGER",
        "ALTER TABLE block ADD COLUMN mark INTEGER",
        createRows("tail_critical"),
        createRows("tail_ambient"),
        "INSERT INTO counter SELECT -1, 'epoch', epoch FROM epoch ORDER BY epoch DESC LIMIT 1",
        "INSERT INTO counter SELECT -1, 'end', end FROM epoch ORDER BY epoch DESC LIMIT 1",
        "INSERT INTO counter SELECT -1, 'commits', commits FROM epoch ORDER BY epoch DESC LIMIT 1",
        "ALTER TABLE epoch DROP COLUMN commits",
    ]

    private static let tablesOfSecondVersion: Int64 = 10

    /// What makes version 4 of version 3: the rows of the lanes' tails, a few thousand at most
    /// where the store has sealed them in time, are put into one table in the order in which they
    /// came.
    ///
    /// A few at a time, so that a full disk has room for it.
    private static func joinTails(_ connection: borrowing Connection) throws(StoreError) {
        try connection.run("ALTER TABLE tail RENAME TO tail_normal")
        try connection.run(createRows("tail"))
        let insert = try connection.prepare("INSERT INTO tail VALUES (?, ?, ?, ?, ?)")
        for name in ["tail_normal", "tail_critical", "tail_ambient"] {
            let oldest = try connection.prepare("SELECT * FROM " + name + " ORDER BY id LIMIT 64")
            let delete = try connection.prepare("DELETE FROM " + name + " WHERE id <= ?")
            while true {
                var last: Value?
                while try oldest.step() {
                    let row = oldest.values()
                    last = row[EventColumn.id]
                    try insert.bind(RowCheck.row(row, in: .tail))
                    _ = try insert.step()
                }
                oldest.reset()
                guard let last else { break }
                try delete.run(last)
            }
            insert.reset()
            delete.reset()
            try connection.run("DROP TABLE " + name)
        }
    }

    /// What makes version 3 of version 2, whatever the backlog: no row is touched.
    ///
    /// The counters' table gets a name for all that is in it, and columns for message ids.
    private static let stepsFromSecondVersion = [
        "ALTER TABLE counter RENAME TO state",
        "ALTER TABLE state RENAME COLUMN lane TO kind",
        "ALTER TABLE state ADD COLUMN at INTEGER",
        "ALTER TABLE state ADD COLUMN ids BLOB",
    ]

    /// Brings the log to its full size, once: a growing log costs a file system journal entry a
    /// sync.
    ///
    /// What does it is rolled back, so that a power cut at any moment leaves nothing behind; with
    /// next to no cache it goes to the log all the same.
    static func fillLog(_ connection: borrowing Connection) throws(StoreError) {
        try connection.run("PRAGMA cache_size = 8")
        try connection.run("BEGIN IMMEDIATE")
        do throws(StoreError) {
            try connection.run("INSERT INTO block VALUES (0, 0, x'', zeroblob(1050 * 4092), 0)")
        } catch {
            // Without room for it the log grows as it must; all else is the caller's to find out.
            guard error.code == .full else { throw error }
        }
        if !connection.isIdle { try connection.run("ROLLBACK") }
        try connection.run("PRAGMA cache_size = " + cacheSize)
    }
}

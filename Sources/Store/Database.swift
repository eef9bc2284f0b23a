internal import CSQLite

/// The open database with the statements that every commit uses.
final class Database {
    let connection: Connection

    let begin: Statement
    let commit: Statement
    let rollback: Statement
    let pageCount: Statement
    let freePageCount: Statement
    let setEnd: Statement
    let setCommits: Statement
    let addCounter: Statement
    let insertMessage: Statement
    let lastMessage: Statement
    let extendMessage: Statement
    let waitingMessages: Statement
    let keepWaiting: Statement
    let forgetWaiting: Statement
    let stateBytes: Statement
    let keepMark: Statement
    // By the table's raw value.
    let insertRow: [Statement]
    let deleteRow: [Statement]
    let oldestRows: [Statement]

    /// Opens the database, and makes its schema if it has none.
    init(path: String, pagesMax: Int64, vfs: String?) throws(StoreError) {
        connection = try Connection(path: path, vfs: vfs)
        try Schema.configure(connection, pagesMax: pagesMax)
        try Schema.prepare(connection)
        connection.countFrames()
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        pageCount = try connection.prepare("PRAGMA page_count")
        freePageCount = try connection.prepare("PRAGMA freelist_count")
        setEnd = try connection.prepare(
            "UPDATE state SET value = ? WHERE kind = -1 AND name = 'end'")
        setCommits = try connection.prepare(
            "UPDATE state SET value = ? WHERE kind = -1 AND name = 'commits'")
        addCounter = try connection.prepare(
            "INSERT INTO state(kind, name, value) VALUES (?, ?, ?) "
                + "ON CONFLICT DO UPDATE SET value = value + excluded.value")
        insertMessage = try connection.prepare(
            "INSERT INTO message(at, count, ids) VALUES (?, ?, ?)")
        lastMessage = try connection.prepare(
            "SELECT id, count, ids FROM message ORDER BY id DESC LIMIT 1")
        extendMessage = try connection.prepare(
            "UPDATE message SET at = ?, count = ?, ids = ? WHERE id = ?")
        waitingMessages = try connection.prepare(
            "SELECT at, value, ids FROM state WHERE kind = -2 ORDER BY name")
        keepWaiting = try connection.prepare(
            "INSERT OR REPLACE INTO state(kind, name, value, at, ids) VALUES (-2, ?, ?, ?, ?)")
        forgetWaiting = try connection.prepare("DELETE FROM state WHERE kind = -2")
        // A cell of the others: 2 bytes for where it is, 2 for how long, 7 before the columns, 9 in
        // its numbers, and the name.
        stateBytes = try connection.prepare(
            "SELECT total(20 + length(CAST(name AS BLOB)) + coalesce(12 + length(ids), 0)) "
                + "FROM state WHERE kind <> -2")
        keepMark = try connection.prepare(
            "INSERT OR REPLACE INTO state(kind, name, value, at, ids) VALUES (-3, ?, ?, ?, ?)")
        var insertRow: [Statement] = []
        var deleteRow: [Statement] = []
        var oldestRows: [Statement] = []
        for table in RowTable.allCases {
            insertRow.append(
                try connection.prepare("INSERT INTO " + table.name + " VALUES (?, ?, ?, ?, ?)"))
            deleteRow.append(
                try connection.prepare(
                    "DELETE FROM " + table.name
                        + " WHERE id = ? RETURNING events, length(body)"))
            oldestRows.append(
                try connection.prepare(
                    "SELECT id, ranges FROM " + table.name + " WHERE " + RowSpan.condition
                        + " ORDER BY id"))
        }
        self.insertRow = insertRow
        self.deleteRow = deleteRow
        self.oldestRows = oldestRows
    }

    /// Runs `body` in one transaction; when it or the commit fails, nothing of it is kept.
    func transaction<Result>(
        _ body: (Database) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try begin.run()
        do throws(StoreError) {
            let result = try body(self)
            try commit.run()
            return result
        } catch {
            // SQLite has rolled back already after some errors, and may be unable to after others;
            // then the connection is closed, which comes to the same.
            if !connection.isIdle {
                do throws(StoreError) { try rollback.run() } catch {}
            }
            throw error
        }
    }

    /// Copies the log into the database, syncs it, and begins the log at its start.
    ///
    /// After a failed sync the kernel may hold pages that it will never write: this writes them
    /// anew.
    func restartLog() throws(StoreError) {
        try connection.run("PRAGMA wal_checkpoint(RESTART)")
    }

    /// Copies what it can of the log into the database, and syncs it.
    func copyLog() throws(StoreError) { try connection.run("PRAGMA wal_checkpoint(PASSIVE)") }

    /// Pages in use, as the transaction under way sees them.
    func usedPages() throws(StoreError) -> Int64 {
        try allPages() - integer(freePageCount)
    }

    /// Pages of the database, free ones with them.
    func allPages() throws(StoreError) -> Int64 { try integer(pageCount) }

    private func integer(_ statement: Statement) throws(StoreError) -> Int64 {
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }
}

internal import CSQLite

/// What another version of the software does to the database.
extension Site {
    /// Sets the database's version in a transaction of its own, as an upgrade's last act.
    ///
    /// Answers false where there is no database to set it in.
    func setDatabaseVersion(_ version: Int64) -> Bool {
        let name = "file:" + Self.directory + "/events.db?psow=0"
        guard process == nil, disk.file(Self.directory + "/events.db") != nil else { return false }
        disk.isObserved = true
        defer { disk.isObserved = false }
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI
        defer { _ = unsafe sqlite3_close_v2(handle) }
        guard unsafe sqlite3_open_v2(name, &handle, flags, nil) == SQLITE_OK else { return false }
        _ = unsafe sqlite_shim_file_option(handle, SQLITE_FCNTL_PERSIST_WAL, 1)
        for statement in [
            "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA user_version = \(version)",
        ] {
            guard unsafe sqlite3_exec(handle, statement, nil, nil, nil) == SQLITE_OK else {
                return false
            }
        }
        return true
    }
}

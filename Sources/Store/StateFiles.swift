internal import CSQLite
internal import Events

/// The files of a state directory beside what SQLite does with its own.
@safe struct StateFiles: ~Copyable {
    /// The ballast's length.
    static let ballastBytes: Int64 = 1 << 20

    let directory: String
    private var lock: Int32 = -1

    /// Makes the directory if only it is missing, and takes it for its owner alone.
    ///
    /// Then takes the lock; nothing else is touched before that.
    init(directory: String) throws(StoreError) {
        self.directory = directory
        let made = unsafe sqlite_shim_make_directory(directory)
        guard made == 0 || made == sqlite_shim_exists_already() else {
            throw .system(Int64(made), "make " + directory)
        }
        try takeLock()
        let restricted = unsafe sqlite_shim_set_mode(directory, 0o700)
        guard restricted == 0 else { throw .system(Int64(restricted), "chmod " + directory) }
    }

    deinit { if lock >= 0 { _ = sqlite_shim_close(lock) } }

    /// Whether the directory is ours.
    var isLocked: Bool { lock >= 0 }

    /// Lets others have the directory.
    mutating func unlock() {
        if lock >= 0 { _ = sqlite_shim_close(lock) }
        lock = -1
    }

    var database: String { path("events.db") }
    var damaged: String { path("events.db.damaged") }

    private func path(_ name: String) -> String { directory + "/" + name }

    private mutating func takeLock() throws(StoreError) {
        let path = path("lock")
        let file = unsafe sqlite_shim_open(path, 1)
        guard file >= 0 else { throw .system(Int64(file), "open " + path) }
        let taken = sqlite_shim_lock(file)
        guard taken == 0 else {
            let holder = String(decoding: StateFiles.contents(of: file), as: UTF8.self)
            _ = sqlite_shim_close(file)
            guard taken == sqlite_shim_would_block() else {
                throw .system(Int64(taken), "lock " + path)
            }
            let process = holder.isEmpty ? "another process" : "process " + holder
            throw StoreError(.busy, "lock " + path, detail: process + " has it")
        }
        lock = file
        // The number serves the other's error message alone, so a full disk may leave it out.
        _ = sqlite_shim_truncate(file)
        _ = StateFiles.write(Array(sqlite_shim_process().description.utf8), to: file)
    }

    /// Sees to it that the database's file exists and is the owner's alone; the log inherits that.
    borrowing func prepareDatabaseFile() throws(StoreError) {
        // SQLite must not have the file open here: closing ours would drop its locks.
        let file = unsafe sqlite_shim_open(database, 1)
        guard file != sqlite_shim_is_no_file() else {
            throw StoreError(.corrupt, "open " + database, detail: "it is no file")
        }
        guard file >= 0 else { throw .system(Int64(file), "open " + database) }
        _ = sqlite_shim_close(file)
        for path in [database, database + "-wal"] {
            let restricted = unsafe sqlite_shim_set_mode(path, 0o600)
            guard restricted == 0 || restricted == sqlite_shim_is_missing() else {
                throw .system(Int64(restricted), "chmod " + path)
            }
        }
    }

    /// The stream that this directory had last; nil where none is on record.
    borrowing func recordedStream() -> StreamID? {
        let file = unsafe sqlite_shim_open(path("stream"), 0)
        guard file >= 0 else { return nil }
        defer { _ = sqlite_shim_close(file) }
        let text = String(decoding: StateFiles.contents(of: file), as: UTF8.self)
        return StreamID(hexadecimal: String(text.prefix(32)))
    }

    /// Records the stream durably.
    borrowing func record(_ stream: StreamID) throws(StoreError) {
        guard recordedStream() != stream else { return }
        let new = path("stream.new")
        let file = unsafe sqlite_shim_open(new, 1)
        guard file >= 0 else { throw .system(Int64(file), "open " + new) }
        _ = sqlite_shim_truncate(file)
        let written = StateFiles.write(Array((stream.hexadecimal + "\n").utf8), to: file)
        let synced = sqlite_shim_sync(file)
        _ = sqlite_shim_close(file)
        guard written >= 0 else { throw .system(written, "write " + new) }
        guard synced == 0 else { throw .system(Int64(synced), "sync " + new) }
        let renamed = unsafe sqlite_shim_rename(new, path("stream"))
        guard renamed == 0 else { throw .system(Int64(renamed), "rename " + new) }
        try syncDirectory()
    }

    /// Moves database and log aside, in place of what was set aside before.
    borrowing func setAside() throws(StoreError) {
        removeSetAside()
        try moveAside("-wal")
        try moveAside("")
        try syncDirectory()
    }

    /// Ends a setting aside that was broken off: the log has gone, the database has not.
    ///
    /// Without its log a database opens, but as it once was.
    borrowing func finishSetAside() throws(StoreError) {
        guard unsafe sqlite_shim_byte_count(damaged + "-wal") >= 0, !hasSetAside else { return }
        try moveAside("")
        try syncDirectory()
    }

    private func moveAside(_ suffix: String) throws(StoreError) {
        let moved = unsafe sqlite_shim_rename(database + suffix, damaged + suffix)
        guard moved == 0 || moved == sqlite_shim_is_missing() else {
            throw .system(Int64(moved), "rename " + database + suffix)
        }
    }

    /// Whether a database is set aside.
    var hasSetAside: Bool { unsafe sqlite_shim_byte_count(damaged) >= 0 }

    /// The bytes of what is set aside; 0 where nothing is.
    var setAsideBytes: Int64 {
        unsafe max(0, sqlite_shim_byte_count(damaged))
            + max(0, sqlite_shim_byte_count(damaged + "-wal"))
    }

    /// Removes what was set aside, the log first: alone it would mean a setting aside broken off.
    borrowing func removeSetAside() {
        for suffix in ["-wal", ""] { _ = unsafe sqlite_shim_unlink(damaged + suffix) }
    }

    /// Bytes that the file system still has for us; as many as there can be where it won't say.
    var freeBytes: Int64 {
        let free = unsafe sqlite_shim_free_bytes(directory)
        return free < 0 ? .max : free
    }

    /// Whether the ballast is there in full.
    var hasBallast: Bool { unsafe sqlite_shim_byte_count(path("ballast")) >= Self.ballastBytes }

    /// Lays the ballast down if there is room for it.
    borrowing func addBallast() {
        let file = unsafe sqlite_shim_open(path("ballast"), 1)
        guard file >= 0 else { return }
        let allocated = sqlite_shim_allocate(file, Self.ballastBytes)
        _ = sqlite_shim_close(file)
        if allocated != 0 { dropBallast() }
    }

    /// Gives the ballast's room back.
    borrowing func dropBallast() { _ = unsafe sqlite_shim_unlink(path("ballast")) }

    /// Makes the directory's entries durable.
    borrowing func syncDirectory() throws(StoreError) {
        let file = unsafe sqlite_shim_open_directory(directory)
        guard file >= 0 else { throw .system(Int64(file), "open " + directory) }
        let synced = sqlite_shim_sync(file)
        _ = sqlite_shim_close(file)
        guard synced == 0 else { throw .system(Int64(synced), "sync " + directory) }
    }

    private static func contents(of file: Int32) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 64) { bytes, count in
            count = unsafe max(0, Int(sqlite_shim_read(file, bytes.baseAddress, 64)))
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Int64 {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe sqlite_shim_write(file, bytes.baseAddress, bytes.count)
        }
    }
}

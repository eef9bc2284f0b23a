internal import CSQLite
internal import Events

/// The files of a state directory beside what SQLite does with its own.
struct StateFiles: ~Copyable {
    /// The ballast's length.
    static let ballastBytes: Int64 = 1 << 20

    let directory: String
    private let system: FileSystem
    private var lock: Int64 = -1

    /// Makes the directory if only it is missing, and takes it for its owner alone.
    ///
    /// Then takes the lock; nothing else is touched before that.
    init(directory: String, system: FileSystem) throws(StoreError) {
        self.directory = directory
        self.system = system
        let made = system.makeDirectory(directory)
        guard made == 0 || made == Int64(sqlite_shim_exists_already()) else {
            throw .system(made, "make " + directory)
        }
        try takeLock()
        let restricted = system.restrict(directory, 0o700)
        guard restricted == 0 else { throw .system(restricted, "chmod " + directory) }
    }

    deinit { if lock >= 0 { system.unlock(lock) } }

    /// Whether the directory is ours.
    var isLocked: Bool { lock >= 0 }

    /// Lets others have the directory.
    mutating func unlock() {
        if lock >= 0 { system.unlock(lock) }
        lock = -1
    }

    var database: String { path("events.db") }
    var damaged: String { path("events.db.damaged") }

    private func path(_ name: String) -> String { directory + "/" + name }

    private mutating func takeLock() throws(StoreError) {
        let path = path("lock")
        let (answer, holder) = system.lock(path, sqlite_shim_process().description)
        guard answer >= 0 else {
            guard answer == Int64(sqlite_shim_would_block()) else {
                throw .system(answer, "lock " + path)
            }
            let process = holder.isEmpty ? "another process" : "process " + holder
            throw StoreError(.busy, "lock " + path, detail: process + " has it")
        }
        lock = answer
    }

    /// Sees to it that the database's file exists and is the owner's alone; the log inherits that.
    borrowing func prepareDatabaseFile() throws(StoreError) {
        // SQLite must not have the file open here: closing ours would drop its locks.
        let made = system.touch(database)
        guard made != Int64(sqlite_shim_is_no_file()) else {
            throw StoreError(.corrupt, "open " + database, detail: "it is no file")
        }
        guard made >= 0 else { throw .system(made, "open " + database) }
        try restrict(database)
        try restrict(database + "-wal")
    }

    /// Takes everybody else's rights to a file, if it is there.
    private borrowing func restrict(_ path: String) throws(StoreError) {
        let answer = system.restrict(path, 0o600)
        guard answer == 0 || answer == Int64(sqlite_shim_is_missing()) else {
            throw .system(answer, "chmod " + path)
        }
    }

    /// The stream that this directory had last; nil where none is on record.
    borrowing func recordedStream() -> StreamID? {
        guard let bytes = system.contents(path("stream")) else { return nil }
        return StreamID(hexadecimal: String(String(decoding: bytes, as: UTF8.self).prefix(32)))
    }

    /// Records the stream durably.
    borrowing func record(_ stream: StreamID) throws(StoreError) {
        guard recordedStream() != stream else { return }
        let new = path("stream.new")
        let written = system.write(new, Array((stream.hexadecimal + "\n").utf8))
        guard written >= 0 else { throw .system(written, "write " + new) }
        let renamed = system.rename(new, path("stream"))
        guard renamed == 0 else { throw .system(renamed, "rename " + new) }
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
        guard system.byteCount(damaged + "-wal") >= 0, !hasSetAside else { return }
        try moveAside("")
        try syncDirectory()
    }

    private func moveAside(_ suffix: String) throws(StoreError) {
        let moved = system.rename(database + suffix, damaged + suffix)
        guard moved == 0 || moved == Int64(sqlite_shim_is_missing()) else {
            throw .system(moved, "rename " + database + suffix)
        }
    }

    /// Whether a database is set aside.
    var hasSetAside: Bool { system.byteCount(damaged) >= 0 }

    /// The bytes of what is set aside; 0 where nothing is.
    var setAsideBytes: Int64 {
        max(0, system.byteCount(damaged)) + max(0, system.byteCount(damaged + "-wal"))
    }

    /// Removes what was set aside, the log first: alone it would mean a setting aside broken off.
    borrowing func removeSetAside() {
        for suffix in ["-wal", ""] { _ = system.remove(damaged + suffix) }
    }

    /// Bytes that the file system still has for us; as many as there can be where it won't say.
    var freeBytes: Int64 {
        let free = system.freeBytes(directory)
        return free < 0 ? .max : free
    }

    /// Whether the ballast is there in full.
    var hasBallast: Bool { system.byteCount(path("ballast")) >= Self.ballastBytes }

    /// Lays the ballast down if there is room for it.
    borrowing func addBallast() {
        if system.allocate(path("ballast"), Self.ballastBytes) != 0 { dropBallast() }
    }

    /// Gives the ballast's room back.
    borrowing func dropBallast() { _ = system.remove(path("ballast")) }

    /// Makes the directory's entries durable.
    borrowing func syncDirectory() throws(StoreError) {
        let synced = system.syncDirectory(directory)
        guard synced == 0 else { throw .system(synced, "sync " + directory) }
    }
}

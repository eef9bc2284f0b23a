internal import CSQLite
internal import Events

/// The files of a state directory beside what SQLite does with its own.
struct StateFiles: ~Copyable {
    /// The ballast's length.
    static let ballastBytes: Int64 = 1 << 20

    let directory: String
    let system: FileSystem
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
    /// A damaged database until what can be read of it has been carried over, and afterwards.
    var salvaging: String { path("events.db.salvaging") }
    private var damaged: String { path("events.db.damaged") }

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

    /// Puts a durable copy in place of the log that was found, if one was.
    ///
    /// After a sync that failed, the kernel may hold pages of the log for written that are not on
    /// the disk; every later sync of them succeeds, in whatever process. To copy such a log into
    /// the database would leave nothing behind the half of it that a power cut lets through. A
    /// rewritten sector could tear, so the log's own are left alone.
    borrowing func renewLog() throws(StoreError) {
        let log = database + "-wal"
        let new = log + ".new"
        guard system.byteCount(log) > 0 else {
            _ = system.remove(new)
            return
        }
        let copied = system.copy(log, new)
        guard copied >= 0 else {
            _ = system.remove(new)
            throw .system(copied, "copy " + log)
        }
        try move(new, to: log, "")
        try syncDirectory()
    }

    /// Takes everybody else's rights to a file, if it is there.
    private borrowing func restrict(_ path: String) throws(StoreError) {
        let answer = system.restrict(path, 0o600)
        guard answer == 0 || answer == Int64(sqlite_shim_is_missing()) else {
            throw .system(answer, "chmod " + path)
        }
    }

    /// The stream and the epoch that this directory had last; nil where none is on record.
    borrowing func record() -> EpochRecord? {
        system.contents(path("stream")).flatMap { EpochRecord($0) }
    }

    /// Keeps the record durably.
    borrowing func keep(_ record: EpochRecord) throws(StoreError) {
        guard self.record() != record else { return }
        let new = path("stream.new")
        let written = system.write(new, record.bytes)
        guard written >= 0 else { throw .system(written, "write " + new) }
        let renamed = system.rename(new, path("stream"))
        guard renamed == 0 else { throw .system(renamed, "rename " + new) }
        try syncDirectory()
    }

    /// Moves database and log aside, in place of what was set aside before.
    ///
    /// Where that was broken off it goes on. Where a database is set aside of which not all has
    /// been carried over yet, the one in its place is a part of it, and goes.
    borrowing func setAside() throws(StoreError) {
        if isSalvaging {
            for suffix in ["-wal", ""] { _ = system.remove(database + suffix) }
        } else if !isSettingAsideBrokenOff, system.byteCount(database) >= 0 {
            remove(damaged)
            try move(database, to: salvaging, "-wal")
        }
        try move(database, to: salvaging, "")
        try syncDirectory()
    }

    /// Ends a setting aside that was broken off: the log has gone, the database has not.
    ///
    /// Without its log a database opens, but as it once was.
    borrowing func finishSetAside() throws(StoreError) {
        guard isSettingAsideBrokenOff else { return }
        try move(database, to: salvaging, "")
        try syncDirectory()
    }

    /// All that can be read has been carried over: the damaged database is kept for people, or goes
    /// where it would take too much room.
    borrowing func endSalvage(keeping isKept: Bool) throws(StoreError) {
        guard isSalvaging else { return }
        if isKept {
            // The log first: alone it would mean a setting aside that was broken off.
            for suffix in ["-wal", ""] { try move(salvaging, to: damaged, suffix) }
        } else {
            remove(salvaging)
        }
    }

    private var isSettingAsideBrokenOff: Bool {
        system.byteCount(salvaging + "-wal") >= 0 && !isSalvaging
    }

    private func move(_ path: String, to newPath: String, _ suffix: String) throws(StoreError) {
        let moved = system.rename(path + suffix, newPath + suffix)
        guard moved == 0 || moved == Int64(sqlite_shim_is_missing()) else {
            throw .system(moved, "rename " + path + suffix)
        }
    }

    private func remove(_ path: String) {
        for suffix in ["-wal", ""] { _ = system.remove(path + suffix) }
    }

    /// Whether a database is set aside from which something may still be carried over.
    var isSalvaging: Bool { system.byteCount(salvaging) >= 0 }

    /// The bytes of what is set aside; 0 where nothing is.
    var setAsideBytes: Int64 {
        var bytes: Int64 = 0
        for path in [salvaging, damaged] {
            for suffix in ["", "-wal"] { bytes += max(0, system.byteCount(path + suffix)) }
        }
        return bytes
    }

    /// Bytes that the file system still has for us; as many as there can be where it won't say.
    var freeBytes: Int64 {
        system.space(directory)?.freeBytes ?? .max
    }

    /// Whether the ballast is there in full.
    var hasBallast: Bool { system.byteCount(path("ballast")) >= Self.ballastBytes }

    /// Whether some of it is there: a power cut may have left a part.
    var hasSomeBallast: Bool { system.byteCount(path("ballast")) > 0 }

    /// Lays the ballast down if there is room for it.
    borrowing func addBallast() {
        guard hasSomeBallast || hasInodesToSpare else { return }
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

/// What is known of a database without the database: its stream and its last epoch.
///
/// By it a missing database is told from a first start, and an older copy from the one that was
/// here.
struct EpochRecord: Equatable {
    var stream: StreamID
    var epoch: UInt32

    init(stream: StreamID, epoch: UInt32) {
        self.stream = stream
        self.epoch = epoch
    }

    /// Reads `STREAM EPOCH` and a line feed; a record without its epoch is of epoch 0.
    init?(_ bytes: [UInt8]) {
        let parts = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard let first = parts.first, let stream = StreamID(hexadecimal: String(first)) else {
            return nil
        }
        self.init(stream: stream, epoch: parts.count > 1 ? UInt32(parts[1]) ?? 0 : 0)
    }

    var bytes: [UInt8] { Array((stream.hexadecimal + " " + epoch.description + "\n").utf8) }
}

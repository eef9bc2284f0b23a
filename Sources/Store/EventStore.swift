public import Events

/// Keeps encoded events until they are delivered, across power cuts and within a disk budget.
///
/// One owner, one thread. All that is stored goes through ``commit(_:)``.
public final class EventStore {
    /// The least quota: below it the log and the ballast leave too little room.
    public static let quotaBytesMin: Int64 = 16_000_000
    /// The quota unless the operator says otherwise.
    public static let quotaBytesDefault: Int64 = 64_000_000

    /// How the database was found.
    public internal(set) var opening: Opening = .existing
    /// The stream of new events.
    public internal(set) var stream: StreamID
    /// The epoch of new events.
    public internal(set) var epoch: UInt32 = 0
    /// The next event's sequence number; above `Limits.sequenceLast` a new epoch is due.
    public internal(set) var nextSequence: UInt32 = 0
    var commitCount: Int64 = 0
    /// The kernel's boot id, as the opener gave it.
    public let boot: StreamID

    var files: StateFiles
    let quotaBytes: Int64
    let vfs: String?
    /// Nil after the disk failed, until it is opened again.
    var database: Database?
    /// Whether a damaged database is being set aside, and whether its place is not yet taken.
    private var isRecovering = false
    private var isSetAside = false
    var pagesMax: Int64 = 0
    /// Commits until somebody looks whether the ballast is there.
    var ballastCountdown = 0
    /// The pages that the database had when its log was last copied into it.
    var copiedPages: Int64 = 0

    // What the current epoch has in the table `tail`, by lane: it begins with nothing.
    var tailEvents: [Int64] = [0, 0, 0]
    var tailBytes: [Int64] = [0, 0, 0]
    /// Where the search for unsealed rows of epochs that are over goes on; nil when it is done.
    var unsealedFrom: Int64? = .min
    var quarantineBytes: Int64 = 0
    var messageCount: Int64 = 0
    var shipped: Set<RowKey> = []
    /// The row that was walked over last; nil at the beginning.
    var walked: RowKey?
    var tombstonesShippedThrough: Int64 = 0

    /// Opens the store in `directory`, which is made if only it is missing, and begins a new epoch.
    ///
    /// The epoch is committed at return. `freshStream` is 16 random bytes, used where a new stream
    /// begins; `wallMilliseconds` dates a report of damage. A quota under `quotaBytesMin` counts as
    /// that. Throws `busy` where another process has the store, `newer`, or `unavailable`.
    public convenience init(
        directory: String, quotaBytes: Int64, boot: StreamID, freshStream: StreamID,
        wallMilliseconds: Int64
    ) throws(StoreError) {
        try self.init(
            directory: directory, quotaBytes: quotaBytes, boot: boot, freshStream: freshStream,
            wallMilliseconds: wallMilliseconds, vfs: nil)
    }

    /// Opens the store over other than the kernel's files.
    ///
    /// `vfs` names SQLite's file system, nil the process's default one.
    package init(
        directory: String, quotaBytes: Int64, boot: StreamID, freshStream: StreamID,
        wallMilliseconds: Int64, vfs: String?, fileSystem: FileSystem = .system
    ) throws(StoreError) {
        files = try StateFiles(directory: directory, system: fileSystem)
        self.quotaBytes = max(quotaBytes, Self.quotaBytesMin)
        self.boot = boot
        self.vfs = vfs
        stream = freshStream
        do throws(StoreError) {
            try start(freshStream: freshStream, wallMilliseconds: wallMilliseconds)
        } catch {
            guard error.code == .corrupt else { throw error }
            try recover(freshStream: freshStream, wallMilliseconds: wallMilliseconds)
        }
    }

    /// Whether the database is open, and not to be opened again at the next call.
    package var isOpen: Bool { database != nil }

    // The database goes before the lock.
    deinit { database = nil }

    /// Sets the damaged database aside, carries over what can be read, and begins a new stream.
    ///
    /// For whoever was answered `corrupt`. Rows keep their ids under their old stream; what was
    /// carried over and what is lost is in `opening` and in the text `damaged`.
    public func recover(
        freshStream: StreamID, wallMilliseconds: Int64
    ) throws(StoreError) {
        database = nil
        shipped = []
        walked = nil
        tombstonesShippedThrough = 0
        isRecovering = true
        // What is set aside already must not give way to the new database that it is to fill.
        if !isSetAside { try files.setAside() }
        isSetAside = true
        try start(freshStream: freshStream, wallMilliseconds: wallMilliseconds)
        (isRecovering, isSetAside) = (false, false)
    }

    /// Writes the log back into the database, closes it and lets go of the lock.
    ///
    /// Every call after this one throws `unavailable`.
    public func close() {
        do throws(StoreError) { try database?.restartLog() } catch {}
        database = nil
        files.unlock()
    }

    /// Gives back the memory of the page cache, up to 1 MiB; for an owner with nothing to do.
    public func releaseMemory() { database?.connection.releaseMemory() }

    /// Opens the database and begins an epoch, in a new stream if the database is new.
    private func start(freshStream: StreamID, wallMilliseconds: Int64) throws(StoreError) {
        try files.finishSetAside()
        let database = try openDatabase()
        // The first epoch is stored last, so without one whatever was begun here was broken off.
        if try database.connection.integer("SELECT count(*) FROM epoch") == 0 {
            try begin(database, freshStream: freshStream, wallMilliseconds: wallMilliseconds)
        } else {
            try go(on: database, freshStream: freshStream, wallMilliseconds: wallMilliseconds)
        }
        try endSalvage(database)
        self.database = database
        try files.syncDirectory()
        try keepRecord()
        if !files.hasBallast { files.addBallast() }
        releaseMemory()
    }

    /// The open database; opens it again after the disk failed.
    func opened() throws(StoreError) -> Database {
        if let database { return database }
        guard files.isLocked else {
            throw StoreError(.unavailable, "use the store", detail: "it is closed")
        }
        guard !isRecovering else {
            throw StoreError(.corrupt, "use the store", detail: "its recovery was broken off")
        }
        let database = try openDatabase()
        try resume(database)
        try keepRecord()
        self.database = database
        return database
    }

    /// Passes an operation's result on; after an error that casts doubt on it, closes the database.
    func guarded<Result>(
        _ operation: (Database) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let database = try opened()
        do throws(StoreError) {
            return try operation(database)
        } catch {
            if error.code == .unavailable || error.code == .busy || !database.connection.isIdle {
                self.database = nil
            }
            throw error
        }
    }

    /// Does what may find the disk full; if it does, does it again without the ballast.
    func withBallast<Result>(
        _ operation: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        do throws(StoreError) {
            return try operation()
        } catch {
            guard error.code == .full, files.hasSomeBallast else { throw error }
            spendBallast()
            return try operation()
        }
    }

    /// Gives the ballast up, to lay it down again as soon as there is room.
    func spendBallast() {
        files.dropBallast()
        ballastCountdown = 0
    }

    private func openDatabase() throws(StoreError) -> Database {
        try files.prepareDatabaseFile()
        do throws(StoreError) {
            try files.renewLog()
        } catch {
            // Without room for the copy the log is taken as it is: better than to wait for room.
            guard error.code == .full else { throw error }
        }
        pagesMax = Budget.pagesMax(quotaBytes: quotaBytes, setAsideBytes: files.setAsideBytes)
        // Even an empty database needs room to become a store.
        let database = try withBallast { () throws(StoreError) in
            try Database(path: files.database, pagesMax: pagesMax, vfs: vfs)
        }
        // The last commit may share a sector with padding that a power cut has undone: whoever
        // wrote behind it could tear it. So nothing is added to a log that was found, even if the
        // disk is so full that this waits for room.
        try withBallast { () throws(StoreError) in try database.restartLog() }
        copiedPages = try database.allPages()
        quarantineBytes = try Quarantine.bytes(in: database)
        messageCount = try Messages.count(in: database)
        return database
    }
}

/// How much of the quota is whose.
enum Budget {
    /// The pages that the database may have.
    static func pagesMax(quotaBytes: Int64, setAsideBytes: Int64) -> Int64 {
        max(room(quotaBytes) / 2, room(quotaBytes) - setAsideBytes) / Schema.pageBytes
    }

    /// The bytes for the database and what is set aside.
    static func room(_ quotaBytes: Int64) -> Int64 {
        quotaBytes - Schema.logBytesMax - StateFiles.ballastBytes
    }

    /// The bytes for the quarantine.
    static func quarantine(_ quotaBytes: Int64) -> Int64 { quotaBytes / 100 }
}

internal import CSQLite

/// An open SQLite database; closed when it goes.
@safe struct Connection: ~Copyable {
    private let handle: OpaquePointer
    // SQLite writes there after each commit.
    private let frames: UnsafeMutablePointer<Int64>
    private let pool = StatementPool()

    /// Opens `path` for reading and writing, without the belief that small writes are never torn.
    init(path: String, vfs: String?) throws(StoreError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI
        let name = Connection.uri(of: path, vfs: vfs)
        let result = unsafe sqlite3_open_v2(name, &handle, flags, nil)
        guard let handle = unsafe handle else {
            throw .sqlite(result, "open the database", detail: "out of memory")
        }
        guard result == SQLITE_OK else {
            let error = unsafe Connection.error(of: handle, "open the database")
            _ = unsafe sqlite3_close_v2(handle)
            throw error
        }
        _ = unsafe sqlite3_extended_result_codes(handle, 1)
        // Closing writes nothing: a connection that is let go of after an error may hold for good
        // what is not, and would copy it into the database.
        _ = unsafe sqlite_shim_checkpoint_on_close(handle, 0)
        _ = unsafe sqlite_shim_file_option(handle, SQLITE_FCNTL_PERSIST_WAL, 1)
        unsafe self.handle = handle
        unsafe frames = .allocate(capacity: 1)
        unsafe frames.initialize(to: 0)
    }

    deinit {
        pool.close()
        _ = unsafe sqlite3_close_v2(handle)
        unsafe frames.deallocate()
    }

    /// Leaves checkpoints to the caller, who learns by `frameCount` when one is due.
    borrowing func countFrames() { unsafe sqlite_shim_count_frames(handle, frames) }

    /// How many frames the log had after the last commit.
    var frameCount: Int64 { unsafe frames.pointee }

    /// Prepares a statement that is kept, or takes one that rests.
    borrowing func prepare(_ sql: String) throws(StoreError) -> Statement {
        if let statement = unsafe pool.take(sql) {
            return unsafe Statement(owning: statement, of: handle, sql, pool)
        }
        return try prepare(sql, pool)
    }

    private borrowing func prepare(
        _ sql: String, _ pool: StatementPool?
    ) throws(StoreError) -> Statement {
        var statement: OpaquePointer?
        let result = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let statement = unsafe statement else { throw error(sql) }
        return unsafe Statement(owning: statement, of: handle, sql, pool)
    }

    /// Runs one statement that is needed once; its rows are not read.
    borrowing func run(_ sql: String) throws(StoreError) {
        let statement = try prepare(sql, nil)
        while try statement.step() {}
    }

    /// The first column of the first row of a statement that is needed once.
    borrowing func integer(_ sql: String) throws(StoreError) -> Int64 {
        let statement = try prepare(sql, nil)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// Whether no transaction is open.
    var isIdle: Bool { unsafe sqlite3_get_autocommit(handle) != 0 }

    /// How many rows the last statement changed.
    var changeCount: Int32 { unsafe sqlite3_changes(handle) }

    /// Gives back what pages the cache can do without.
    borrowing func releaseMemory() { _ = unsafe sqlite3_db_release_memory(handle) }

    /// Whether SQLite believes that a torn write leaves its neighbours alone.
    var believesInPowersafeOverwrite: Bool {
        unsafe sqlite_shim_file_option(handle, SQLITE_FCNTL_POWERSAFE_OVERWRITE, -1) != 0
    }

    private borrowing func error(_ operation: String) -> StoreError {
        unsafe Connection.error(of: handle, operation)
    }

    /// The error that a connection had last.
    static func error(of handle: OpaquePointer, _ operation: String) -> StoreError {
        let code = unsafe sqlite3_extended_errcode(handle)
        let text = unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) }
        return .sqlite(code, operation, detail: text ?? "")
    }

    /// The path as a URI, everything unusual percent-encoded.
    static func uri(of path: String, vfs: String?) -> String {
        var uri = Array("file:".utf8)
        for byte in path.utf8 {
            switch byte {
            case 0x2F where uri.last == 0x2F: break
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D...0x2F, 0x5F: uri.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                uri += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        let options = "?psow=0" + (vfs.map { "&vfs=" + $0 } ?? "")
        return String(decoding: uri, as: UTF8.self) + options
    }
}

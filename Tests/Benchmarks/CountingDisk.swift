internal import CSQLite

/// SQLite's own file system, with a count of what a store asks of it.
///
/// One for the whole process, as its default, since SQLite's callbacks carry nothing. One store is
/// open at a time.
enum CountingDisk {
    /// Syncs that SQLite asked for.
    nonisolated(unsafe) private(set) static var syncCount: Int64 = 0
    /// Where the last write to a log ended: how far the log is filled.
    nonisolated(unsafe) private(set) static var logEnd: Int64 = 0
    /// Whether the next database is opened as if no write could tear its neighbour (`psow=1`).
    nonisolated(unsafe) static var isPowersafe = false

    nonisolated(unsafe) private static var original: UnsafePointer<sqlite3_io_methods>?
    nonisolated(unsafe) private static var system: UnsafeMutablePointer<sqlite3_vfs>?

    /// Makes it the file system of every database opened from now on.
    static func install() throws {
        guard let first = unsafe sqlite3_vfs_find(nil) else {
            throw BenchError("SQLite has no file system")
        }
        unsafe system = first
        let new = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe new.initialize(to: first.pointee)
        unsafe new.pointee.zName = UnsafePointer(strdup("counting"))
        unsafe new.pointee.pNext = nil
        unsafe new.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let system = unsafe CountingDisk.system else { return SQLITE_ERROR }
            let result = unsafe system.pointee.xOpen(vfs, name, file, flags, outFlags)
            guard result == SQLITE_OK, let file = unsafe file else { return result }
            return unsafe CountingDisk.take(file, flags)
        }
        guard unsafe sqlite3_vfs_register(new, 1) == SQLITE_OK else {
            throw BenchError("SQLite does not take another file system")
        }
    }

    /// Counts from now on what is asked of a file; syncs and writes are the same for all files, the
    /// rest differs between databases and logs.
    private static func take(_ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32) -> Int32 {
        guard let found = unsafe file.pointee.pMethods else { return SQLITE_ERROR }
        unsafe original = found
        if flags & SQLITE_OPEN_MAIN_DB != 0, unsafe isPowersafe {
            var isOn: Int32 = 1
            _ = unsafe found.pointee.xFileControl(file, SQLITE_FCNTL_POWERSAFE_OVERWRITE, &isOn)
        }
        let own = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe own.initialize(to: found.pointee)
        unsafe own.pointee.xSync = { file, flags in
            unsafe CountingDisk.syncCount += 1
            guard let original = unsafe CountingDisk.original else { return SQLITE_ERROR }
            return unsafe original.pointee.xSync(file, flags)
        }
        if flags & SQLITE_OPEN_WAL != 0 {
            unsafe own.pointee.xWrite = { file, bytes, count, offset in
                unsafe CountingDisk.logEnd = offset + Int64(count)
                guard let original = unsafe CountingDisk.original else { return SQLITE_ERROR }
                return unsafe original.pointee.xWrite(file, bytes, count, offset)
            }
        }
        unsafe file.pointee.pMethods = UnsafePointer(own)
        return SQLITE_OK
    }
}

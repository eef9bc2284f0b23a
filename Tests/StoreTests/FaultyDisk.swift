import CSQLite

/// A disk that fails on command: SQLite's own file system with a say in writes and syncs.
///
/// One for the whole process, since SQLite's callbacks carry nothing; its suite runs alone.
enum FaultyDisk {
    /// The name to open a store with.
    static let name = "faulty"

    /// What the next writes to a database or log answer; `SQLITE_OK` lets them through.
    nonisolated(unsafe) static var writeAnswer = SQLITE_OK
    /// What the next syncs answer, after which the bytes are there all the same.
    nonisolated(unsafe) static var syncAnswer = SQLITE_OK
    /// Writes that are let through before `writeAnswer` holds.
    nonisolated(unsafe) static var writesLeft = 0
    /// Called before each write; a test's way to end a fault.
    nonisolated(unsafe) static var willWrite: () -> Void = {}

    nonisolated(unsafe) private static var original: UnsafePointer<sqlite3_io_methods>?
    nonisolated(unsafe) private static var system: UnsafeMutablePointer<sqlite3_vfs>?

    /// Makes the disk known to SQLite and whole again.
    static func reset() {
        unsafe writeAnswer = SQLITE_OK
        unsafe syncAnswer = SQLITE_OK
        unsafe writesLeft = 0
        unsafe willWrite = {}
        guard unsafe system == nil, let first = unsafe sqlite3_vfs_find(nil) else { return }
        unsafe system = first
        let new = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe new.initialize(to: first.pointee)
        unsafe new.pointee.zName = UnsafePointer(strdup(name))
        unsafe new.pointee.pNext = nil
        unsafe new.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let system = unsafe FaultyDisk.system else { return SQLITE_ERROR }
            let result = unsafe system.pointee.xOpen(vfs, name, file, flags, outFlags)
            guard result == SQLITE_OK, let file = unsafe file else { return result }
            unsafe FaultyDisk.take(file)
            return result
        }
        unsafe sqlite3_vfs_register(new, 0)
    }

    /// Puts our writes and syncs in place of the file's own, which are the same for all files; the
    /// rest differs between databases and logs.
    private static func take(_ file: UnsafeMutablePointer<sqlite3_file>) {
        guard let found = unsafe file.pointee.pMethods else { return }
        unsafe original = found
        let own = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe own.initialize(to: found.pointee)
        unsafe own.pointee.xWrite = { file, bytes, count, offset in
            unsafe FaultyDisk.willWrite()
            if unsafe FaultyDisk.writeAnswer != SQLITE_OK {
                guard unsafe FaultyDisk.writesLeft > 0 else {
                    return unsafe FaultyDisk.writeAnswer
                }
                unsafe FaultyDisk.writesLeft -= 1
            }
            guard let original = unsafe FaultyDisk.original else { return SQLITE_ERROR }
            return unsafe original.pointee.xWrite(file, bytes, count, offset)
        }
        unsafe own.pointee.xSync = { file, flags in
            guard unsafe FaultyDisk.syncAnswer == SQLITE_OK else {
                return unsafe FaultyDisk.syncAnswer
            }
            guard let original = unsafe FaultyDisk.original else { return SQLITE_ERROR }
            return unsafe original.pointee.xSync(file, flags)
        }
        unsafe file.pointee.pMethods = UnsafePointer(own)
    }
}

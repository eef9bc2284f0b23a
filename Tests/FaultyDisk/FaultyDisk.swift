internal import CSQLite

/// A disk that fails on command: SQLite's own file system with a say in writes and syncs.
///
/// Each is one of its own, known to SQLite by its name for as long as the process runs.
@safe public final class FaultyDisk {
    /// The name to open a store with.
    public let name: String

    /// What the next writes to a database or log answer; 0 lets them through.
    public var writeAnswer: Int32 = 0
    /// What the next syncs answer, after which the bytes are there all the same.
    public var syncAnswer: Int32 = 0
    /// Writes that are let through before `writeAnswer` holds.
    public var writesLeft = 0
    /// Called before each write; a test's way to end a fault.
    public var willWrite: () -> Void = {}

    /// A file's methods, for SQLite, and whose they are.
    @unsafe private struct Methods {
        var own: sqlite3_io_methods
        let original: UnsafePointer<sqlite3_io_methods>
        let disk: Unmanaged<FaultyDisk>
    }

    /// Makes a disk that is whole, known to SQLite.
    ///
    /// - Parameter name: no other disk's.
    public init(name: String) {
        self.name = name
        guard let system = unsafe sqlite3_vfs_find(nil) else { return }
        let new = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe new.initialize(to: system.pointee)
        unsafe new.pointee.zName = UnsafePointer(strdup(name))
        unsafe new.pointee.pNext = nil
        unsafe new.pointee.pAppData = Unmanaged.passRetained(self).toOpaque()
        unsafe new.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let system = unsafe sqlite3_vfs_find(nil),
                let disk = unsafe vfs?.pointee.pAppData
            else { return SQLITE_ERROR }
            let result = unsafe system.pointee.xOpen(system, name, file, flags, outFlags)
            guard result == SQLITE_OK, let file = unsafe file else { return result }
            unsafe FaultyDisk.take(file, Unmanaged.fromOpaque(disk))
            return result
        }
        unsafe sqlite3_vfs_register(new, 0)
    }

    /// Makes the disk whole again.
    public func mend() {
        writeAnswer = 0
        syncAnswer = 0
        writesLeft = 0
        willWrite = {}
    }

    /// Puts our writes and syncs in place of the file's own.
    private static func take(
        _ file: UnsafeMutablePointer<sqlite3_file>, _ disk: Unmanaged<FaultyDisk>
    ) {
        guard let found = unsafe file.pointee.pMethods else { return }
        let methods = UnsafeMutablePointer<Methods>.allocate(capacity: 1)
        unsafe methods.initialize(
            to: Methods(own: found.pointee, original: found, disk: disk))
        unsafe methods.pointee.own.xWrite = { file, bytes, count, offset in
            guard let methods = unsafe FaultyDisk.methods(of: file) else { return SQLITE_ERROR }
            let disk = unsafe methods.disk.takeUnretainedValue()
            disk.willWrite()
            if disk.writeAnswer != SQLITE_OK {
                guard disk.writesLeft > 0 else { return disk.writeAnswer }
                disk.writesLeft -= 1
            }
            return unsafe methods.original.pointee.xWrite(file, bytes, count, offset)
        }
        unsafe methods.pointee.own.xSync = { file, flags in
            guard let methods = unsafe FaultyDisk.methods(of: file) else { return SQLITE_ERROR }
            let answer = unsafe methods.disk.takeUnretainedValue().syncAnswer
            guard answer == SQLITE_OK else { return answer }
            return unsafe methods.original.pointee.xSync(file, flags)
        }
        unsafe file.pointee.pMethods = UnsafeRawPointer(methods).assumingMemoryBound(
            to: sqlite3_io_methods.self)
    }

    /// What ``take(_:_:)`` gave a file: the methods that SQLite knows stand at its beginning.
    private static func methods(of file: UnsafeMutablePointer<sqlite3_file>?) -> Methods? {
        guard let found = unsafe file?.pointee.pMethods else { return nil }
        return unsafe UnsafeRawPointer(found).assumingMemoryBound(to: Methods.self).pointee
    }
}

internal import CSQLite
internal import SeededText

/// SQLite's view of the simulated disk: the process's default file system.
///
/// It must be the default one, since SQLite draws its own random numbers from there. SQLite's
/// callbacks carry a pointer to it, so there is one for the process, and the disk in it changes.
@safe final class SimulatedVFS {
    /// What is behind one handle of SQLite's.
    final class OpenFile {
        let disk: SimulatedDisk
        let file: SimulatedFile
        /// Whether SQLite may believe that a torn write leaves its neighbours alone.
        var isPowersafe: Bool
        var isLogKept = false
        /// The lock on the file, by SQLite's number.
        var lock: Int32 = 0
        /// Whether the first sync is the directory's as well, as for a new journal.
        var isNew: Bool

        init(disk: SimulatedDisk, file: SimulatedFile, isPowersafe: Bool, isNew: Bool) {
            self.disk = disk
            self.file = file
            self.isPowersafe = isPowersafe
            self.isNew = isNew
        }
    }

    /// SQLite's handle: its own part, and ours behind it.
    @unsafe struct Handle {
        var base: sqlite3_file
        var open: Unmanaged<OpenFile>
    }

    /// The disk that files are opened on.
    nonisolated(unsafe) private(set) static var disk = SimulatedDisk(chance: .init(0))
    /// A planted fault: whether `psow=0` goes unheard.
    nonisolated(unsafe) static var ignoresTornSectors = false
    nonisolated(unsafe) private static var isRegistered = false
    nonisolated(unsafe) fileprivate static let methods = unsafe fileMethods()

    /// Makes `disk` the one that SQLite's files are on, and SQLite's chance begin anew from it.
    static func mount(_ disk: SimulatedDisk) {
        unsafe self.disk = disk
        unsafe ignoresTornSectors = false
        if unsafe !isRegistered { register() }
        sqlite3_randomness(0, nil)
    }

    private static func register() {
        unsafe isRegistered = true
        let new = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe new.initialize(to: sqlite3_vfs())
        unsafe new.pointee.iVersion = 1
        unsafe new.pointee.szOsFile = Int32(MemoryLayout<Handle>.size)
        unsafe new.pointee.mxPathname = 256
        unsafe new.pointee.zName = UnsafePointer(strdup("simulated"))
        unsafe new.pointee.xOpen = { _, name, file, flags, outFlags in
            guard let name = unsafe name, let file = unsafe file else { return SQLITE_CANTOPEN }
            return unsafe SimulatedVFS.open(name, file, flags, outFlags)
        }
        unsafe new.pointee.xDelete = { _, name, isDirectorySynced in
            guard let name = unsafe name else { return SQLITE_IOERR }
            return unsafe SimulatedVFS.delete(String(cString: name), isDirectorySynced != 0)
        }
        unsafe new.pointee.xAccess = { _, name, _, answer in
            guard let name = unsafe name else { return SQLITE_IOERR }
            let found = unsafe SimulatedVFS.disk.file(String(cString: name))
            // An empty file counts as none, as with SQLite's own file system.
            unsafe answer?.pointee = found?.bytes.isEmpty == false ? 1 : 0
            return SQLITE_OK
        }
        unsafe new.pointee.xFullPathname = { _, name, size, out in
            guard let name = unsafe name, let out = unsafe out else { return SQLITE_IOERR }
            let count = unsafe strlen(name)
            guard count < Int(size) else { return SQLITE_CANTOPEN }
            _ = unsafe strcpy(out, name)
            return SQLITE_OK
        }
        unsafe new.pointee.xRandomness = { _, count, out in
            for index in 0..<Int(count) {
                unsafe out?[index] = CChar(
                    truncatingIfNeeded: SimulatedVFS.disk.chance.next() >> 8)
            }
            return count
        }
        unsafe new.pointee.xSleep = { _, microseconds in microseconds }
        unsafe new.pointee.xCurrentTime = { _, out in
            unsafe out?.pointee = 2_461_000.5
            return SQLITE_OK
        }
        unsafe new.pointee.xGetLastError = { _, _, _ in 0 }
        let answer = unsafe sqlite3_vfs_register(new, 1)
        precondition(answer == SQLITE_OK, "SQLite takes the simulated file system")
    }

    private static func open(
        _ name: UnsafePointer<CChar>, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        unsafe file.pointee.pMethods = nil
        let path = unsafe String(cString: name)
        let disk = unsafe Self.disk
        let wasThere = disk.file(path) != nil
        let found: SimulatedFile
        do throws(SimulatedDisk.Failure) {
            found = try disk.open(path, isMade: flags & SQLITE_OPEN_CREATE != 0)
        } catch {
            return error == .full ? SQLITE_FULL : SQLITE_CANTOPEN
        }
        let journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL
        let isPowersafe =
            unsafe ignoresTornSectors || sqlite3_uri_boolean(name, "psow", 1) != 0
        let open = OpenFile(
            disk: disk, file: found, isPowersafe: isPowersafe,
            isNew: !wasThere && flags & journals != 0)
        unsafe UnsafeMutableRawPointer(file).assumingMemoryBound(to: Handle.self).initialize(
            to: Handle(base: sqlite3_file(pMethods: methods), open: .passRetained(open)))
        let isReadOnly = disk.faults.isReadOnly && !disk.isObserved
        unsafe outFlags?.pointee =
            isReadOnly
            ? flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_READONLY : flags
        return SQLITE_OK
    }

    private static func delete(_ path: String, _ isDirectorySynced: Bool) -> Int32 {
        do throws(SimulatedDisk.Failure) {
            let disk = unsafe Self.disk
            try disk.remove(path)
            if isDirectorySynced { try disk.syncDirectory() }
            return SQLITE_OK
        } catch {
            return error == .missing ? SQLITE_IOERR | 23 << 8 : SQLITE_IOERR | 10 << 8
        }
    }
}

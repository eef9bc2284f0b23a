internal import CSQLite

/// What SQLite does with an open file.
///
/// Version 1 has no shared memory, which a log under `locking_mode=EXCLUSIVE` does without.
extension SimulatedVFS {
    /// SQLite's extended codes, which are macros of macros.
    private enum Code {
        static let read = SQLITE_IOERR | 1 << 8
        static let shortRead = SQLITE_IOERR | 2 << 8
        static let write = SQLITE_IOERR | 3 << 8
        static let sync = SQLITE_IOERR | 4 << 8
        static let truncate = SQLITE_IOERR | 6 << 8
    }

    static func fileMethods() -> UnsafePointer<sqlite3_io_methods> {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe methods.initialize(to: sqlite3_io_methods())
        unsafe methods.pointee.iVersion = 1
        unsafe methods.pointee.xClose = { file in
            _ = unsafe SimulatedVFS.lock(file, 0)
            unsafe SimulatedVFS.handle(file)?.pointee.open.release()
            return SQLITE_OK
        }
        unsafe methods.pointee.xRead = { file, out, count, offset in
            guard let open = unsafe SimulatedVFS.opened(file), let out = unsafe out else {
                return Code.read
            }
            return unsafe SimulatedVFS.read(open, out, Int(count), Int(offset))
        }
        unsafe methods.pointee.xWrite = { file, bytes, count, offset in
            guard let open = unsafe SimulatedVFS.opened(file) else { return Code.write }
            let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            return SimulatedVFS.answer(Code.write) { () throws(SimulatedDisk.Failure) in
                unsafe try open.disk.write(bytes, at: Int(offset), to: open.file)
            }
        }
        unsafe methods.pointee.xTruncate = { file, count in
            guard let open = unsafe SimulatedVFS.opened(file) else { return Code.truncate }
            return SimulatedVFS.answer(Code.truncate) { () throws(SimulatedDisk.Failure) in
                try open.disk.truncate(open.file, to: Int(count))
            }
        }
        unsafe methods.pointee.xSync = { file, _ in
            guard let open = unsafe SimulatedVFS.opened(file) else { return Code.sync }
            return SimulatedVFS.answer(Code.sync) { () throws(SimulatedDisk.Failure) in
                try open.disk.sync(open.file)
                if open.isNew { try open.disk.syncDirectory() }
                open.isNew = false
            }
        }
        unsafe methods.pointee.xFileSize = { file, count in
            guard let open = unsafe SimulatedVFS.opened(file) else { return Code.read }
            unsafe count?.pointee = Int64(open.file.bytes.count)
            return SQLITE_OK
        }
        unsafe methods.pointee.xLock = { file, level in unsafe SimulatedVFS.lock(file, level) }
        unsafe methods.pointee.xUnlock = { file, level in unsafe SimulatedVFS.lock(file, level) }
        unsafe methods.pointee.xCheckReservedLock = { _, answer in
            unsafe answer?.pointee = 0
            return SQLITE_OK
        }
        unsafe methods.pointee.xFileControl = { file, option, value in
            guard let open = unsafe SimulatedVFS.opened(file), let value = unsafe value else {
                return SQLITE_NOTFOUND
            }
            return unsafe SimulatedVFS.control(
                open, option, value.assumingMemoryBound(to: Int32.self))
        }
        unsafe methods.pointee.xSectorSize = { _ in Int32(SimulatedFile.sectorBytes) }
        unsafe methods.pointee.xDeviceCharacteristics = { file in
            let isPowersafe = unsafe SimulatedVFS.opened(file)?.isPowersafe ?? false
            return isPowersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0
        }
        return unsafe UnsafePointer(methods)
    }

    private static func handle(
        _ file: UnsafeMutablePointer<sqlite3_file>?
    ) -> UnsafeMutablePointer<Handle>? {
        unsafe UnsafeMutableRawPointer(file)?.assumingMemoryBound(to: Handle.self)
    }

    private static func opened(_ file: UnsafeMutablePointer<sqlite3_file>?) -> OpenFile? {
        unsafe handle(file)?.pointee.open.takeUnretainedValue()
    }

    /// Locks as between SQLite's connections of one process: one may write, or many read.
    private static func lock(
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ level: Int32
    ) -> Int32 {
        guard let open = unsafe opened(file) else { return SQLITE_IOERR }
        let others = open.file.locks.filter { $0.key != ObjectIdentifier(open) }.map(\.value)
        let highest = others.max() ?? SQLITE_LOCK_NONE
        let isFree =
            level <= open.lock || level == SQLITE_LOCK_NONE
            || (level == SQLITE_LOCK_EXCLUSIVE
                ? highest == SQLITE_LOCK_NONE
                : level == SQLITE_LOCK_SHARED
                    ? highest < SQLITE_LOCK_PENDING : highest < SQLITE_LOCK_RESERVED)
        guard isFree else { return SQLITE_BUSY }
        open.lock = level
        open.file.locks[ObjectIdentifier(open)] = level == SQLITE_LOCK_NONE ? nil : level
        return SQLITE_OK
    }

    private static func read(
        _ open: OpenFile, _ out: UnsafeMutableRawPointer, _ count: Int, _ offset: Int
    ) -> Int32 {
        do throws(SimulatedDisk.Failure) {
            try open.disk.read(open.file, at: offset)
        } catch {
            return Code.read
        }
        let found = max(0, min(count, open.file.bytes.count - offset))
        unsafe open.file.bytes.withUnsafeBytes { bytes in
            guard found > 0, let base = bytes.baseAddress else { return }
            unsafe out.copyMemory(from: base + offset, byteCount: found)
        }
        guard found < count else { return SQLITE_OK }
        _ = unsafe memset(out + found, 0, count - found)
        return Code.shortRead
    }

    private static func answer(
        _ code: Int32, _ body: () throws(SimulatedDisk.Failure) -> Void
    ) -> Int32 {
        do throws(SimulatedDisk.Failure) {
            try body()
            return SQLITE_OK
        } catch {
            return error == .full ? SQLITE_FULL : code
        }
    }

    private static func control(
        _ open: OpenFile, _ option: Int32, _ value: UnsafeMutablePointer<Int32>
    ) -> Int32 {
        switch option {
        case SQLITE_FCNTL_PERSIST_WAL:
            if unsafe value.pointee >= 0 { open.isLogKept = unsafe value.pointee != 0 }
            unsafe value.pointee = open.isLogKept ? 1 : 0
        case SQLITE_FCNTL_POWERSAFE_OVERWRITE:
            if unsafe value.pointee >= 0 { open.isPowersafe = unsafe value.pointee != 0 }
            unsafe value.pointee = open.isPowersafe ? 1 : 0
        default: return SQLITE_NOTFOUND
        }
        return SQLITE_OK
    }
}

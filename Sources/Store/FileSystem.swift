internal import CSQLite

/// What the store asks of the file system beside what SQLite does with its own files.
///
/// A table of functions, so that a simulated disk can stand where the kernel does. Every answer is
/// at least 0, or -errno.
package struct FileSystem {
    /// Makes a directory that only its owner may enter; its parent must be there.
    package var makeDirectory: (_ path: String) -> Int64
    /// Makes a file or opens it, takes its lock for this process, and writes `text` into it.
    ///
    /// Answers a handle for `unlock`, and what the file held where somebody else has the lock.
    package var lock: (_ path: String, _ text: String) -> (answer: Int64, holder: String)
    /// Lets the lock go.
    package var unlock: (_ handle: Int64) -> Void
    /// Sets who may use a file or a directory.
    package var restrict: (_ path: String, _ mode: Int32) -> Int64
    /// Sees to it that a file is there; follows no link.
    package var touch: (_ path: String) -> Int64
    /// The first 64 bytes of a file; nil where it cannot be opened.
    package var contents: (_ path: String) -> [UInt8]?
    /// So many bytes of a file from `offset` on, fewer at its end; nil where it cannot be read.
    package var read: (_ path: String, _ offset: Int64, _ byteCount: Int) -> [UInt8]?
    /// Makes `bytes` the contents of a file and syncs it; its name needs `syncDirectory`.
    package var write: (_ path: String, _ bytes: [UInt8]) -> Int64
    /// Makes the contents of one file those of another, and syncs it; its name needs
    /// `syncDirectory`.
    package var copy: (_ path: String, _ newPath: String) -> Int64
    /// Gives a file another name, in place of the file that had it.
    package var rename: (_ path: String, _ newPath: String) -> Int64
    /// Takes a file's name away.
    package var remove: (_ path: String) -> Int64
    /// A file's length.
    package var byteCount: (_ path: String) -> Int64
    /// Makes a file, or grows it, to so many bytes that have their room on the disk.
    package var allocate: (_ path: String, _ byteCount: Int64) -> Int64
    /// What the file system of a directory has, and still has for us; nil where it won't say.
    package var space: (_ path: String) -> FileSpace?
    /// Makes the entries of a directory durable.
    package var syncDirectory: (_ path: String) -> Int64

    /// Puts a file system together.
    package init(
        makeDirectory: @escaping (String) -> Int64,
        lock: @escaping (String, String) -> (answer: Int64, holder: String),
        unlock: @escaping (Int64) -> Void, restrict: @escaping (String, Int32) -> Int64,
        touch: @escaping (String) -> Int64, contents: @escaping (String) -> [UInt8]?,
        read: @escaping (String, Int64, Int) -> [UInt8]?,
        write: @escaping (String, [UInt8]) -> Int64,
        copy: @escaping (String, String) -> Int64,
        rename: @escaping (String, String) -> Int64, remove: @escaping (String) -> Int64,
        byteCount: @escaping (String) -> Int64, allocate: @escaping (String, Int64) -> Int64,
        space: @escaping (String) -> FileSpace?, syncDirectory: @escaping (String) -> Int64
    ) {
        self.makeDirectory = makeDirectory
        self.lock = lock
        self.unlock = unlock
        self.restrict = restrict
        self.touch = touch
        self.contents = contents
        self.read = read
        self.write = write
        self.copy = copy
        self.rename = rename
        self.remove = remove
        self.byteCount = byteCount
        self.allocate = allocate
        self.space = space
        self.syncDirectory = syncDirectory
    }
}

/// The room on a file system.
package struct FileSpace {
    /// Bytes that are free, for us and not for its administrator alone.
    package var freeBytes: Int64
    /// All of its bytes.
    package var totalBytes: Int64
    /// Files that can still be made; of no account where `inodes` is 0.
    package var freeInodes: Int64
    /// Files that it can have; 0 where it does not count them.
    package var inodes: Int64

    /// Puts the figures together.
    package init(freeBytes: Int64, totalBytes: Int64, freeInodes: Int64 = 0, inodes: Int64 = 0) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.freeInodes = freeInodes
        self.inodes = inodes
    }
}

/// The kernel's file system.
extension FileSystem {
    package static var system: FileSystem {
        FileSystem(
            makeDirectory: { Int64(unsafe sqlite_shim_make_directory($0)) },
            lock: SystemFile.lock, unlock: { _ = sqlite_shim_close(Int32(truncatingIfNeeded: $0)) },
            restrict: { Int64(unsafe sqlite_shim_set_mode($0, $1)) },
            touch: SystemFile.touch, contents: SystemFile.contents, read: SystemFile.read,
            write: SystemFile.write, copy: SystemFile.copy,
            rename: { Int64(unsafe sqlite_shim_rename($0, $1)) },
            remove: { Int64(unsafe sqlite_shim_unlink($0)) },
            byteCount: { unsafe sqlite_shim_byte_count($0) },
            allocate: SystemFile.allocate, space: SystemFile.space,
            syncDirectory: SystemFile.syncDirectory)
    }
}

/// The system calls that belong together.
private enum SystemFile {
    static func lock(_ path: String, _ text: String) -> (answer: Int64, holder: String) {
        let file = unsafe sqlite_shim_open(path, 1)
        guard file >= 0 else { return (Int64(file), "") }
        let taken = sqlite_shim_lock(file)
        guard taken == 0 else {
            let holder = String(decoding: bytes(of: file, 0, 64) ?? [], as: UTF8.self)
            _ = sqlite_shim_close(file)
            return (Int64(taken), holder)
        }
        // The text serves the other's error message alone, so a full disk may leave it out.
        _ = sqlite_shim_truncate(file)
        _ = write(Array(text.utf8), to: file)
        return (Int64(file), "")
    }

    static func touch(_ path: String) -> Int64 {
        let file = unsafe sqlite_shim_open(path, 1)
        return Int64(file < 0 ? file : sqlite_shim_close(file))
    }

    static func contents(_ path: String) -> [UInt8]? { read(path, 0, 64) }

    static func read(_ path: String, _ offset: Int64, _ byteCount: Int) -> [UInt8]? {
        let file = unsafe sqlite_shim_open(path, 0)
        guard file >= 0 else { return nil }
        defer { _ = sqlite_shim_close(file) }
        return bytes(of: file, offset, byteCount)
    }

    static func write(_ path: String, _ bytes: [UInt8]) -> Int64 {
        let file = unsafe sqlite_shim_open(path, 1)
        guard file >= 0 else { return Int64(file) }
        _ = sqlite_shim_truncate(file)
        let written = write(bytes, to: file)
        let synced = sqlite_shim_sync(file)
        _ = sqlite_shim_close(file)
        return written < 0 ? written : Int64(synced)
    }

    static func copy(_ path: String, _ newPath: String) -> Int64 {
        let source = unsafe sqlite_shim_open(path, 0)
        guard source >= 0 else { return Int64(source) }
        defer { _ = sqlite_shim_close(source) }
        let file = unsafe sqlite_shim_open(newPath, 1)
        guard file >= 0 else { return Int64(file) }
        defer { _ = sqlite_shim_close(file) }
        _ = sqlite_shim_truncate(file)
        var offset: Int64 = 0
        while true {
            guard let piece = bytes(of: source, offset, pieceBytes) else {
                return Int64(sqlite_shim_is_broken())
            }
            guard !piece.isEmpty else { return Int64(sqlite_shim_sync(file)) }
            let written = write(piece, to: file, at: offset)
            guard written >= 0 else { return written }
            // A short write may be followed by the reason for it.
            offset += written
        }
    }

    /// What is copied at once.
    private static let pieceBytes = 1 << 16

    static func allocate(_ path: String, _ byteCount: Int64) -> Int64 {
        let file = unsafe sqlite_shim_open(path, 1)
        guard file >= 0 else { return Int64(file) }
        let allocated = sqlite_shim_allocate(file, byteCount)
        _ = sqlite_shim_close(file)
        return Int64(allocated)
    }

    static func space(_ path: String) -> FileSpace? {
        let space = unsafe sqlite_shim_space(path)
        guard space.answer == 0 else { return nil }
        return FileSpace(
            freeBytes: space.free_bytes, totalBytes: space.total_bytes,
            freeInodes: space.free_inodes, inodes: space.inodes)
    }

    static func syncDirectory(_ path: String) -> Int64 {
        let file = unsafe sqlite_shim_open_directory(path)
        guard file >= 0 else { return Int64(file) }
        let synced = sqlite_shim_sync(file)
        _ = sqlite_shim_close(file)
        return Int64(synced)
    }

    private static func bytes(of file: Int32, _ offset: Int64, _ byteCount: Int) -> [UInt8]? {
        var answer: Int64 = 0
        let read = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, count in
            answer = unsafe sqlite_shim_read(file, bytes.baseAddress, byteCount, offset)
            count = Int(max(0, answer))
        }
        return answer < 0 ? nil : read
    }

    private static func write(
        _ bytes: [UInt8], to file: Int32, at offset: Int64 = 0
    ) -> Int64 {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe sqlite_shim_write(file, bytes.baseAddress, bytes.count, offset)
        }
    }
}

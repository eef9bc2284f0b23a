internal import Glibc

/// A store's directory, seen from outside.
enum StateFiles {
    private static let database = ["events.db", "events.db-wal", "stream", "ballast"]
    private static let others = [
        "lock", "stream.new", "events.db.damaged", "events.db.damaged-wal",
    ]

    /// Removes a store's directory with all that a store keeps in it.
    static func remove(_ directory: String) {
        for name in database + others { _ = unsafe unlink(directory + "/" + name) }
        _ = unsafe rmdir(directory)
    }

    /// Copies the files as they are on disk: what the next start finds after a kill.
    static func copy(_ directory: String, to other: String) throws {
        guard unsafe mkdir(other, 0o700) == 0 else { throw BenchError("\(other) cannot be made") }
        for name in database {
            try copyFile(directory + "/" + name, to: other + "/" + name)
        }
    }

    /// Bytes that a file of the store has.
    static func byteCount(_ directory: String, _ name: String) throws -> Int64 {
        var status = stat()
        guard unsafe stat(directory + "/" + name, &status) == 0 else {
            throw BenchError("\(directory)/\(name) is missing")
        }
        return Int64(status.st_size)
    }

    private static func copyFile(_ path: String, to other: String) throws {
        let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
        let copy = unsafe open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard source >= 0, copy >= 0 else { throw BenchError("\(path) cannot be copied") }
        defer {
            _ = close(source)
            _ = close(copy)
        }
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe read(source, &piece, piece.count)
            guard count >= 0 else { throw BenchError("\(path) cannot be read") }
            if count == 0 { break }
            guard unsafe write(copy, piece, count) == count else {
                throw BenchError("\(other) cannot be written")
            }
        }
        guard fsync(copy) == 0 else { throw BenchError("\(other) cannot be synced") }
    }
}

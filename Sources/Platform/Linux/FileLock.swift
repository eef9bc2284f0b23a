internal import CPlatform

/// A file that one process at a time holds locked: the right to a state directory.
///
/// The kernel releases the lock with the process, however it ends; the file stays.
public struct FileLock: ~Copyable, Sendable {
    private let file: FileDescriptor

    /// Makes the file, with permissions 0600, where it is missing, and locks it.
    ///
    /// Throws `EWOULDBLOCK` at once when another process holds it.
    public init(at path: String) throws(PlatformError) {
        let file = try FileDescriptor(
            owning: unsafe platform_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600), "open " + path
        )
        try FileLock.lock(file.number, path)
        self.file = file
    }

    private static func lock(_ number: Int32, _ path: String) throws(PlatformError) {
        while flock(number, LOCK_EX | LOCK_NB) != 0 {
            let error = PlatformError.last("lock " + path)
            if error.errno != EINTR { throw error }
        }
    }
}

extension PlatformError {
    /// Whether another process holds the lock.
    public var isHeldElsewhere: Bool { errno == EAGAIN }
}

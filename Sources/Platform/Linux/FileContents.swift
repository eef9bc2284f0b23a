internal import CPlatform

/// A small regular file, read whole, with what tells who could have read or written it.
public struct FileContents: Sendable {
    /// The bytes of the file.
    public var bytes: [UInt8]
    /// The file as it was when opened.
    public var status: FileStatus

    /// Reads a regular file.
    ///
    /// Throws `EFBIG` beyond `limitInBytes`, and `EINVAL` for anything but a regular file, which is
    /// never waited for.
    public init(readingAt path: String, limitInBytes: Int) throws(PlatformError) {
        let file = try FileDescriptor(
            owning: unsafe platform_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0), "open " + path)
        status = try FileStatus(of: file, path)
        guard status.kind == .regular else {
            throw PlatformError(operation: "read " + path, errno: EINVAL)
        }
        bytes = []
        // One byte more than allowed tells a file at the limit from one beyond it. The size is a
        // hint alone: files of /proc say 0.
        while bytes.count <= limitInBytes {
            let piece = try file.read(
                atMost: min(limitInBytes + 1 - bytes.count, 65_536), "read " + path)
            if piece.isEmpty { return }
            bytes.append(contentsOf: piece)
        }
        throw PlatformError(operation: "read " + path, errno: EFBIG)
    }
}

/// What the file system says of a file.
public struct FileStatus: Hashable, Sendable {
    /// What sort of thing a path names.
    public enum Kind: Sendable { case regular, directory, socket, other }

    /// What sort of thing it is.
    public var kind: Kind
    /// The permission bits, at most `0o7777`.
    public var permissions: UInt32
    /// The owner.
    public var userID: UInt32
    /// The owning group.
    public var groupID: UInt32
    /// The length of a regular file.
    public var byteCount: Int64

    /// Looks at what a path names, without following a final symbolic link.
    public init(at path: String) throws(PlatformError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw PlatformError.last("look at " + path) }
        self.init(status)
    }

    init(of file: FileDescriptor, _ path: String) throws(PlatformError) {
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else {
            throw PlatformError.last("look at " + path)
        }
        self.init(status)
    }

    private init(_ status: stat) {
        switch UInt8(truncatingIfNeeded: platform_file_kind(status.st_mode)) {
        case UInt8(ascii: "f"): kind = .regular
        case UInt8(ascii: "d"): kind = .directory
        case UInt8(ascii: "s"): kind = .socket
        default: kind = .other
        }
        permissions = UInt32(status.st_mode) & 0o7777
        userID = status.st_uid
        groupID = status.st_gid
        byteCount = Int64(status.st_size)
    }
}

internal import CPlatform
internal import Events

/// The files of ``Trust`` as they stood at one moment: what is renewed has another stamp.
struct FileStamps: Equatable {
    private static let privateBits: UInt32 = 0o077

    private var numbers: [Int64] = []
    /// Whether nobody but its owner may touch the key.
    private(set) var isKeyPrivate = true

    /// Looks at the files; one that is not there has a stamp, too.
    init(_ trust: Trust) {
        for file in [trust.authorityFile, trust.certificateFile, trust.keyFile] {
            guard let file else { continue }
            var status = stat()
            _ = unsafe stat(file, &status)
            // The time of change: whoever renews may set that of modification.
            numbers += [
                Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size),
                Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec),
            ]
            if file == trust.keyFile {
                isKeyPrivate = UInt32(status.st_mode) & Self.privateBits == 0
            }
        }
    }
}

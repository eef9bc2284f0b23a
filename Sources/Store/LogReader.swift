/// Finds the pages that a write-ahead log holds above its database's file.
///
/// The format is that of SQLite's file format, §4: a frame counts if its salt is the log's, the
/// checksum of all up to it holds, and a frame that ends a transaction follows.
struct LogReader {
    /// Where the latest committed copy of a page begins in the log.
    private(set) var offsets: [UInt32: Int64] = [:]

    static let headerBytes = 32
    static let frameHeaderBytes = 24

    /// Reads the log of the file at `path` once, a frame at a time; none is a log without pages.
    init(of path: String, in system: FileSystem) {
        let path = path + "-wal"
        let pageBytes = Int(Schema.pageBytes)
        guard let header = system.read(path, 0, Self.headerBytes),
            header.count == Self.headerBytes,
            let magic = header.bigEndian(at: 0, width: 4), magic & ~1 == 0x377F_0682,
            header.bigEndian(at: 8, width: 4) == UInt64(pageBytes),
            let salt = header.bigEndian(at: 16, width: 8)
        else { return }
        var checksum = LogChecksum(isBigEndian: magic & 1 == 1)
        checksum.add(header, 0..<24)
        guard checksum.value == header.bigEndian(at: 24, width: 8) else { return }
        var offset = Int64(Self.headerBytes)
        var uncommitted: [UInt32: Int64] = [:]
        while let frame = system.read(path, offset, Self.frameHeaderBytes + pageBytes),
            frame.count == Self.frameHeaderBytes + pageBytes,
            frame.bigEndian(at: 8, width: 8) == salt,
            let page = frame.bigEndian(at: 0, width: 4), page > 0
        {
            checksum.add(frame, 0..<8)
            checksum.add(frame, Self.frameHeaderBytes..<frame.count)
            guard checksum.value == frame.bigEndian(at: 16, width: 8) else { return }
            uncommitted[UInt32(page)] = offset + Int64(Self.frameHeaderBytes)
            if frame.bigEndian(at: 4, width: 4) != 0 {
                for (page, offset) in uncommitted { offsets[page] = offset }
                uncommitted.removeAll(keepingCapacity: true)
            }
            offset += Int64(frame.count)
        }
    }
}

/// The checksum of a log: two sums of 32 bits over pairs of words.
struct LogChecksum {
    private let isBigEndian: Bool
    private var first: UInt32 = 0
    private var second: UInt32 = 0

    init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

    /// Both sums, as they stand in a header behind one another.
    var value: UInt64 { UInt64(first) << 32 | UInt64(second) }

    /// Adds bytes, eight at a time.
    mutating func add(_ bytes: [UInt8], _ range: Range<Int>) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return }
        unsafe bytes.withUnsafeBytes { bytes in
            var offset = range.lowerBound
            while offset + 8 <= range.upperBound {
                let one = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let two = unsafe bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                first &+= word(one) &+ second
                second &+= word(two) &+ first
                offset += 8
            }
        }
    }

    private func word(_ loaded: UInt32) -> UInt32 {
        isBigEndian ? UInt32(bigEndian: loaded) : UInt32(littleEndian: loaded)
    }
}

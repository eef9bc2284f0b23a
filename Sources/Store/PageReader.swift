/// The pages of a database file without SQLite: those of its log stand above those of the file.
struct PageReader {
    /// How many pages file and log have; the header is not asked.
    let pageCount: UInt32

    private let path: String
    private let system: FileSystem
    private let log: LogReader
    // A bit a page.
    private var free: [UInt64] = []

    private static let bytes = Int(Schema.pageBytes)
    // What SQLite can have, and far more than any quota.
    private static let pagesMost: Int64 = 1 << 31

    init(path: String, system: FileSystem) {
        self.path = path
        self.system = system
        log = LogReader(of: path, in: system)
        let inFile = min(Self.pagesMost, max(0, system.byteCount(path)) / Schema.pageBytes)
        pageCount = max(UInt32(inFile), log.offsets.keys.filter { $0 <= 1 << 31 }.max() ?? 0)
        readFreePages()
    }

    /// The page's bytes; nil where it cannot be read whole.
    func page(_ number: UInt32) -> [UInt8]? {
        guard 1...max(1, pageCount) ~= number else { return nil }
        let bytes: [UInt8]?
        if let offset = log.offsets[number] {
            bytes = system.read(path + "-wal", offset, Self.bytes)
        } else {
            bytes = system.read(path, Int64(number - 1) * Schema.pageBytes, Self.bytes)
        }
        return bytes.flatMap { $0.count == Self.bytes ? $0 : nil }
    }

    /// Whether the page is on the list of free pages: what lies there has been deleted.
    func isFree(_ number: UInt32) -> Bool {
        let word = Int(number / 64)
        return free.indices.contains(word) && free[word] & 1 << UInt64(number % 64) != 0
    }

    /// Follows the list's trunk pages, each of which names the next and many leaves.
    private mutating func readFreePages() {
        guard let header = page(1), header.starts(with: "SQLite format 3\0".utf8),
            var trunk = header.bigEndian(at: 32, width: 4)
        else { return }
        while trunk != 0 {
            // A page that is named twice ends the list, so that it ends at all.
            guard let number = fresh(trunk), let bytes = page(number),
                let next = bytes.bigEndian(at: 0, width: 4),
                let leaves = bytes.bigEndian(at: 4, width: 4), leaves <= UInt64(Self.bytes / 4 - 2)
            else { return }
            mark(number)
            for index in 0..<Int(leaves) {
                guard let leaf = bytes.bigEndian(at: 8 + 4 * index, width: 4).flatMap(fresh)
                else { return }
                mark(leaf)
            }
            trunk = next
        }
    }

    private func fresh(_ number: UInt64) -> UInt32? {
        guard 2...UInt64(max(2, pageCount)) ~= number, !isFree(UInt32(number)) else { return nil }
        return UInt32(number)
    }

    private mutating func mark(_ number: UInt32) {
        let word = Int(number / 64)
        while free.count <= word { free.append(0) }
        free[word] |= 1 << UInt64(number % 64)
    }
}

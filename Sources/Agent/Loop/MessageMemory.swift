internal import Events
internal import Identity

/// Remembers recent message ids with what was said under them, to tell a repeat from a new event.
///
/// An SDK that got no answer sends again under the same id: that is a duplicate. The same id with
/// other content is a producer's mistake, and swallowing it would lose an event: it is admitted.
struct MessageMemory {
    /// What is known of a message id.
    enum Finding: Equatable {
        case new, duplicate, reused
    }

    // The committed ones, then those of the next commit.
    private var entries: MessageEntries
    private var uncommittedCount = 0
    private let limit: Int
    private let digest = DigestContext()

    static let entryBytes = 16

    /// Makes an empty memory, with room for as many ids as are about to be loaded.
    init(limit: Int = Limits.rememberedMessages, expecting count: Int64 = 0) {
        self.limit = limit
        entries = MessageEntries(
            capacity: Int(clamping: max(0, min(count, Int64(limit)))), usual: limit + limit / 10)
    }

    /// Looks an event up, and remembers it unless it is a duplicate.
    ///
    /// - Parameters:
    ///   - messageID: the producer's id; events without one are always new.
    ///   - comparable: the event's text without retry marks.
    mutating func admit(
        _ messageID: [UInt8], producer: UInt64, comparable: [UInt8]
    ) -> Finding {
        var name: [UInt8] = []
        name.reserveCapacity(8 + messageID.count)
        Self.append(producer, to: &name)
        name += messageID
        var entry = MessageEntries.Entry(
            key: digest.firstWord(of: name), content: digest.firstWord(of: comparable))
        var finding = Finding.new
        if let content = entries.content(of: entry.key) {
            if content == entry.content { return .duplicate }
            // A second content under one id is kept under a name made of both.
            finding = .reused
            entry.key = entry.key &* 0x9E37_79B9_7F4A_7C15 ^ entry.content
            if entries.content(of: entry.key) == entry.content { return .duplicate }
        }
        entries.append(entry)
        uncommittedCount += 1
        return finding
    }

    /// The entries since the last commit, as a chunk for the store: 16 bytes each, big-endian.
    var chunk: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(uncommittedCount * Self.entryBytes)
        for index in entries.count - uncommittedCount..<entries.count {
            Self.append(entries[index].key, to: &bytes)
            Self.append(entries[index].content, to: &bytes)
        }
        return bytes
    }

    /// The events of the chunk are stored: from now on they may push out older ones.
    mutating func commit() {
        uncommittedCount = 0
        while entries.count > limit { entries.removeFirst() }
    }

    /// The events of the chunk were not stored: forget them, they will come again.
    mutating func rollBack() {
        for _ in 0..<uncommittedCount { entries.removeLast() }
        uncommittedCount = 0
    }

    /// Takes in a chunk that an earlier run committed; oldest chunks first.
    mutating func load(_ chunk: [UInt8]) {
        var index = 0
        while index + Self.entryBytes <= chunk.count {
            let key = Self.word(chunk, index)
            if entries.content(of: key) == nil {
                entries.append(.init(key: key, content: Self.word(chunk, index + 8)))
                if entries.count > limit { entries.removeFirst() }
            }
            index += Self.entryBytes
        }
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    private static func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<8 { word = word << 8 | UInt64(bytes[start + offset]) }
        return word
    }
}

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

    /// Sixteen bytes of memory: half of the id's hash, half of the content's.
    private struct Entry {
        var key: UInt64
        var content: UInt64
    }

    private var contents: [UInt64: UInt64] = [:]
    // The keys in `contents`, oldest first from `oldest` on; a ring once it is full.
    private var order: [UInt64] = []
    private var oldest = 0
    private var uncommitted: [Entry] = []
    private let limit: Int

    static let entryBytes = 16

    /// Makes an empty memory, with room for as many ids as are about to be loaded.
    init(limit: Int = Limits.rememberedMessages, expecting count: Int64 = 0) {
        self.limit = limit
        let expected = Int(clamping: max(0, min(count, Int64(limit))))
        contents.reserveCapacity(expected)
        order.reserveCapacity(expected)
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
        var entry = Entry(key: Self.hash(name), content: Self.hash(comparable))
        var finding = Finding.new
        if let content = contents[entry.key] {
            if content == entry.content { return .duplicate }
            // A second content under one id is kept under a name made of both.
            finding = .reused
            entry.key = entry.key &* 0x9E37_79B9_7F4A_7C15 ^ entry.content
            if contents[entry.key] == entry.content { return .duplicate }
        }
        contents[entry.key] = entry.content
        uncommitted.append(entry)
        return finding
    }

    /// The entries since the last commit, as a chunk for the store: 16 bytes each, big-endian.
    var chunk: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(uncommitted.count * Self.entryBytes)
        for entry in uncommitted {
            Self.append(entry.key, to: &bytes)
            Self.append(entry.content, to: &bytes)
        }
        return bytes
    }

    /// The events of the chunk are stored: from now on they may push out older ones.
    mutating func commit() {
        for entry in uncommitted { enter(entry.key) }
        uncommitted.removeAll(keepingCapacity: true)
    }

    /// The events of the chunk were not stored: forget them, they will come again.
    mutating func rollBack() {
        for entry in uncommitted { contents[entry.key] = nil }
        uncommitted.removeAll(keepingCapacity: true)
    }

    /// Takes in a chunk that an earlier run committed; oldest chunks first.
    mutating func load(_ chunk: [UInt8]) {
        var index = 0
        while index + Self.entryBytes <= chunk.count {
            let key = Self.word(chunk, index)
            if contents.updateValue(Self.word(chunk, index + 8), forKey: key) == nil { enter(key) }
            index += Self.entryBytes
        }
    }

    private mutating func enter(_ key: UInt64) {
        guard order.count == limit else {
            order.append(key)
            return
        }
        contents[order[oldest]] = nil
        order[oldest] = key
        oldest = (oldest + 1) % limit
    }

    private static func hash(_ bytes: [UInt8]) -> UInt64 { word(Digest.sha256(bytes), 0) }

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

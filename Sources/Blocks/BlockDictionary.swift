internal import Events

/// What a device's blocks have said before, known to both sides: the next are shorter with it.
public struct BlockDictionary: Hashable, Sendable {
    /// How much of a section is kept: what the window of a writer's deflate stream holds.
    public static let sectionBytesMax = 8192

    /// Which dictionary it is: the first 8 bytes of the digest of its `bytes`, the highest first.
    public let name: UInt64
    /// The dictionary of the indexes.
    let indexes: [UInt8]
    /// The dictionary of the text: the preset one, and behind it the text of blocks.
    let preset: [UInt8]

    private static let lengthBytes = 4

    /// Makes a dictionary of texts and indexes; `digest` is SHA-256.
    init(
        text: ArraySlice<UInt8>, indexes: ArraySlice<UInt8>, digest: ([UInt8]) -> [UInt8]
    ) {
        preset = PackedLines.dictionary + text
        self.indexes = Array(indexes)
        let digest = digest(BlockDictionary.bytes(text, indexes))
        name = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads what `bytes` gave; nil where that is none.
    ///
    /// - Parameter digest: SHA-256.
    public init?(_ bytes: [UInt8], digest: ([UInt8]) -> [UInt8]) {
        guard bytes.count >= Self.lengthBytes else { return nil }
        let count = bytes[..<Self.lengthBytes].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard count <= UInt32(Self.sectionBytesMax) else { return nil }
        let end = Self.lengthBytes + Int(count)
        guard end <= bytes.count, bytes.count - end <= Self.sectionBytesMax else { return nil }
        self.init(text: bytes[Self.lengthBytes..<end], indexes: bytes[end...], digest: digest)
    }

    /// The dictionary as it is kept and named: the length of the text in 4 bytes, the lowest first,
    /// the text, the indexes.
    public var bytes: [UInt8] { Self.bytes(text, indexes[...]) }

    /// Whether blocks have left as much text as is kept: a later one only takes an earlier's place.
    public var isFull: Bool { text.count == Self.sectionBytesMax }

    private var text: ArraySlice<UInt8> { preset[PackedLines.dictionary.count...] }

    private static func bytes(
        _ text: ArraySlice<UInt8>, _ indexes: ArraySlice<UInt8>
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lengthBytes + text.count + indexes.count)
        for shift: UInt32 in [0, 8, 16, 24] {
            bytes.append(UInt8(truncatingIfNeeded: UInt32(text.count) >> shift))
        }
        bytes += text
        bytes += indexes
        return bytes
    }

    /// The dictionary that `block` leaves to those after it: the end of `earlier`, the one that the
    /// block names, if it names one, and what it says itself.
    ///
    /// Nil for a block without events or of version 0. Of the block only frame, head and the two
    /// sections are checked. `digest` is SHA-256.
    public static func left(
        by block: [UInt8], _ earlier: BlockDictionary?, digest: ([UInt8]) -> [UInt8]
    ) throws(BlockError) -> BlockDictionary? {
        let frame = try Frame(of: block)
        guard frame.version > 0, frame.eventCount > 0 else { return nil }
        let earlier = try frame.choose(earlier, of: block)
        let (_, end) = try BlockHeader.read(block, from: frame.headOffset)
        let sections = try ReadSections(block, from: end, earlier)
        return BlockDictionary(
            text: (Array(earlier?.text ?? []) + sections.text).suffix(sectionBytesMax),
            indexes: ((earlier?.indexes ?? []) + sections.indexes.bytes).suffix(sectionBytesMax),
            digest: digest)
    }
}

extension Frame {
    /// `dictionary` if `block` names it, nil if it names none.
    func choose(
        _ dictionary: BlockDictionary?, of block: [UInt8]
    ) throws(BlockError) -> BlockDictionary? {
        guard let name = self.dictionary(of: block) else { return nil }
        guard let dictionary, dictionary.name == name else { throw .dictionary }
        return dictionary
    }
}

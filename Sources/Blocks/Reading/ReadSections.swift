internal import Events

/// A block's four sections, each read from its beginning to its end.
struct ReadSections {
    /// The text, and behind it whatever strings are made of other sections.
    var text: [UInt8]
    private let textCount: Int
    private var textOffset = 0
    var indexes: PartReader
    var numbers: PartReader
    var stored: PartReader

    /// Inflates the sections that begin at `start`, of a block with `dictionary` if with any.
    init(
        _ block: [UInt8], from start: Int, _ dictionary: BlockDictionary?
    ) throws(BlockError) {
        var reader = PartReader(block, from: start, failing: .length)
        var left = Frame.payloadBytesMax
        text = try Self.section(&reader, &left, dictionary?.preset ?? PackedLines.dictionary)
        textCount = text.count
        indexes = PartReader(
            try Self.section(&reader, &left, dictionary?.indexes ?? []), failing: .section(.indexes)
        )
        numbers = PartReader(try Self.section(&reader, &left), failing: .section(.numbers))
        guard reader.remaining <= left else { throw .limit }
        stored = PartReader(block, from: reader.offset, failing: .section(.stored))
    }

    private static func section(
        _ reader: inout PartReader, _ left: inout Int, _ dictionary: [UInt8] = []
    ) throws(BlockError) -> [UInt8] {
        let plainCount = try reader.unsigned()
        let deflatedCount = try reader.count(upTo: reader.remaining)
        guard plainCount <= UInt64(left) else { throw .limit }
        left -= Int(plainCount)
        guard deflatedCount > 0 else {
            guard plainCount <= UInt64(reader.remaining) else { throw .length }
            return Array(reader.bytes[try reader.range(of: Int(plainCount))])
        }
        let range = try reader.range(of: deflatedCount)
        guard
            let (bytes, isWhole) = inflated(
                reader.bytes, in: range, byteCount: Int(plainCount), dictionary), isWhole
        else { throw .inflation }
        return bytes
    }

    /// Steps over the next `count` bytes of the text and says where they stand.
    mutating func textRange(of count: UInt64) throws(BlockError) -> Range<Int> {
        guard count <= UInt64(textCount - textOffset) else { throw .section(.text) }
        textOffset += Int(count)
        return textOffset - Int(count)..<textOffset
    }

    /// Makes sure that nothing is left.
    func finish() throws(BlockError) {
        guard textOffset == textCount else { throw .section(.text) }
        for part in [indexes, numbers, stored] where part.remaining > 0 { throw part.error }
    }

    /// Appends what comes in no section as it is, and says where it stands.
    mutating func made(_ make: (inout [UInt8]) -> Void) -> Range<Int> {
        let start = text.count
        make(&text)
        return start..<text.count
    }
}

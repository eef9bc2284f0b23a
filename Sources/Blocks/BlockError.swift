/// The check that a block, or what was to become one, has failed.
public enum BlockError: Error, Hashable, Sendable {
    /// Fewer bytes than a frame has.
    case short
    /// The first four bytes are others.
    case magic
    /// A version that this software does not know.
    case version(UInt8)
    /// A flag that the version does not have, or a reserved byte that is not 0.
    case flags
    /// The stated lengths contradict each other or the bytes at hand.
    case length
    /// A length or count is over its limit.
    case limit
    /// The checksum over frame and payload is another.
    case checksum
    /// The payload or a section is not one whole deflate stream of the stated length.
    case inflation
    /// It was written with a dictionary that its reader does not have.
    case dictionary
    /// The payload or an event is not UTF-8, or its last line does not end.
    case text
    /// A section ends too early, has something left, or holds a number that is none.
    case section(BlockSection)
    /// A shape of a record, or a code for one, breaks the format.
    case shape
    /// A column has a mode, form, code or value that the format does not know.
    case column
    /// The header breaks the format, at this offset of the payload or of the block.
    case header(offset: Int)
    /// An event's line, counted from 1, breaks the format, at this offset of the payload.
    case event(line: Int, offset: Int)
    /// An event's sequence, on this line counted from 1, is not above the one before it.
    case order(line: Int)
    /// There are more or fewer events than stated.
    case count
    /// An event, counted from 0, is of another lane than the header. Of the writer alone.
    case lane(index: Int)
    /// A part of the header cannot be written: a device, epoch, range or reason. Of the writer
    /// alone.
    case unwritable
    /// An event's text, counted from 0, is no single line `{…}`. Of the writer alone.
    case body(index: Int)

    /// One word for logs and for the collector's refusal.
    public var word: String {
        switch self {
        case .short: "block_short"
        case .magic: "block_magic"
        case .version: "block_version"
        case .flags: "block_flags"
        case .length: "block_length"
        case .limit: "block_limit"
        case .checksum: "block_checksum"
        case .inflation: "block_inflation"
        case .dictionary: "block_dictionary"
        case .text: "block_text"
        case .section(let section): "block_" + section.word
        case .shape: "block_shape"
        case .column: "block_column"
        case .header: "block_header"
        case .event: "block_event"
        case .order: "block_order"
        case .count: "block_count"
        case .lane: "block_lane"
        case .unwritable: "block_unwritable"
        case .body: "block_body"
        }
    }
}

/// A part of a block of version 1.
public enum BlockSection: UInt8, Hashable, Sendable {
    case text, indexes, numbers, stored

    var word: String {
        switch self {
        case .text: "text_section"
        case .indexes: "indexes_section"
        case .numbers: "numbers_section"
        case .stored: "stored_section"
        }
    }
}

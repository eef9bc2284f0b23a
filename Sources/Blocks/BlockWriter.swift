public import Events

/// Writes blocks of format version 1; keeps its state between them.
///
/// It takes about 230 KB for a block of a thousand events and keeps 200. One thread at a time.
public struct BlockWriter: ~Copyable {
    // A block of larger texts has larger columns; their memory is not kept.
    private static let keptBytesMax = 1 << 20

    private var deflater: Deflater?
    private var columns = EventColumns()
    private var sections = Sections()

    /// Makes a writer.
    public init() {}

    /// The block of `events` under `header`.
    ///
    /// The same arguments give the same bytes with the same zlib. Refuses what the format cannot
    /// say.
    public mutating func write(
        _ header: BlockHeader, _ events: [Event]
    ) throws(BlockError) -> [UInt8] {
        try BlockWriter.check(header)
        guard events.count <= Frame.eventsMax else { throw .limit }
        columns.clear()
        for (index, event) in events.enumerated() {
            try BlockWriter.check(event, at: index, of: header.lane, from: columns.nextSequence)
            columns.append(event)
            guard columns.bodyBytes <= Frame.payloadBytesMax else { throw .limit }
        }
        return try finish(header)
    }

    /// The block of `eventCount` events that are lines already, as `line(of:)` makes them.
    ///
    /// Lines that are none are refused like events that the format cannot say, and so are more or
    /// fewer than stated. Who is to read it must have the dictionary.
    public mutating func write(
        _ header: BlockHeader, lines: [UInt8], eventCount: Int,
        with dictionary: BlockDictionary? = nil
    ) throws(BlockError) -> [UInt8] {
        try BlockWriter.check(header)
        guard lines.count <= Frame.payloadBytesMax else { throw .limit }
        columns.clear()
        var scanner = Scanner(bytes: lines)
        while !scanner.isAtEnd {
            let index = columns.eventCount
            guard index < Frame.eventsMax else { throw .limit }
            let event: Event
            do throws(Mismatch) {
                event = try scanner.event(in: header.lane)
            } catch {
                throw .event(line: index + 1, offset: error.offset)
            }
            try BlockWriter.check(event, at: index, of: header.lane, from: columns.nextSequence)
            columns.append(event)
        }
        guard columns.eventCount == eventCount else { throw .count }
        return try finish(header, dictionary)
    }

    private mutating func finish(
        _ header: BlockHeader, _ dictionary: BlockDictionary? = nil
    ) throws(BlockError) -> [UInt8] {
        // Without events there is nothing that it could shorten.
        let dictionary = columns.eventCount > 0 ? dictionary : nil
        var payload: [UInt8] = []
        if let dictionary { payload.append(bigEndian: dictionary.name) }
        header.append(to: &payload)
        if columns.eventCount > 0 {
            sections.clear()
            columns.write(into: &sections)
            guard sections.byteCount <= Frame.payloadBytesMax else { throw .limit }
            append(sections.text, dictionary?.preset ?? PackedLines.dictionary, to: &payload)
            append(sections.indexes, dictionary?.indexes ?? [], to: &payload)
            append(sections.numbers, to: &payload)
            payload += sections.stored
        }
        guard payload.count <= Frame.payloadBytesMax else { throw .limit }
        let frame = Frame(
            hasDictionary: dictionary != nil, storedBytes: payload.count,
            payloadBytes: columns.bodyBytes, eventCount: columns.eventCount)
        if columns.bodyBytes > Self.keptBytesMax {
            columns = EventColumns()
            sections = Sections()
        }
        return frame.block(around: payload)
    }

    private mutating func append(
        _ section: [UInt8], _ dictionary: [UInt8] = [], to payload: inout [UInt8]
    ) {
        let deflated = deflate(section, dictionary)
        payload.append(unsigned: UInt64(section.count))
        payload.append(unsigned: UInt64(deflated?.count ?? 0))
        payload += deflated ?? section
    }

    /// The event's line as it stands in a row, with its line feed.
    public static func line(of event: Event) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(192 + event.body.count)
        Line.append(event, to: &line)
        return line
    }

    /// Appends what ``line(of:)`` makes.
    public static func appendLine(of event: Event, to lines: inout [UInt8]) {
        Line.append(event, to: &lines)
    }

    /// Gives up its memory, some 700 KB after a large block, until it is used again.
    public mutating func rest() {
        columns = EventColumns()
        sections = Sections()
        deflater = nil
    }

    mutating func deflate(_ bytes: [UInt8], _ dictionary: [UInt8]) -> [UInt8]? {
        if deflater == nil { deflater = Deflater() }
        return deflater?.deflate(bytes, dictionary)
    }

    private static func check(_ header: BlockHeader) throws(BlockError) {
        guard isWord(header.device, Line.isDevice), Line.isEpoch(header.epoch) else {
            throw .unwritable
        }
        if let previous = header.previous {
            guard Line.isEpoch(previous.epoch), previous.epoch < header.epoch else {
                throw .unwritable
            }
        }
        for tombstone in header.tombstones {
            guard isWord(tombstone.reason, Line.isReason), Line.isEpoch(tombstone.epoch),
                Line.areApart(tombstone.sequences)
            else { throw .unwritable }
        }
    }

    private static func isWord(_ text: String, _ isAllowed: (UInt8) -> Bool) -> Bool {
        let bytes = Array(text.utf8)
        return !bytes.isEmpty && bytes.count <= Line.wordBytesMax && bytes.allSatisfy(isAllowed)
    }

    private static func check(
        _ event: borrowing Event, at index: Int, of lane: Lane, from next: UInt32
    ) throws(BlockError) {
        guard event.lane == lane else { throw .lane(index: index) }
        guard event.sequence >= next, event.sequence <= Limits.sequenceLast else {
            throw .order(line: index + 1)
        }
        guard event.body.count <= Limits.enclosedEventBytes else { throw .limit }
        guard event.body.count >= 2, event.body.first == Line.openingBrace,
            event.body.last == Line.closingBrace, !ByteRun.hasLineFeed(event.body)
        else { throw .body(index: index) }
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: event.body.span)
        } catch {
            throw .text
        }
    }
}

public import Events

/// Writes blocks of format version 0; keeps its state between them.
public struct BlockWriter: ~Copyable {
    private var deflater: Deflater?

    /// Makes a writer; it takes memory at the first deflated block.
    public init() {}

    /// The block of `events` under `header`.
    ///
    /// `isDeflated` asks for deflate, level 6; a payload that it would not shorten stays plain. The
    /// same arguments give the same bytes with the same zlib. Refuses what the format cannot say.
    public mutating func write(
        _ header: BlockHeader, _ events: [Event], isDeflated: Bool
    ) throws(BlockError) -> [UInt8] {
        try BlockWriter.check(header)
        try BlockWriter.check(events, of: header.lane)
        let textBytes = events.reduce(0) { $0 + $1.body.count }
        guard textBytes <= Frame.payloadBytesMax else { throw .limit }
        var lines: [UInt8] = []
        lines.reserveCapacity(textBytes + 192 * events.count)
        for event in events { Line.append(event, to: &lines) }
        return try write(header, lines: lines, eventCount: events.count, isDeflated: isDeflated)
    }

    /// The block of events that are lines already, as `line(of:)` makes them.
    ///
    /// The lines are trusted: the writer looks only at what they add up to.
    public mutating func write(
        _ header: BlockHeader, lines: [UInt8], eventCount: Int, isDeflated: Bool
    ) throws(BlockError) -> [UInt8] {
        try BlockWriter.check(header)
        guard eventCount <= Limits.blockEvents else { throw .limit }
        var payload: [UInt8] = []
        payload.reserveCapacity(512 + lines.count)
        Line.append(header, to: &payload)
        payload.append(contentsOf: lines)
        guard payload.count <= Frame.payloadBytesMax else { throw .limit }
        let deflated = isDeflated ? deflate(payload) : nil
        let frame = Frame(
            isDeflated: deflated != nil, storedBytes: deflated?.count ?? payload.count,
            payloadBytes: payload.count, eventCount: eventCount)
        return frame.block(around: deflated ?? payload)
    }

    /// The event's line as it stands in a block, with its line feed.
    public static func line(of event: Event) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(192 + event.body.count)
        Line.append(event, to: &line)
        return line
    }

    mutating func deflate(_ bytes: [UInt8], _ dictionary: StaticString? = nil) -> [UInt8]? {
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

    private static func check(_ events: [Event], of lane: Lane) throws(BlockError) {
        guard events.count <= Limits.blockEvents else { throw .limit }
        var next: UInt32 = 0
        for (index, event) in events.enumerated() {
            guard event.lane == lane else { throw .lane(index: index) }
            guard event.sequence >= next, event.sequence <= Limits.sequenceLast else {
                throw .order(line: index + 1)
            }
            next = event.sequence + 1
            guard event.body.count <= Limits.eventBytes else { throw .limit }
            guard event.body.count >= 2, event.body.first == Line.openingBrace,
                event.body.last == Line.closingBrace, !event.body.contains(Line.lineFeed)
            else { throw .body(index: index) }
        }
    }
}

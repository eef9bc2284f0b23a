internal import Events

/// Reads blocks; trusts nothing in them.
public enum BlockReader {
    /// Reads a whole block, or says which check it fails.
    ///
    /// - Parameter dictionary: the one that the block names; any other, or one for a block that
    ///   names none, is not looked at.
    public static func read(
        _ bytes: [UInt8], with dictionary: BlockDictionary? = nil
    ) throws(BlockError) -> Block {
        let frame = try Frame(of: bytes)
        guard frame.version > 0 else { return try readLines(bytes, frame) }
        return try readColumns(bytes, frame, frame.choose(dictionary, of: bytes))
    }

    /// The name of the dictionary that a block was written with; nil where it was with none.
    ///
    /// Checks the frame and the checksum, and nothing else.
    public static func dictionaryName(of bytes: [UInt8]) throws(BlockError) -> UInt64? {
        try Frame(of: bytes).dictionary(of: bytes)
    }

    private static func readColumns(
        _ bytes: [UInt8], _ frame: Frame, _ dictionary: BlockDictionary?
    ) throws(BlockError) -> Block {
        let (header, end) = try BlockHeader.read(bytes, from: frame.headOffset)
        guard frame.eventCount > 0 else {
            guard end == bytes.count, frame.payloadBytes == 0 else { throw .length }
            return Block(header: header, events: [])
        }
        // The shortest event is two bytes, and none is over its limit.
        guard 2 * frame.eventCount <= frame.payloadBytes else { throw .length }
        var assembler = try EventAssembler(
            ReadSections(bytes, from: end, dictionary), eventCount: frame.eventCount,
            lane: header.lane,
            bytesMax: frame.payloadBytes)
        return Block(header: header, events: try assembler.assemble())
    }

    private static func readLines(_ bytes: [UInt8], _ frame: Frame) throws(BlockError) -> Block {
        let payload = try payload(of: bytes, frame)
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: payload.span)
        } catch {
            throw .text
        }
        guard payload.last == Line.lineFeed else { throw .text }
        var scanner = Scanner(bytes: payload)
        let header = try header(&scanner)
        return Block(
            header: header, events: try events(&scanner, in: header.lane, count: frame.eventCount))
    }

    /// Reads frame and header, and checks both and the checksum, but no event.
    ///
    /// Of a deflated block of version 0 only the beginning is inflated, of version 1 nothing.
    public static func peek(_ bytes: [UInt8]) throws(BlockError) -> BlockSummary {
        let frame = try Frame(of: bytes)
        if frame.version > 0 {
            return BlockSummary(
                header: try BlockHeader.read(bytes, from: frame.headOffset).0,
                eventCount: frame.eventCount)
        }
        var scanner = Scanner(bytes: try beginning(of: bytes, frame))
        return BlockSummary(
            header: try header(&scanner), eventCount: frame.eventCount)
    }

    private static func header(_ scanner: inout Scanner) throws(BlockError) -> BlockHeader {
        do throws(Mismatch) {
            return try scanner.header()
        } catch {
            throw .header(offset: error.offset)
        }
    }

    private static func events(
        _ scanner: inout Scanner, in lane: Lane, count: Int
    ) throws(BlockError) -> [Event] {
        var events: [Event] = []
        // The shortest line is over 100 bytes, so a lying count reserves nothing out of proportion.
        events.reserveCapacity(min(count, scanner.bytes.count / 100))
        var next: UInt32 = 0
        while !scanner.isAtEnd {
            let line = events.count + 1
            guard line <= count else { throw .count }
            do throws(Mismatch) {
                events.append(try scanner.event(in: lane))
            } catch {
                throw .event(line: line, offset: error.offset)
            }
            let sequence = events[line - 1].sequence
            guard sequence >= next else { throw .order(line: line) }
            next = sequence + 1
        }
        guard events.count == count else { throw .count }
        return events
    }

    private static func payload(of bytes: [UInt8], _ frame: Frame) throws(BlockError) -> [UInt8] {
        guard frame.isDeflated else { return Array(bytes[Frame.byteCount...]) }
        guard
            let payload = inflated(
                bytes, in: Frame.byteCount..<bytes.count, byteCount: frame.payloadBytes),
            payload.isWhole
        else { throw .inflation }
        return payload.bytes
    }

    /// The payload up to some place after its first line feed, or all of it.
    private static func beginning(of bytes: [UInt8], _ frame: Frame) throws(BlockError) -> [UInt8] {
        guard frame.isDeflated else { return try payload(of: bytes, frame) }
        var byteCount = min(frame.payloadBytes, 4096)
        while true {
            guard
                let part = inflated(
                    bytes, in: Frame.byteCount..<bytes.count, byteCount: byteCount)
            else { throw .inflation }
            if byteCount == frame.payloadBytes || part.bytes.contains(Line.lineFeed) {
                return part.bytes
            }
            byteCount = min(frame.payloadBytes, 8 * byteCount)
        }
    }
}

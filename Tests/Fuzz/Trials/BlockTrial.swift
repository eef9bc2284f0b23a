internal import Blocks
public import Events

/// What a run of bytes must not do to the block reader and writer.
///
/// Its first byte chooses the trial, and whether there is a dictionary in it; a trap, a hang or a
/// spent memory is a finding of its own.
public final class BlockTrial {
    private var writer = BlockWriter()

    /// Makes a trial; its writer is kept, as the agent keeps its own.
    public init() {}

    /// What is wrong with how an input was taken, in one sentence; nil where nothing is.
    public func fault(of input: [UInt8]) -> String? {
        guard let first = input.first else { return nil }
        let isFreshToo = first & 0x80 != 0
        let dictionary = first & 0x40 != 0 ? Self.dictionary : nil
        switch first % 4 {
        case 0: return reading(Self.framed(input[1...], dictionary), isFreshToo, dictionary)
        case 1: return reading(Self.repaired(input[1...]), isFreshToo, dictionary)
        default: return writing(TrialTexts.events(of: input[1...]), isFreshToo, dictionary)
        }
    }

    /// One of 300 bytes of text and 40 of indexes.
    private static let dictionary: BlockDictionary? = {
        let text = Array(#"Product ViewednamesKU-17propertiespriceOak tablekiosk-1visit{}"#.utf8)
        let bytes: [UInt8] = [44, 1, 0, 0] + (0..<300).map { text[$0 % text.count] }
        return BlockDictionary(bytes + (0..<40).map { UInt8($0 % 7) }, digest: digest)
    }()

    private static func digest(_ bytes: [UInt8]) -> [UInt8] {
        let sum = bytes.reduce(UInt64(17)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return (0..<32).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0 % 8))) }
    }

    /// A block of version 1 around what stands behind 6 bytes: count and length of the texts.
    private static func framed(
        _ input: ArraySlice<UInt8>, _ dictionary: BlockDictionary?
    ) -> [UInt8] {
        let stated = Array(input.prefix(6)) + [UInt8](repeating: 0, count: 6)
        return HandMadeFrame.block(
            textBytes: HandMadeFrame.word(stated[2..<6]),
            eventCount: HandMadeFrame.word(stated[0..<2]), around: input.dropFirst(6),
            dictionary: dictionary?.name)
    }

    /// A whole block, its checksum made right.
    private static func repaired(_ input: ArraySlice<UInt8>) -> [UInt8] {
        guard input.count >= HandMadeFrame.byteCount else { return Array(input) }
        return HandMadeFrame.repaired(Array(input))
    }

    /// A block of unknown origin: refused, or written again to the same.
    private func reading(
        _ bytes: [UInt8], _ isFreshToo: Bool, _ dictionary: BlockDictionary?
    ) -> String? {
        let block: Block
        do throws(BlockError) {
            block = try BlockReader.read(bytes, with: dictionary)
            let summary = try BlockReader.peek(bytes)
            guard summary.header == block.header, summary.eventCount == block.events.count else {
                return "a block's summary says something else than the block"
            }
        } catch {
            return nil
        }
        return roundTrip(block, isFreshToo, dictionary)
    }

    private func writing(
        _ events: [Event], _ isFreshToo: Bool, _ dictionary: BlockDictionary?
    ) -> String? {
        roundTrip(Block(header: TrialTexts.header, events: events), isFreshToo, dictionary)
    }

    /// Writes a block and reads it again, with a dictionary too, and with the one that it leaves.
    private func roundTrip(
        _ block: Block, _ isFreshToo: Bool, _ dictionary: BlockDictionary?
    ) -> String? {
        do throws(BlockError) {
            let bytes = try writer.write(block.header, block.events)
            if isFreshToo {
                var fresh = BlockWriter()
                guard try fresh.write(block.header, block.events) == bytes else {
                    return "a writer writes otherwise when it has written before"
                }
            }
            let again = try BlockReader.read(bytes)
            guard again.header == block.header else { return "another header comes back" }
            if let fault = Self.difference(block.events, again.events) { return fault }
            guard dictionary != nil else { return nil }
            let left = try BlockDictionary.left(by: bytes, nil, digest: Self.digest)
            for dictionary in [dictionary, left] {
                let lines = block.events.flatMap { BlockWriter.line(of: $0) }
                guard lines.count <= 1 << 20 else { return nil }
                let short = try writer.write(
                    block.header, lines: lines, eventCount: block.events.count, with: dictionary)
                let back = try BlockReader.read(short, with: dictionary)
                if let fault = Self.difference(block.events, back.events) {
                    return "with a dictionary: " + fault
                }
                guard
                    try BlockDictionary.left(by: short, dictionary, digest: Self.digest)?
                        .bytes.count ?? 4 <= 4 + 2 * BlockDictionary.sectionBytesMax
                else { return "a dictionary is larger than it may be" }
            }
            return nil
        } catch {
            return "what was taken is refused: \(error)"
        }
    }

    /// How events that came back differ from those that were given; nil where they do not.
    public static func difference(_ given: [Event], _ back: [Event]) -> String? {
        guard given.count == back.count else {
            return "\(given.count) events were given, \(back.count) come back"
        }
        for (index, (one, other)) in zip(given, back).enumerated() {
            guard one.body == other.body else { return "event \(index) has another text" }
            guard one.lane == other.lane,
                BlockWriter.line(of: one) == BlockWriter.line(of: other)
            else { return "event \(index) has another envelope" }
        }
        return nil
    }
}

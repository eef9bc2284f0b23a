internal import Blocks
public import Events

/// What a run of bytes must not do to the block reader and writer.
///
/// Its first byte chooses the trial; a trap, a hang or a spent memory is a finding of its own.
public final class BlockTrial {
    private var writer = BlockWriter()

    /// Makes a trial; its writer is kept, as the agent keeps its own.
    public init() {}

    /// What is wrong with how an input was taken, in one sentence; nil where nothing is.
    public func fault(of input: [UInt8]) -> String? {
        guard let first = input.first else { return nil }
        let isFreshToo = first & 0x80 != 0
        switch first % 4 {
        case 0: return reading(Self.framed(input[1...]), isFreshToo)
        case 1: return reading(Self.repaired(input[1...]), isFreshToo)
        default: return writing(TrialTexts.events(of: input[1...]), isFreshToo)
        }
    }

    /// A block of version 1 around what stands behind 6 bytes: count and length of the texts.
    private static func framed(_ input: ArraySlice<UInt8>) -> [UInt8] {
        let stated = Array(input.prefix(6)) + [UInt8](repeating: 0, count: 6)
        return HandMadeFrame.block(
            textBytes: HandMadeFrame.word(stated[2..<6]),
            eventCount: HandMadeFrame.word(stated[0..<2]), around: input.dropFirst(6))
    }

    /// A whole block, its checksum made right.
    private static func repaired(_ input: ArraySlice<UInt8>) -> [UInt8] {
        guard input.count >= HandMadeFrame.byteCount else { return Array(input) }
        return HandMadeFrame.repaired(Array(input))
    }

    /// A block of unknown origin: refused, or written again to the same.
    private func reading(_ bytes: [UInt8], _ isFreshToo: Bool) -> String? {
        let block: Block
        do throws(BlockError) {
            block = try BlockReader.read(bytes)
            let summary = try BlockReader.peek(bytes)
            guard summary.header == block.header, summary.eventCount == block.events.count else {
                return "a block's summary says something else than the block"
            }
        } catch {
            return nil
        }
        return roundTrip(block, isFreshToo)
    }

    private func writing(_ events: [Event], _ isFreshToo: Bool) -> String? {
        roundTrip(Block(header: TrialTexts.header, events: events), isFreshToo)
    }

    /// Writes a block and reads it again.
    private func roundTrip(_ block: Block, _ isFreshToo: Bool) -> String? {
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
            return Self.difference(block.events, again.events)
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

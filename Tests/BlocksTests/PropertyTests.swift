import BlockTrials
import Blocks
import Events
import SeededText
import Testing

/// Invariant 1 of the Blocks page, for blocks that nobody thought of.
@Suite struct `Blocks of random events` {
    private static let blockCount = 60

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `come back as they were given`(seed: UInt64) throws {
        var chance = Seeded(seed)
        var writer = BlockWriter()
        for number in 0..<Self.blockCount {
            let block = Self.block(&chance)
            let place = "block \(number) of seed \(seed)"
            do throws(BlockError) {
                let back = try BlockReader.read(writer.write(block.header, block.events))
                #expect(back.header == block.header, "\(place)")
                let difference = BlockTrial.difference(block.events, back.events)
                #expect(difference == nil, "\(place)")
            } catch {
                Issue.record("\(place): \(error)")
            }
        }
    }

    @Test func `differ when one thing of what came back is another`() throws {
        var chance = Seeded(99)
        for _ in 0..<50 {
            let events = Self.block(&chance).events
            var other = events
            let index = chance.below(events.count)
            switch chance.below(6) {
            case 0: other[index].body[1 + chance.below(other[index].body.count - 1)] ^= 1
            case 1: other[index].sequence ^= 1
            case 2: other[index].time.wallMilliseconds ^= 1
            case 3: other[index].stage = events[index].stage == .loyalty ? nil : .loyalty
            case 4: other[index].producer ^= 1 << 63
            default: other.remove(at: index)
            }
            #expect(BlockTrial.difference(events, other) != nil)
        }
    }

    private static func block(_ chance: inout Seeded) -> Block {
        var texts = RandomTexts(Seeded(chance.next()))
        var sequence = UInt64(chance.pick([0, 0, 1000, 4_294_960_000]))
        var wall = chance.pick([1_772_438_400_000, 0, -5_000_000, .min, .max] as [Int64])
        let count = 1 + (chance.oneIn(20) ? chance.below(300) : chance.below(40))
        var events: [Event] = []
        for _ in 0..<count where sequence <= UInt64(Limits.sequenceLast) {
            wall &+= Int64(chance.below(100_000)) - 20_000
            events.append(event(UInt32(sequence), wall, texts.text(), &chance))
            sequence += 1 + (chance.oneIn(5) ? UInt64(chance.below(20)) : 0)
        }
        var header = Fixture.header
        if chance.oneIn(3) { header.tombstones = [] }
        return Block(header: header, events: events)
    }

    private static func event(
        _ sequence: UInt32, _ wall: Int64, _ text: String, _ chance: inout Seeded
    ) -> Event {
        var event = Fixture.event(
            sequence, chance.oneIn(5) ? chance.pick(Kind.allCases) : .track,
            chance.oneIn(5) ? Stage(rawValue: UInt8(chance.below(5))) : nil, text)
        event.time = EventTime(
            monotonic: Instant(
                milliseconds: chance.oneIn(30) ? chance.pick([.min, .max]) : wall &- 77),
            wallMilliseconds: chance.oneIn(30) ? chance.pick([.min, .max, -1]) : wall,
            quality: chance.pick([.synchronised, .unsynchronised, .implausible]))
        event.producer = chance.pick([0, 7, .max, chance.next()])
        return event
    }
}

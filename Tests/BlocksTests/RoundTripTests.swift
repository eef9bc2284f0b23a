import Blocks
import Events
import Testing

/// Invariants 1 and 5 of the Blocks page.
@Suite struct `Blocks come back as they were written` {
    @Test func `with every kind of header and event`() throws {
        var writer = BlockWriter()
        let bytes = try writer.write(Fixture.header, Fixture.events)
        #expect(bytes[4] == 1)
        let block = try BlockReader.read(bytes)
        #expect(block.header == Fixture.header)
        #expect(isSame(block.events, Fixture.events))
        #expect(block.events[1].kind == .identify)
        #expect(block.events[2].stage == .advocacy)
        #expect(block.events[0].body == Fixture.events[0].body)
    }

    @Test func `from the lines that the format page shows`() throws {
        let events = [Fixture.event(0), Fixture.event(1)]
        let text = Fixture.headerLine + Fixture.eventLine(0) + Fixture.eventLine(1)
        let read = try BlockReader.read(Fixture.block(payload: text, count: 2))
        #expect(read.header == Fixture.header && isSame(read.events, events))
        var writer = BlockWriter()
        let lines = Array((Fixture.eventLine(0) + Fixture.eventLine(1)).utf8)
        let block = try writer.write(Fixture.header, lines: lines, eventCount: 2)
        for count in [0, 1, 3] {
            #expect(throws: BlockError.count) {
                try writer.write(Fixture.header, lines: lines, eventCount: count)
            }
        }
        #expect(try writer.write(Fixture.header, events) == block)
        #expect(isSame(try BlockReader.read(block).events, events))
    }

    @Test func `with no events, and with no previous epoch and no tombstones`() throws {
        var writer = BlockWriter()
        let empty = try BlockReader.read(writer.write(Fixture.header, []))
        #expect(empty.events.isEmpty && empty.header == Fixture.header)
        var first = Fixture.header
        first.previous = nil
        first.tombstones = []
        first.lane = .critical
        first.epoch = 1
        let block = try BlockReader.read(writer.write(first, []))
        #expect(block.header == first)
    }

    @Test func `a thousand, one block after another with one writer`() throws {
        var writer = BlockWriter()
        for round in 0..<3 {
            let events = (0..<1000).map { index in
                Fixture.event(UInt32(index * 2), .screen, .loyalty, "{\"n\":\(index + round)}")
            }
            let bytes = try writer.write(Fixture.header, events)
            #expect(bytes.count < 16_000)
            #expect(isSame(try BlockReader.read(bytes).events, events))
        }
    }

    @Test func `with the largest event, which does not deflate`() throws {
        var random = SystemRandomNumberGenerator()
        let text = (0..<(Limits.enclosedEventBytes - 10) / 2).map { _ in
            UInt8.random(in: 0x30...0x7A, using: &random)
        }
        var event = Fixture.event(5)
        event.body = Array("{\"".utf8) + text + text + Array("\":1}".utf8)
        var writer = BlockWriter()
        let bytes = try writer.write(Fixture.header, [event])
        #expect(isSame(try BlockReader.read(bytes).events, [event]))
    }

    @Test func `with more values than columns may hold`() throws {
        let text = "{\"a\":[" + String(repeating: "0,", count: 2000) + "0]}"
        let events = (0..<150).map { Fixture.event($0, .track, nil, text) }
        var writer = BlockWriter()
        let bytes = try writer.write(Fixture.header, events)
        #expect(isSame(try BlockReader.read(bytes).events, events))
    }

    @Test func `with times and producers at the ends of their ranges`() throws {
        var event = Fixture.event(0)
        event.time = EventTime(
            monotonic: Instant(milliseconds: .min), wallMilliseconds: .max, quality: .implausible)
        event.producer = .max
        var writer = BlockWriter()
        let bytes = try writer.write(Fixture.header, [event])
        #expect(isSame(try BlockReader.read(bytes).events, [event]))
    }

    @Test func `and their header alone, by a peek`() throws {
        var header = Fixture.header
        header.tombstones = (1...2000).map {
            Tombstone(
                stream: Fixture.stream, epoch: $0, sequences: [SequenceRange($0 * 7919, .max - 1)],
                reason: "quarantined:too_big")
        }
        var writer = BlockWriter()
        let bytes = try writer.write(header, Fixture.events)
        let summary = try BlockReader.peek(bytes)
        #expect(summary.header == header)
        #expect(summary.eventCount == 3)
    }
}

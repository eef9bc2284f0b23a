import Blocks
import Events
import Testing

/// Invariant 1 of the Blocks page, from the other side: what could not be read is not written.
@Suite struct `The block writer refuses` {
    @Test(arguments: ["", "kiosk 1", "kiosk\n", String(repeating: "k", count: 65)])
    func `a device name that the format cannot hold`(device: String) {
        var header = Fixture.header
        header.device = device
        #expect(throws: BlockError.unwritable) { try write(header, []) }
    }

    @Test func `an epoch, a range or a reason that the format cannot hold`() {
        var header = Fixture.header
        header.epoch = 0
        #expect(throws: BlockError.unwritable) { try write(header, []) }
        header = Fixture.header
        header.previous = EpochEnd(epoch: 3, end: 0)
        #expect(throws: BlockError.unwritable) { try write(header, []) }
        for sequences in [
            [], [SequenceRange(2, 1)], [SequenceRange(0, 1), SequenceRange(2, 3)],
            [SequenceRange(5, 5), SequenceRange(1, 1)], [SequenceRange(0, .max)],
        ] {
            header = Fixture.header
            header.tombstones[0].sequences = sequences
            #expect(throws: BlockError.unwritable) { try write(header, []) }
        }
        header = Fixture.header
        header.tombstones[0].reason = "be\"cause"
        #expect(throws: BlockError.unwritable) { try write(header, []) }
    }

    @Test func `events out of order, of another lane, or too many`() {
        let twice = [Fixture.event(1), Fixture.event(1)]
        #expect(throws: BlockError.order(line: 2)) { try write(Fixture.header, twice) }
        #expect(throws: BlockError.order(line: 1)) {
            try write(Fixture.header, [Fixture.event(.max)])
        }
        var other = Fixture.event(2)
        other.lane = .ambient
        #expect(throws: BlockError.lane(index: 1)) {
            try write(Fixture.header, [Fixture.event(1), other])
        }
        #expect(throws: BlockError.limit) {
            try write(Fixture.header, (0...8192).map { Fixture.event($0) })
        }
    }

    @Test(arguments: ["", "{", "[]", "{\n}", "{} "])
    func `a body that is no single line of one object`(text: String) {
        #expect(throws: BlockError.body(index: 0)) {
            try write(Fixture.header, [Fixture.event(0, .track, nil, text)])
        }
    }

    @Test func `a body that is not UTF-8`() {
        var event = Fixture.event(0)
        event.body = [0x7B, 0xC3, 0x7D]
        #expect(throws: BlockError.text) { try write(Fixture.header, [event]) }
    }

    @Test func `a body or a whole over its limit`() {
        let large = "{\"" + String(repeating: "x", count: Limits.enclosedEventBytes - 5) + "\":1}"
        #expect(throws: BlockError.limit) {
            try write(Fixture.header, [Fixture.event(0, .track, nil, large)])
        }
        let most = "{\"" + String(repeating: "x", count: Limits.enclosedEventBytes - 6) + "\":1}"
        #expect(throws: BlockError.limit) {
            try write(Fixture.header, (0..<9).map { Fixture.event($0, .track, nil, most) })
        }
    }

    private func write(_ header: BlockHeader, _ events: [Event]) throws -> [UInt8] {
        var writer = BlockWriter()
        return try writer.write(header, events)
    }
}

import Blocks
import Events
import Testing

@testable import Collector

@Suite struct `Each event once` {
    private let events = (0..<10).map { Fixture.message(UInt32($0), "m\($0)") }

    @Test func `when a block comes twice`() async throws {
        let temporary = try TemporaryArchive()
        let first = try await temporary.take(events)
        #expect(first.held == [SequenceRange(0, 9)])
        #expect((first.newCount, first.knownCount) == (10, 0))
        let lines = try temporary.export()
        let second = try await temporary.take(events)
        #expect(second.held == [SequenceRange(0, 9)])
        #expect((second.newCount, second.knownCount) == (0, 10))
        #expect(try temporary.export() == lines)
        #expect(lines.count == 10)
    }

    @Test func `when blocks are cut anew, overlap and come in reverse`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(Array(events[6...]))
        let overlap = try await temporary.take(Array(events[4..<8]))
        #expect((overlap.newCount, overlap.knownCount) == (2, 2))
        try await temporary.take(Array(events[..<5]))
        #expect(try temporary.export().count == 10)
        let straight = try TemporaryArchive()
        try await straight.take(events)
        #expect(try straight.export() == temporary.export())
    }

    @Test func `when a lane's few events span many of another lane`() async throws {
        let temporary = try TemporaryArchive()
        let normal = (0..<60).filter { $0 % 20 != 0 }.map { Fixture.event(UInt32($0)) }
        let critical = [0, 20, 40].map { Fixture.event($0, lane: .critical) }
        try await temporary.take(normal)
        let outcome = try await temporary.take(critical, lane: .critical)
        #expect(outcome.newCount == 3)
        #expect(
            outcome.held == [SequenceRange(0, 0), SequenceRange(20, 20), SequenceRange(40, 40)])
        let again = try await temporary.take(critical, lane: .critical)
        #expect(again.knownCount == 3)
        #expect(try temporary.export().count == 60)
        #expect(try temporary.archive.funnelReport().completeness.missing == 0)
    }

    @Test func `when ids differ in device, stream or epoch alone`() async throws {
        let temporary = try TemporaryArchive()
        let event = [Fixture.event(0)]
        try await temporary.take(event)
        try await temporary.take(event, device: "kiosk-2")
        try await temporary.take(event, stream: Fixture.later)
        try await temporary.take(event, epoch: 2)
        #expect(try temporary.count("event") == 4)
    }

    /// Blocks of three lanes and two streams, cut, repeated and shuffled by a seed.
    private func blocks(seed: UInt64) -> [(StreamID, UInt32, Lane, [Event])] {
        var numbers = SeededNumbers(seed: seed)
        var blocks: [(StreamID, UInt32, Lane, [Event])] = []
        for (stream, epoch) in [
            (Fixture.stream, UInt32(1)), (Fixture.stream, 2), (Fixture.later, 3),
        ] {
            // The same content for each seed: only cut and order vary.
            let all = (0..<40).map { index in
                let text = #"{"messageId":"\#(stream.low)-\#(epoch)-\#(index)","event":"X"}"#
                let lane = Lane.allCases[index * 7 % 5 % 3]
                return Fixture.event(UInt32(index), text, lane: lane)
            }
            for lane in Lane.allCases {
                let events = all.filter { $0.lane == lane }
                for _ in 0..<3 {
                    var start = 0
                    while start < events.count {
                        let end = min(events.count, start + Int.random(in: 1...9, using: &numbers))
                        blocks.append((stream, epoch, lane, Array(events[start..<end])))
                        start = end
                    }
                }
            }
        }
        blocks.shuffle(using: &numbers)
        // Stream ordinals are by first arrival, so the first stream comes first.
        let first = blocks.firstIndex { $0.0 == Fixture.stream }
        if let first { blocks.swapAt(0, first) }
        return blocks
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `whatever the cut, order and repetition`(seed: UInt64) async throws {
        let temporary = try TemporaryArchive()
        for (stream, epoch, lane, events) in blocks(seed: seed) {
            let outcome = try await temporary.take(events, stream: stream, lane: lane, epoch: epoch)
            #expect(outcome.newCount + outcome.knownCount == Int64(events.count))
        }
        let straight = try TemporaryArchive()
        for (stream, epoch, lane, events) in blocks(seed: 0) {
            try await straight.take(events, stream: stream, lane: lane, epoch: epoch)
        }
        let lines = try temporary.export()
        #expect(lines.count == 120)
        #expect(try straight.export() == lines)
        #expect(try temporary.archive.funnelReport() == straight.archive.funnelReport())
    }
}

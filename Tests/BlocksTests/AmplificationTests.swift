import Events
import Testing

@testable import Blocks

/// Invariant 4 of the Blocks page, of version 1: a few kilobytes that claim much more.
@Suite struct `A small block that claims to be large` {
    private typealias Columns = HandMadeColumns

    @Test func `has no more fields, shapes and steps than the limits say`() throws {
        let most = ColumnLimits.fields - 1
        for count in [most, most + 1] {
            let members = [2, 3, 0].cycled(count)
            try expect(count == most ? nil : .limit) {
                $0.shapes = [1, 0, 0] + Columns.object + members + [1]
                ($0.text, $0.numbers, $0.textBytes) = ([], [], 2 + count * 8 - 1)
            }
        }
        try expect(.limit) {
            let count = ColumnLimits.shapes + 1
            $0.shapes = Columns.uint(UInt64(count)) + [0, 0] + Columns.object + [1]
            $0.shapes += [0, 0, 0, 0].cycled(count - 1)
        }
        try expect(.limit) {
            let count = ColumnLimits.steps
            $0.shapes = [1, 0, 0] + Columns.object + [2, 3, 0, 4] + [0].cycled(count)
            $0.textBytes = 8 << 20
        }
    }

    @Test func `writes no key or constant out beyond the limit`() throws {
        let key = [UInt8](repeating: 0x61, count: 60_000)
        try expect(.limit) {
            $0.text = key
            $0.shapes = [1, 0, 0] + Columns.object + [2, 3] + Columns.uint(60_000)
            $0.shapes += [4] + [0].cycled(150) + [1]
            $0.textBytes = 8 << 20
        }
        try expect(.limit) {
            $0.text = key
            $0.shapes = [1, 0, 0] + Columns.object + [2, 8, 0, 1] + Columns.uint(60_000)
            $0.shapes += [4, 0] + [0, 0].cycled(150) + [1]
            $0.textBytes = 8 << 20
        }
    }

    @Test func `names many constants in a time that grows with their number alone`() throws {
        let count = 1 << 17
        try expect(nil) {
            $0.shapes = [1, 0, 0] + Columns.object + [2, 8, 0, 1, 0, 4, 1, 0]
            $0.shapes += [0, 1, 0].cycled(count - 2) + [1]
            ($0.text, $0.numbers, $0.textBytes) = ([], [], 1 + 6 * count)
        }
    }

    /// Arrays in four events, none over its own limit: of each element shape and value are counted.
    @Test(arguments: [(4, 2), (5, 1), (7, 5)] as [(UInt8, Int)])
    func `has no more values than the limit says`(type: UInt8, valueBytes: Int) throws {
        // The four arrays are values themselves.
        let most = (ColumnLimits.values - 4) / 2 / 4
        for count in [most, most + 1] {
            let zeros = [UInt8](repeating: 0, count: 4 * count - 1)
            try expect(count > most ? .limit : nil, Columns(member: 2)) {
                $0.eventCount = 4
                ($0.producers, $0.codes) = ([1, 0, 0, 0], [1, 0, 0, 0])
                $0.envelopes = [UInt8](repeating: 0, count: 12)
                $0.shapes += [1, 2, type]
                $0.codes += Columns.uint(UInt64(count)).cycled(4) + [1] + zeros
                switch type {
                case 4: ($0.codes, $0.numbers) = ($0.codes + [1] + zeros, [0, 0])
                case 5: $0.numbers = [0, 0] + zeros
                default:
                    $0.codes += [UInt8](repeating: 0, count: (4 * count + 7) / 8)
                    $0.numbers = []
                }
                $0.textBytes = 4 * (7 + count * (valueBytes + 1))
            }
        }
    }

    @Test func `makes no event over its limit, and no more text than was stated`() throws {
        let large = [UInt8](repeating: 0x61, count: Limits.enclosedEventBytes - 8)
        for more in [0, 1] {
            try expect(more == 0 ? nil : .limit, Columns(member: 4, codes: [1])) {
                $0.text += large + [UInt8](repeating: 0x61, count: more)
                $0.numbers = [0] + Columns.uint(UInt64(large.count + more))
                $0.textBytes = Limits.enclosedEventBytes + more
            }
        }
    }

    @Test func `gives each event the room that its text takes`() throws {
        var events = (0..<100).map { Fixture.event($0) }
        events[0].body = Array("{\"a\":\"\(String(repeating: "b", count: 500_000))\"}".utf8)
        var writer = BlockWriter()
        let back = try BlockReader.read(writer.write(Fixture.header, events)).events
        #expect(isSame(back, events))
        #expect(back[1...].allSatisfy { $0.body.capacity < 100 })
    }

    /// Reads a block that is small, in no time.
    private func expect(
        _ error: BlockError?, _ columns: Columns = Columns(), _ change: (inout Columns) -> Void
    ) throws {
        var columns = columns
        change(&columns)
        let block = try columns.block
        #expect(block.count < 20_000)
        let start = ContinuousClock.now
        let found = try refusal({ _ in }, of: columns)
        // Unoptimised and beside other tests; a quadratic reader takes minutes.
        #expect(start.duration(to: .now) < .seconds(10))
        #expect(found == error)
    }
}

extension [UInt8] {
    /// These bytes so many times.
    fileprivate func cycled(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.count * count)
        for _ in 0..<count { bytes += self }
        return bytes
    }
}

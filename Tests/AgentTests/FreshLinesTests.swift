import Events
import Store
import Testing

@testable import Agent

@Suite struct `Lines of rows just stored` {
    private func key(_ number: UInt32) -> RowKey {
        RowKey(.tail, RowID(lane: .normal, epoch: 1, first: number))
    }

    @Test func `are there once`() {
        var fresh = FreshLines()
        fresh.keep([1, 2], of: key(0))
        fresh.keep([3], of: key(1))
        #expect(fresh.take(key(1)) == [3])
        #expect(fresh.take(key(1)) == nil)
        #expect(fresh.take(key(0)) == [1, 2])
    }

    @Test func `are never more than two blocks' worth`() {
        var fresh = FreshLines()
        let most = 512 << 10
        for number in 0..<100 as Range<UInt32> {
            fresh.keep([UInt8](repeating: 1, count: 100 << 10), of: key(number))
        }
        let left = (0..<100 as Range<UInt32>).reduce(0) { $0 + (fresh.take(key($1))?.count ?? 0) }
        #expect(left <= most)
        #expect(left > 0)
        fresh.keep([UInt8](repeating: 1, count: most + 1), of: key(0))
        #expect(fresh.take(key(0)) == nil)
        fresh.keep([UInt8](repeating: 1, count: most), of: key(0))
        #expect(fresh.take(key(0))?.count == most)
        // What was taken leaves its room.
        fresh.keep([UInt8](repeating: 1, count: most * 6 / 10), of: key(0))
        _ = fresh.take(key(0))
        for number in 1...3 as ClosedRange<UInt32> {
            fresh.keep([UInt8](repeating: 1, count: most * 3 / 10), of: key(number))
        }
        for number in 1...3 as ClosedRange<UInt32> { #expect(fresh.take(key(number)) != nil) }
    }
}

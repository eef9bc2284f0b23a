import Testing

@testable import Agent

/// How far lanes were read, as the store keeps it.
@Suite struct `The mark of a region` {
    @Test(
        arguments: [
            ([], []), ([(0, 0)], [0, 0]), ([(8, 1), (1024, 300)], [1, 1, 128, 1, 172, 2]),
            (
                [(UInt64.max - 7, UInt64.max)],
                [UInt8](repeating: 255, count: 8) + [31]
                    + [UInt8](repeating: 255, count: 9) + [1]
            ),
        ] as [([(position: UInt64, drops: UInt64)], [UInt8])])
    func `is an eighth of each position, and its drops`(
        _ lanes: [(position: UInt64, drops: UInt64)], _ bytes: [UInt8]
    ) {
        let places = RegionPlaces(
            lanes: lanes.map { LanePlace(position: $0.position, drops: $0.drops) })
        #expect(places.bytes == bytes)
        #expect(RegionPlaces(bytes: bytes) == places)
    }

    @Test(
        arguments: [
            [0], [128], [0, 128], [0, 0, 5],
            // No position has more than 61 bits left.
            [UInt8](repeating: 255, count: 8) + [32, 0],
            [UInt8](repeating: 128, count: 10) + [0, 0],
        ] as [[UInt8]])
    func `is none of other bytes`(_ bytes: [UInt8]) {
        #expect(RegionPlaces(bytes: bytes) == nil)
    }
}

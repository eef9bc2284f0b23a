import CPlatform
import Foundation
import Testing

@testable import Ring

/// What one process makes another takes, if it is what it says; else it says what is wrong.
@Suite struct `A region` {
    let geometry = RegionGeometry(lanes: 3, capacity: 65_536)

    @Test func `is taken as it was made, and its lanes are the same memory`() throws {
        let geometry = try #require(geometry)
        let made = try Region(making: geometry, identifier: (0x8000_0000_0000_0001, 2), process: 7)
        defer { made.close() }
        let taken = try Region(taking: #require(made.descriptor))
        defer { taken.close() }
        let (takenGeometry, identifier) = (taken.geometry, taken.identifier)
        #expect(takenGeometry == geometry && geometry.bytes == 4096 * 4 + 3 * 65_536)
        #expect(identifier == (0x8000_0000_0000_0001, 2))
        for number in 0..<3 {
            let writer = Writer(try lane(made.writer(ofLane: number)))
            let reader = Reader(try lane(taken.reader(ofLane: number)))
            #expect(writer.write([UInt8(number), 1]) == .written)
            #expect(try reader.all().map(\.payload) == [[UInt8(number), 1]])
        }
        let isThere = made.writer(ofLane: 3) != nil || taken.reader(ofLane: -1) != nil
        #expect(!isThere)
    }

    @Test func `cannot be made shorter, longer, or open to that again`() throws {
        let geometry = try #require(geometry)
        let region = try Region(making: geometry, identifier: (1, 2), process: 7)
        defer { region.close() }
        #expect(try ftruncate(#require(region.descriptor), 4096) == -1)
        #expect(try ftruncate(#require(region.descriptor), off_t(geometry.bytes + 1)) == -1)
        #expect(try platform_memory_is_sealed(#require(region.descriptor)) == 1)
    }

    @Test(arguments: [
        (lanes: 0, capacity: 65_536), (65, 65_536), (-1, 65_536), (1, 65_535), (1, 65_544),
        (1, 32_768), (1, 33_554_432), (1, 0), (1, -65_536),
    ])
    func `has no lanes that none may have`(_ lanes: Int, _ capacity: Int) {
        #expect(RegionGeometry(lanes: lanes, capacity: capacity) == nil)
    }

    private static let lies: [(offset: Int, value: UInt64, error: RegionError)] = [
        (0, 0, .notRegion), (0, .max, .notRegion),
        (8, 0x1000_0000_0002, .version(2)), (8, 0x1000_0001_0000, .version(0)),
        (8, 0x2000_0000_0001, .geometry), (16, 0x10_0000_0003, .geometry),
        (16, 0x8_0000_0000, .geometry), (16, 0x8_0000_0041, .geometry),
        (16, 0x8_FFFF_FFFF, .geometry), (16, 0x8_0000_0002, .length),
        (16, 0x8_0000_0004, .length), (24, 65_536, .geometry), (32, 131_072, .geometry),
        (32, 0, .geometry), (32, .max, .geometry), (32, 0x1_0001_0000, .geometry),
    ]

    @Test(arguments: lies)
    func `of a header that lies is refused`(
        _ offset: Int, _ value: UInt64, _ error: RegionError
    ) throws {
        let region = try Region(making: try #require(geometry), identifier: (1, 2), process: 7)
        defer { region.close() }
        try poke(#require(region.descriptor), offset, value)
        let descriptor = try #require(region.descriptor)
        #expect(throws: error) { _ = try Region(taking: descriptor) }
    }

    @Test func `may have a greater minor version, and what is reserved set`() throws {
        let region = try Region(making: try #require(geometry), identifier: (1, 2), process: 7)
        defer { region.close() }
        try poke(#require(region.descriptor), 8, 0x1000_0009_0001)
        try poke(#require(region.descriptor), 64, .max)
        let taken = try Region(taking: #require(region.descriptor))
        defer { taken.close() }
        #expect(taken.geometry.lanes == 3)
    }

    @Test(arguments: [0, 1, 4095, 4096, 212_992] as [Int64])
    func `that is not sealed is refused, however long`(_ bytes: Int64) throws {
        let descriptor = unsafe platform_memory_open("test", bytes)
        try #require(descriptor >= 0)
        #expect(throws: RegionError.notSealed) { _ = try Region(taking: descriptor) }
    }

    @Test(arguments: [(Int64(0), RegionError.length), (4095, .length), (4096, .notRegion)])
    func `of nothing is refused`(_ bytes: Int64, _ error: RegionError) throws {
        let descriptor = unsafe platform_memory_open("test", bytes)
        try #require(descriptor >= 0 && platform_memory_seal(descriptor) == 0)
        #expect(throws: error) { _ = try Region(taking: descriptor) }
    }

    @Test func `is no other file`() throws {
        let null = unsafe open("/dev/null", O_RDWR)
        let folder = unsafe open("/tmp", O_RDONLY)
        for descriptor in [null, folder, -1] {
            #expect(throws: RegionError.self) { _ = try Region(taking: descriptor) }
        }
    }

    /// Such memory may be gone when it is touched; sealed as it should be, its kind alone tells.
    @Test func `of huge pages is refused for what it is, not for want of such pages`() throws {
        typealias Create = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = unsafe dlsym(nil, "memfd_create") else { throw RegionError.notRegion }
        let create = unsafe unsafeBitCast(symbol, to: Create.self)
        // MFD_CLOEXEC, MFD_ALLOW_SEALING and MFD_HUGETLB.
        let descriptor = unsafe create("huge", 1 | 2 | 4)
        try #require(descriptor >= 0)
        try #require(ftruncate(descriptor, 2 << 20) == 0)
        try #require(platform_memory_seal(descriptor) == 0)
        #expect(throws: RegionError.system(call: .examine, errno: EINVAL)) {
            _ = try Region(taking: descriptor)
        }
        _ = platform_close(descriptor)
    }

    /// What the producer writes after the region was taken changes no lane of the agent's.
    @Test func `stays as it was taken, whatever its header says later`() throws {
        let region = try Region(making: try #require(geometry), identifier: (1, 2), process: 7)
        defer { region.close() }
        let taken = try Region(taking: #require(region.descriptor))
        defer { taken.close() }
        for offset in stride(from: 0, to: 128, by: 8) {
            try poke(#require(region.descriptor), offset, .max)
        }
        let writer = Writer(try lane(region.writer(ofLane: 2)))
        let reader = Reader(try lane(taken.reader(ofLane: 2)))
        #expect(writer.write([5]) == .written)
        #expect(try reader.all().map(\.payload) == [[5]])
    }

    private func poke(_ descriptor: Int32, _ offset: Int, _ value: UInt64) throws {
        var value = value
        try #require(unsafe pwrite(descriptor, &value, 8, off_t(offset)) == 8)
    }

    private func lane<Lane: ~Copyable>(_ lane: consuming Lane?) throws -> Lane {
        guard let lane = consume lane else { throw RegionError.geometry }
        return lane
    }
}

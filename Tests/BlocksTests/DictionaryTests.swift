import Events
import Testing

@testable import Blocks

/// Dictionaries, and invariants 1 to 3 of the Blocks page of the blocks that have one.
@Suite struct `A block with a dictionary` {
    @Test func `is shorter than without by a quarter, and comes back`() throws {
        var writer = BlockWriter()
        var dictionary: BlockDictionary?
        for visit in 0..<12 {
            let block = try written(Self.events(visit), &writer, dictionary)
            dictionary = try BlockDictionary.left(by: block, dictionary, digest: Self.digest)
        }
        #expect(dictionary?.isFull == true)
        let events = Self.events(40)
        let plain = try written(events, &writer, nil)
        let short = try written(events, &writer, dictionary)
        #expect(short.count * 4 <= plain.count * 3, "\(short.count) of \(plain.count)")
        #expect(try BlockReader.dictionaryName(of: plain) == nil)
        #expect(try BlockReader.dictionaryName(of: short) == dictionary?.name)
        let read = try BlockReader.read(short, with: dictionary)
        #expect(read.header == Fixture.header && isSame(read.events, events))
        #expect(isSame(try BlockReader.read(plain, with: dictionary).events, events))
        #expect(try BlockReader.peek(short).eventCount == events.count)
    }

    @Test func `is refused without it, or with another`() throws {
        var writer = BlockWriter()
        let one = try #require(try left(0, &writer, nil))
        let other = try #require(try left(0, &writer, one))
        let block = try written(Self.events(2), &writer, one)
        for dictionary in [nil, other] {
            #expect(throws: BlockError.dictionary) {
                try BlockReader.read(block, with: dictionary)
            }
            #expect(throws: BlockError.dictionary) {
                try BlockDictionary.left(by: block, dictionary, digest: Self.digest)
            }
        }
    }

    @Test func `leaves the end of both, and its own`() throws {
        var writer = BlockWriter()
        let one = try #require(try left(0, &writer, nil))
        #expect(!one.isFull)
        let block = try written(Self.events(1), &writer, one)
        let two = try #require(try BlockDictionary.left(by: block, one, digest: Self.digest))
        let alone = try #require(try left(1, &writer, nil))
        #expect(two.preset.dropFirst(PackedLines.dictionary.count).starts(with: texts(of: one)))
        #expect(two.preset.elementsEqual(one.preset + texts(of: alone)))
        #expect(two.indexes == one.indexes + alone.indexes)
        var many = two
        for visit in 2..<40 { many = try #require(try left(visit, &writer, many)) }
        #expect(texts(of: many).count == 8192 && many.indexes.count == 8192)
        let last = try #require(try left(39, &writer, nil))
        #expect(texts(of: many).suffix(texts(of: last).count).elementsEqual(texts(of: last)))
        #expect(many.name == Self.digest(many.bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    @Test func `of no events has and leaves none`() throws {
        var writer = BlockWriter()
        let dictionary = try left(0, &writer, nil)
        let block = try writer.write(
            Fixture.header, lines: [], eventCount: 0, with: dictionary)
        #expect(try BlockReader.dictionaryName(of: block) == nil)
        #expect(try BlockDictionary.left(by: block, nil, digest: Self.digest) == nil)
        let old = try Fixture.block(payload: Fixture.headerLine + Fixture.eventLine(0), count: 1)
        #expect(try BlockDictionary.left(by: old, nil, digest: Self.digest) == nil)
    }

    @Test func `is refused where its frame is none`() throws {
        var writer = BlockWriter()
        let dictionary = try #require(try left(0, &writer, nil))
        let block = try written(Self.events(1), &writer, dictionary)
        let payload = Array(block[24...])
        func expect(
            _ error: BlockError, _ payload: [UInt8], version: UInt8 = 1, eventCount: Int = 40
        ) {
            let hostile = Frame(
                version: version, hasDictionary: true, storedBytes: payload.count,
                payloadBytes: eventCount == 0 ? 0 : 4000, eventCount: eventCount
            ).block(around: payload)
            #expect(throws: error) { try BlockReader.read(hostile, with: dictionary) }
        }
        // Whole but for the name, which nothing that follows has a use for.
        let head = try writer.write(Fixture.header, [])[24...]
        expect(.length, Array(payload[..<8]) + head, eventCount: 0)
        expect(.length, Array(payload.prefix(7)))
        expect(.header(offset: 32), Array(payload.prefix(8)))
        expect(.flags, payload, version: 0)
        expect(.dictionary, [payload[0] ^ 1] + payload.dropFirst())
    }

    @Test func `is refused or the same with any bit turned, or cut anywhere`() throws {
        var writer = BlockWriter()
        let dictionary = try left(0, &writer, nil)
        let block = try written(Array(Self.events(1).prefix(5)), &writer, dictionary)
        for end in block.indices {
            #expect(throws: BlockError.self) {
                try BlockReader.read(Array(block[..<end]), with: dictionary)
            }
        }
        for bit in 0..<8 * block.count {
            var damaged = block
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: BlockError.self) { try BlockReader.read(damaged, with: dictionary) }
        }
    }

    @Test func `finds its dictionary again in bytes, or none`() throws {
        var writer = BlockWriter()
        let dictionary = try #require(try left(3, &writer, try left(0, &writer, nil)))
        let bytes = dictionary.bytes
        #expect(BlockDictionary(bytes, digest: Self.digest) == dictionary)
        let empty = try #require(BlockDictionary([0, 0, 0, 0], digest: Self.digest))
        #expect(empty.bytes == [0, 0, 0, 0] && empty.name != dictionary.name)
        let zeros = { [UInt8](repeating: 0, count: $0) }
        for hostile in [
            [], [0, 0, 0], [1, 0, 0, 0], [255, 255, 255, 255] + zeros(9000),
            [1, 32, 0, 0] + zeros(8193), [0, 0, 0, 0] + zeros(8193), [0, 0, 0, 128] + zeros(9),
        ] { #expect(BlockDictionary(hostile, digest: Self.digest) == nil) }
        #expect(BlockDictionary([0, 32, 0, 0] + zeros(16_384), digest: Self.digest) != nil)
    }

    private func texts(of dictionary: BlockDictionary) -> ArraySlice<UInt8> {
        dictionary.preset[PackedLines.dictionary.count...]
    }

    private func left(
        _ visit: Int, _ writer: inout BlockWriter, _ earlier: BlockDictionary?
    ) throws -> BlockDictionary? {
        try BlockDictionary.left(
            by: written(Self.events(visit), &writer, earlier), earlier, digest: Self.digest)
    }

    private func written(
        _ events: [Event], _ writer: inout BlockWriter, _ dictionary: BlockDictionary?
    ) throws -> [UInt8] {
        try writer.write(
            Fixture.header, lines: events.flatMap { BlockWriter.line(of: $0) },
            eventCount: events.count, with: dictionary)
    }

    /// Forty events of a shopper's visit: the wares come again at the next visit, numbers do not.
    private static func events(_ visit: Int) -> [Event] {
        (0..<40).map { step in
            let ware = (visit * 7 + step * 3) % 29
            return Fixture.event(
                UInt32(visit * 100 + step), .track, .consideration,
                """
                {"event":"Product \(["Viewed", "Added", "Removed"][step % 3])","properties":{\
                "sku":"SKU-\(ware * 7919)","name":"\(["Oak", "Pine", "Elm"][ware % 3]) \
                \(["table", "chair", "lamp", "shelf", "mirror"][ware % 5]) no. \(ware)",\
                "price":\(ware * 37 % 90).\(10 + ware)},"context":{"session":\(visit)}}
                """)
        }
    }

    /// Thirty-two bytes of FNV-1a, which differ where the bytes differ.
    private static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var word: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { word = (word ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return (0..<32).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0 % 8))) }
    }
}

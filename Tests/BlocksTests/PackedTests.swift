import Events
import Testing

@testable import Blocks

/// The rows of the Blocks page: lines packed while they wait.
@Suite struct `Packed lines` {
    @Test(arguments: [0, 1, 2, 40, 900])
    func `are unpacked as they were`(count: Int) throws {
        var writer = BlockWriter()
        let lines = Self.lines(count)
        let row = writer.pack(lines)
        #expect(try BlockWriter.unpack(row) == lines)
    }

    @Test(arguments: [1, 16, 900]) func `of a block are its events'`(count: Int) throws {
        var writer = BlockWriter()
        let lines = Self.lines(count)
        let block = try writer.write(Fixture.header, lines: lines, eventCount: count)
        #expect(try BlockWriter.unpack(block) == lines)
        for length in [4, 24, block.count - 1] {
            #expect(throws: BlockError.self) { try BlockWriter.unpack(Array(block[..<length])) }
        }
    }

    @Test func `of one event take less than half`() {
        var writer = BlockWriter()
        let lines = Self.lines(1)
        #expect(writer.pack(lines).count < lines.count / 2)
    }

    @Test func `stay as they are where packing would not shorten them`() throws {
        var writer = BlockWriter()
        for lines in [[], Array("{}\n".utf8)] {
            #expect(writer.pack(lines) == lines)
            #expect(try BlockWriter.unpack(lines) == lines)
        }
    }

    @Test func `do not hang on what the writer wrote before`() throws {
        var writer = BlockWriter()
        let first = writer.pack(Self.lines(3))
        _ = try writer.write(Fixture.header, Fixture.events)
        #expect(writer.pack(Self.lines(3)) == first)
    }

    @Test func `that are cut, or whose bytes are others, are refused or give other bytes`() {
        var writer = BlockWriter()
        let lines = Self.lines(5)
        let row = writer.pack(lines)
        for length in 1..<row.count {
            #expect(throws: BlockError.self) { try BlockWriter.unpack(Array(row[..<length])) }
        }
        for index in 1..<row.count {
            var other = row
            other[index] ^= 0x20
            #expect((try? BlockWriter.unpack(other)) != lines)
        }
    }

    @Test func `that state more than a block holds are refused before they are made`() {
        #expect(throws: BlockError.limit) {
            try BlockWriter.unpack([1, 0xFF, 0xFF, 0xFF, 0xFF, 0])
        }
        #expect(throws: BlockError.limit) { try BlockWriter.unpack([1, 1, 0, 0x80, 0, 0]) }
        #expect(throws: BlockError.short) { try BlockWriter.unpack([1, 1, 0]) }
    }

    /// These bytes may lie on a disk, so they are read for ever.
    @Test func `of kind 1 are what they were`() throws {
        let row = try #require(Hexadecimal.bytes(Array(Self.kind1.utf8)[...]))
        #expect(try BlockWriter.unpack(row) == Self.lines(2))
    }

    private static func lines(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { index in
            BlockWriter.line(
                of: Fixture.event(
                    UInt32(index), .track, .consideration,
                    "{\"type\":\"track\",\"event\":\"Product Viewed\",\"properties\":"
                        + "{\"sku\":\"\(index * 7919)\",\"price\":\(index).50}}"))
        }
    }

    private static let kind1 =
        "01c9010000831a6840aa8146c626a66614248b94d4c494a4d4d434a826433cc9023d66f1c6a4015"
        + "81c1cd6067aa60658eb8121ee45734b434b842f0da1be0400"
}

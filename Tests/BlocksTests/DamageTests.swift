import Blocks
import Events
import Testing

/// Invariant 2 of the Blocks page.
@Suite struct `A damaged block is refused` {
    @Test(arguments: Forever.all) func `cut at any place`(hexadecimal: String) throws {
        let bytes = try Forever.bytes(hexadecimal)
        for count in 0..<bytes.count {
            #expect(throws: BlockError.self) { try BlockReader.read(Array(bytes[..<count])) }
            #expect(throws: BlockError.self) { try BlockReader.peek(Array(bytes[..<count])) }
        }
        #expect(throws: BlockError.length) { try BlockReader.read(bytes + [0]) }
    }

    @Test(arguments: Forever.all) func `with any one bit turned`(hexadecimal: String) throws {
        let bytes = try Forever.bytes(hexadecimal)
        for bit in 0..<8 * bytes.count {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: BlockError.self) { try BlockReader.read(damaged) }
        }
    }

    @Test(arguments: [
        (0, BlockError.magic), (4, .version(5)), (5, .flags), (6, .flags), (7, .flags),
        (8, .length), (20, .checksum), (30, .checksum),
    ]) func `by the check that its damage concerns`(offset: Int, error: BlockError) throws {
        var bytes = try Forever.bytes(Forever.columns)
        bytes[offset] ^= offset == 4 ? 4 : 1
        #expect(throws: error) { try BlockReader.read(bytes) }
    }
}

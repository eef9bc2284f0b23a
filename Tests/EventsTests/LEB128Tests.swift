import Events
import SeededText
import Testing

/// Unsigned LEB128, held against DWARF 5, §7.6, and against arithmetic of another kind.
@Suite struct `A number of variable length` {
    /// The examples of DWARF's figure C.1, then where the width grows.
    private static let known: [(number: UInt64, bytes: [UInt8])] = [
        (2, [2]), (127, [127]), (128, [0x80, 1]), (129, [0x81, 1]), (12_857, [0xB9, 0x64]),
        (0, [0]), (16_383, [0xFF, 0x7F]), (16_384, [0x80, 0x80, 1]),
        (4_294_967_295, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
        (4_294_967_296, [0x80, 0x80, 0x80, 0x80, 0x10]),
        (1 << 62, [UInt8](repeating: 0x80, count: 8) + [0x40]),
        (1 << 63, [UInt8](repeating: 0x80, count: 9) + [1]),
        (.max, [UInt8](repeating: 0xFF, count: 9) + [1]),
    ]

    @Test(arguments: known) func `is written in as few bytes as hold it, and read again`(
        _ number: UInt64, _ bytes: [UInt8]
    ) {
        #expect(written(number) == bytes)
        #expect(read(bytes) == number)
    }

    @Test func `of any width is read again, with what stands around it left alone`() {
        var random = Seeded(3)
        for width in 0..<64 {
            for number in [random.next() >> UInt64(width), UInt64.max >> UInt64(width)] {
                var bytes: [UInt8] = [0x80]
                LEB128.append(number, to: &bytes)
                let end = bytes.count
                #expect(end == 1 + max(1, (64 - number.leadingZeroBitCount + 6) / 7))
                var offset = 1
                #expect(LEB128.number(in: bytes + [0xFF], at: &offset) == number)
                #expect(offset == end)
            }
        }
    }

    @Test func `that is cut off anywhere is none`() {
        for (_, bytes) in Self.known {
            for count in 0..<bytes.count { #expect(read(Array(bytes[..<count])) == nil) }
        }
    }

    @Test func `in more bytes than it needs is read, up to ten of them`() {
        for count in 1..<10 {
            #expect(read([0x85] + [UInt8](repeating: 0x80, count: count - 1) + [0]) == 5)
        }
        #expect(read([UInt8](repeating: 0x80, count: 10) + [0]) == nil)
        #expect(read([UInt8](repeating: 0x80, count: 10) + [1]) == nil)
        #expect(read([UInt8](repeating: 0x81, count: 100)) == nil)
    }

    @Test(arguments: UInt8.min...UInt8.max) func `has one bit in its tenth byte`(_ last: UInt8) {
        let bytes = [UInt8](repeating: 0xFF, count: 9) + [last]
        #expect(read(bytes) == (last == 0 ? .max >> 1 : last == 1 ? .max : nil))
    }

    private func written(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        LEB128.append(number, to: &bytes)
        return bytes
    }

    /// The number that all the bytes are.
    private func read(_ bytes: [UInt8]) -> UInt64? {
        var offset = 0
        guard let number = LEB128.number(in: bytes, at: &offset) else { return nil }
        #expect(offset == bytes.count)
        return number
    }
}

/// A block's frame as the format's page has it, of no code of the product.
enum HandMadeFrame {
    static let byteCount = 24

    /// A number of up to four bytes, the lowest first.
    static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A block of version 1 whose frame is right, whatever stands behind it, and which may name a
    /// dictionary.
    static func block(
        textBytes: UInt32, eventCount: UInt32, around head: ArraySlice<UInt8>, dictionary: UInt64?
    ) -> [UInt8] {
        var name: [UInt8] = []
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            if let dictionary { name.append(UInt8(truncatingIfNeeded: dictionary >> shift)) }
        }
        let rest = name + head
        var block = Array("FFBK".utf8) + [1, name.isEmpty ? 0 : 2, 0, 0]
        append(UInt32(rest.count), to: &block)
        append(textBytes, to: &block)
        append(eventCount, to: &block)
        append(0, to: &block)
        return repaired(block + rest)
    }

    /// A block with the checksum that belongs to it.
    static func repaired(_ block: [UInt8]) -> [UInt8] {
        var rest = UInt32.max
        for (index, byte) in block.enumerated() where !(20..<24).contains(index) {
            rest = rest >> 8 ^ table[Int((rest ^ UInt32(byte)) & 255)]
        }
        var repaired = block
        for index in 0..<4 {
            repaired[20 + index] = UInt8(truncatingIfNeeded: ~rest >> UInt32(8 * index))
        }
        return repaired
    }

    private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
        for shift: UInt32 in [0, 8, 16, 24] {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    /// CRC-32 of each byte, as in zlib.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}

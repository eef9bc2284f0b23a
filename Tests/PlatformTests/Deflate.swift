/// Writes deflate streams by hand, so that inflating is not tested by the library that does it.
struct Deflate {
    private(set) var bytes: [UInt8] = []
    private var bits: UInt64 = 0
    private var bitCount = 0

    /// `count` zeros, about 160 of them in a byte.
    static func zeros(_ count: Int) -> [UInt8] {
        var stream = Deflate()
        // One last block with the fixed codes: a zero, then repeats of 258.
        stream.put(0b011, 3)
        var rest = count
        while rest > 0 && (rest == count || rest % 258 != 0) {
            stream.code(0b0011_0000, 8)
            rest -= 1
        }
        for _ in 0..<(rest / 258) {
            // The length's code and the distance's, each from its highest bit.
            stream.put(0b00000_1010_0011, 13)
        }
        stream.code(0, 7)
        stream.put(0, 7)
        return stream.bytes
    }

    /// Bytes as they are.
    static func stored(_ content: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = []
        var rest = content[...]
        repeat {
            let piece = rest.prefix(65_535)
            rest = rest.dropFirst(piece.count)
            let count = UInt16(piece.count)
            stream.append(rest.isEmpty ? 1 : 0)
            stream += [UInt8(count & 255), UInt8(count >> 8)]
            stream += [UInt8(~count & 255), UInt8(~count >> 8)]
            stream += piece
        } while !rest.isEmpty
        return stream
    }

    /// A gzip member; `promised` is the length that its last bytes claim,
    /// `sum` the checksum.
    static func gzip(
        _ stream: [UInt8], of content: [UInt8], promised: UInt32? = nil, sum: UInt32? = nil
    )
        -> [UInt8]
    {
        let count = promised ?? UInt32(truncatingIfNeeded: content.count)
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + stream + littleEndian(sum ?? crc32(content))
            + littleEndian(count)
    }

    private static func littleEndian(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }

    private static func crc32(_ content: [UInt8]) -> UInt32 {
        ~content.reduce(~0) { (sum, byte) in
            (0..<8).reduce(sum ^ UInt32(byte)) { (word, _) in
                word >> 1 ^ (word & 1 == 1 ? 0xEDB8_8320 : 0)
            }
        }
    }

    /// Huffman codes go in from their highest bit, all else from the lowest.
    private mutating func code(_ code: UInt64, _ count: Int) {
        for bit in (0..<count).reversed() { put(code >> UInt64(bit) & 1, 1) }
    }

    private mutating func put(_ value: UInt64, _ count: Int) {
        bits |= value << UInt64(bitCount)
        bitCount += count
        while bitCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount -= 8
        }
    }
}

internal import Events

/// LEB128 numbers, and zigzag for those with a sign.
extension [UInt8] {
    /// Appends a number in as few bytes as hold it.
    @inline(__always)
    mutating func append(unsigned value: UInt64) {
        LEB128.append(value, to: &self)
    }

    /// Appends a number with a sign: 0, −1, 1, −2, … are 0, 1, 2, 3, ….
    @inline(__always)
    mutating func append(signed value: Int64) { append(unsigned: ZigZag.encode(value)) }

    /// Appends a length, then as many bytes.
    mutating func append(counted bytes: [UInt8]) {
        append(unsigned: UInt64(bytes.count))
        self += bytes
    }

    /// Appends a word, the highest byte first.
    mutating func append(bigEndian word: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

/// Numbers with a sign as numbers without one: those near 0 stay small.
enum ZigZag {
    @inline(__always)
    static func encode(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63)
    }

    @inline(__always)
    static func decode(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// How many bytes a number takes as LEB128.
    @inline(__always)
    static func byteCount(_ value: Int64) -> Int {
        let bits = 64 - (encode(value) | 1).leadingZeroBitCount
        return (bits + 6) / 7
    }
}

/// Reads one part of a block from its beginning to its end.
struct PartReader {
    let bytes: [UInt8]
    private(set) var offset: Int
    /// What is thrown where the part ends too early, or a number is none.
    let error: BlockError

    /// Reads `bytes` from `offset` on.
    init(_ bytes: [UInt8], from offset: Int = 0, failing error: BlockError) {
        self.bytes = bytes
        self.offset = offset
        self.error = error
    }

    /// How many bytes are left.
    var remaining: Int { bytes.count - offset }

    mutating func byte() throws(BlockError) -> UInt8 {
        guard offset < bytes.count else { throw error }
        offset += 1
        return bytes[offset - 1]
    }

    /// Reads a LEB128 number below 2^64.
    @inline(__always)
    mutating func unsigned() throws(BlockError) -> UInt64 {
        guard let value = LEB128.number(in: bytes, at: &offset) else { throw error }
        return value
    }

    /// Reads a number with a sign.
    @inline(__always)
    mutating func signed() throws(BlockError) -> Int64 { ZigZag.decode(try unsigned()) }

    /// Reads a number that may be at most `largest`.
    mutating func count(upTo largest: Int) throws(BlockError) -> Int {
        let value = try unsigned()
        guard value <= UInt64(largest) else { throw error }
        return Int(value)
    }

    /// Steps over `count` bytes and says where they stand.
    mutating func range(of count: Int) throws(BlockError) -> Range<Int> {
        guard count <= remaining else { throw error }
        offset += count
        return offset - count..<offset
    }

    /// Reads a word, the highest byte first.
    mutating func bigEndian(byteCount: Int = 8) throws(BlockError) -> UInt64 {
        var word: UInt64 = 0
        for _ in 0..<byteCount { word = word << 8 | UInt64(try byte()) }
        return word
    }
}

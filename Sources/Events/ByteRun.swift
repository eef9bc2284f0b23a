/// Runs of bytes within arrays.
public enum ByteRun {
    /// Whether a range of one array equals as many bytes of another from `start` on.
    @inlinable @inline(__always)
    public static func isEqual(
        _ left: [UInt8], _ range: Range<Int>, _ right: [UInt8], at start: Int
    ) -> Bool {
        guard start >= 0, right.count - start >= range.count, range.upperBound <= left.count else {
            return false
        }
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                unsafe isEqual(left, range.lowerBound, right, start, range.count)
            }
        }
    }

    @inlinable @inline(__always)
    static func isEqual(
        _ left: UnsafeRawBufferPointer, _ leftStart: Int, _ right: UnsafeRawBufferPointer,
        _ rightStart: Int, _ count: Int
    ) -> Bool {
        @inline(__always)
        func differ<Word: FixedWidthInteger>(_ index: Int, _: Word.Type) -> Bool {
            unsafe left.loadUnaligned(fromByteOffset: leftStart + index, as: Word.self)
                != right.loadUnaligned(fromByteOffset: rightStart + index, as: Word.self)
        }
        // The last word may overlap the one before it.
        if count >= 8 {
            var index = 0
            while index + 8 < count {
                if differ(index, UInt64.self) { return false }
                index += 8
            }
            return !differ(count - 8, UInt64.self)
        }
        if count >= 4 { return !differ(0, UInt32.self) && !differ(count - 4, UInt32.self) }
        if count >= 2 { return !differ(0, UInt16.self) && !differ(count - 2, UInt16.self) }
        return count == 0 || !differ(0, UInt8.self)
    }

    /// Appends a range of one array to another; nothing where the array has no such range.
    public static func append(_ bytes: [UInt8], _ range: Range<Int>, to other: inout [UInt8]) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count, !range.isEmpty else { return }
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe other.append(copying: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }

    /// A number that equal runs share, and others hardly do.
    ///
    /// It may differ between processors: it stays in memory.
    @inlinable @inline(__always)
    public static func hash(_ bytes: [UInt8], _ range: Range<Int>, seed: UInt64) -> UInt64 {
        unsafe bytes.withUnsafeBytes { bytes in
            var hash = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(range.count)
            var index = range.lowerBound
            while index + 8 <= range.upperBound {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
                hash ^= hash >> 32
                index += 8
            }
            var last: UInt64 = 0
            while index < range.upperBound {
                last = last << 8 | UInt64(unsafe bytes[index])
                index += 1
            }
            hash = (hash ^ last) &* 0xFF51_AFD7_ED55_8CCD
            return hash ^ hash >> 29
        }
    }

    /// Where a string that begins at `start` ends: the place of its quotation mark; nil if it has
    /// none.
    @inlinable @inline(__always)
    public static func endOfString(_ text: [UInt8], from start: Int, before end: Int) -> Int? {
        guard end <= text.count else { return nil }
        return unsafe text.withUnsafeBytes { text in
            var index = start
            while index < end {
                if index + 8 <= end {
                    let word = unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    let found =
                        zeros(word.littleEndian ^ 0x2222_2222_2222_2222)
                        | zeros(word.littleEndian ^ 0x5C5C_5C5C_5C5C_5C5C)
                    guard found != 0 else {
                        index += 8
                        continue
                    }
                    index += found.trailingZeroBitCount / 8
                }
                let byte = unsafe text[index]
                if byte == UInt8(ascii: "\"") { return index }
                index += byte == UInt8(ascii: "\\") ? 2 : 1
            }
            return nil
        }
    }

    /// The first place of a byte in a range; nil where it is not there.
    @inlinable @inline(__always)
    public static func first(_ byte: UInt8, of text: [UInt8], in range: Range<Int>) -> Int? {
        guard range.lowerBound >= 0, range.upperBound <= text.count else { return nil }
        return unsafe text.withUnsafeBytes { text in
            let pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
            var index = range.lowerBound
            while index + 8 <= range.upperBound {
                let word = unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let found = zeros(word.littleEndian ^ pattern)
                if found != 0 { return index + found.trailingZeroBitCount / 8 }
                index += 8
            }
            while index < range.upperBound {
                if unsafe text[index] == byte { return index }
                index += 1
            }
            return nil
        }
    }

    /// Whether a text has a line feed.
    public static func hasLineFeed(_ text: [UInt8]) -> Bool {
        first(10, of: text, in: 0..<text.count) != nil
    }

    /// The highest bit of the lowest byte that is 0, and perhaps those of higher bytes; or 0.
    ///
    /// Alan Mycroft's test (1987).
    @inlinable @inline(__always)
    static func zeros(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }

    /// Whether a range holds a word.
    public static func isText(_ text: [UInt8], _ range: Range<Int>, _ word: StaticString) -> Bool {
        guard word.utf8CodeUnitCount == range.count else { return false }
        return word.withUTF8Buffer { word in
            for index in 0..<word.count
            where unsafe word[index] != text[range.lowerBound + index] { return false }
            return true
        }
    }
}

/// Runs of bytes within arrays.
enum ByteRun {
    /// Whether a range of one array equals as many bytes of another from `start` on.
    @inline(__always)
    static func isEqual(
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

    @inline(__always)
    private static func isEqual(
        _ left: UnsafeRawBufferPointer, _ leftStart: Int, _ right: UnsafeRawBufferPointer,
        _ rightStart: Int, _ count: Int
    ) -> Bool {
        var index = 0
        while index + 8 <= count {
            let one = unsafe left.loadUnaligned(fromByteOffset: leftStart + index, as: UInt64.self)
            let two = unsafe right.loadUnaligned(
                fromByteOffset: rightStart + index, as: UInt64.self)
            if one != two { return false }
            index += 8
        }
        while index < count {
            if unsafe left[leftStart + index] != right[rightStart + index] { return false }
            index += 1
        }
        return true
    }

    /// A number that equal runs share, and others hardly do.
    ///
    /// It may differ between processors: it stays in memory.
    @inline(__always)
    static func hash(_ bytes: [UInt8], _ range: Range<Int>, seed: UInt64) -> UInt64 {
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
    @inline(__always)
    static func endOfString(_ text: [UInt8], from start: Int, before end: Int) -> Int? {
        guard end <= text.count else { return nil }
        return unsafe text.withUnsafeBytes { text in
            var index = start
            while index < end {
                // A byte is a quotation mark or a backslash where its difference to it is 0: the
                // test for a zero byte of Alan Mycroft (1987), eight bytes at once.
                while index + 8 <= end {
                    let word = unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    let quotes = word ^ 0x2222_2222_2222_2222
                    let slashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
                    let found =
                        (quotes &- 0x0101_0101_0101_0101) & ~quotes
                        | (slashes &- 0x0101_0101_0101_0101) & ~slashes
                    if found & 0x8080_8080_8080_8080 != 0 { break }
                    index += 8
                }
                guard index < end else { return nil }
                let byte = unsafe text[index]
                if byte == UInt8(ascii: "\"") { return index }
                index += byte == UInt8(ascii: "\\") ? 2 : 1
            }
            return nil
        }
    }

    /// Whether a range holds a word.
    static func isText(_ text: [UInt8], _ range: Range<Int>, _ word: StaticString) -> Bool {
        guard word.utf8CodeUnitCount == range.count else { return false }
        return word.withUTF8Buffer { word in
            for index in 0..<word.count
            where unsafe word[index] != text[range.lowerBound + index] { return false }
            return true
        }
    }
}

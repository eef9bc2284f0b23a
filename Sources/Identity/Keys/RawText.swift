internal import COpenSSL

/// Bytes of a raw value in memory of its own, which is wiped at the end.
///
/// It never grows: what does not fit is left out, and `isOverfull` says so.
@safe struct RawText: ~Copyable {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private var usedCount = 0
    private(set) var count = 0
    private(set) var isOverfull = false

    /// Room for `capacity` bytes.
    init(capacity: Int) { unsafe memory = .allocate(capacity: max(capacity, 1)) }

    deinit {
        unsafe OPENSSL_cleanse(memory.baseAddress, max(usedCount, count))
        unsafe memory.deallocate()
    }

    /// The bytes for the length of a call.
    func read<Result>(_ body: (Span<UInt8>) -> Result) -> Result { read(0..<count, body) }

    /// Some of the bytes for the length of a call.
    func read<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
        let range = range.clamped(to: 0..<count)
        return body(unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: memory[range])))
    }

    subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        return unsafe memory[index]
    }

    mutating func append(_ byte: UInt8) {
        guard unsafe count < memory.count else { return isOverfull = true }
        unsafe memory[count] = byte
        count += 1
    }

    @inline(never)
    mutating func append(_ bytes: Span<UInt8>) {
        for index in bytes.indices { append(bytes[index]) }
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(unsafe Span(_unsafeElements: $0)) }
    }

    /// Appends a character in UTF-8.
    @inline(never)
    mutating func append(scalar: UInt32) {
        guard scalar >= 0x80 else { return append(UInt8(truncatingIfNeeded: scalar)) }
        let length: UInt32 = scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
        var shift = 6 * (length - 1)
        append(UInt8(truncatingIfNeeded: 0xF00 >> length & 0xFF | scalar >> shift))
        while shift > 0 {
            shift -= 6
            append(UInt8(truncatingIfNeeded: 0x80 | scalar >> shift & 0x3F))
        }
    }

    mutating func set(_ byte: UInt8, at index: Int) {
        precondition(index >= 0 && index < count)
        unsafe memory[index] = byte
    }

    /// Keeps the first `count` bytes.
    mutating func keep(first count: Int) {
        usedCount = max(usedCount, self.count)
        self.count = max(0, min(count, self.count))
        isOverfull = false
    }
}

extension Span where Element == UInt8 {
    /// The character at `index`, which moves behind it; nil where the bytes are no UTF-8.
    @inline(never)
    func scalar(at index: inout Int) -> UInt32? {
        let first = UInt32(self[index])
        index += 1
        guard first >= 0x80 else { return first }
        guard 0xC2...0xF4 ~= first else { return nil }
        let length = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
        guard count - index >= length else { return nil }
        var scalar = first & (0x3F >> UInt32(length))
        for _ in 0..<length {
            let next = UInt32(self[index])
            guard next & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | next & 0x3F
            index += 1
        }
        let isShortest = scalar >= (length == 1 ? 0x80 : length == 2 ? 0x800 : 0x10000)
        guard isShortest, scalar < 0x110000, !(0xD800...0xDFFF ~= scalar) else { return nil }
        return scalar
    }

    /// The place of the first such byte at or behind `start`; nil where there is none.
    @inline(never)
    func first(_ byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// Whether the bytes are those of `text`.
    @inline(never)
    func isEqual(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { other in
            for index in 0..<count where unsafe self[index] != other[index] { return false }
            return true
        }
    }

    /// Whether one of the lines of `list` is these bytes.
    func isLine(of list: StaticString) -> Bool {
        list.withUTF8Buffer { list in
            var start = 0
            for end in 0...list.count where unsafe end == list.count || list[end] == 10 {
                if end - start == count {
                    var same = 0
                    while same < count, unsafe self[same] == list[start + same] { same += 1 }
                    if same == count { return true }
                }
                start = end + 1
            }
            return false
        }
    }
}

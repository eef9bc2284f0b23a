/// Bytes go from array to array as blocks of memory.
///
/// What the standard library has for any elements goes byte by byte in Embedded Swift: it made up a
/// quarter of what an event costs an agent. These are chosen in its place, being more special.
extension [UInt8] {
    /// Appends bytes.
    public mutating func append(contentsOf bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    /// Appends bytes.
    public mutating func append(contentsOf bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    /// Appends bytes.
    public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    /// Appends a text.
    public mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe append(copying: UnsafeRawBufferPointer($0)) }
    }

    /// Appends bytes.
    public static func += (left: inout [UInt8], right: [UInt8]) { left.append(contentsOf: right) }

    /// Appends bytes.
    public static func += (left: inout [UInt8], right: ArraySlice<UInt8>) {
        left.append(contentsOf: right)
    }

    /// Appends memory; the array grows at least by half, whatever was reserved.
    mutating func append(copying bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else { return }
        if capacity - count < bytes.count { grow(to: count + bytes.count) }
        append(addingCapacity: bytes.count) { span in
            unsafe span.withUnsafeMutableBufferPointer { buffer, count in
                unsafe UnsafeMutableRawPointer(buffer.baseAddress.unsafelyUnwrapped + count)
                    .copyMemory(from: start, byteCount: bytes.count)
                count += bytes.count
            }
        }
    }

    private mutating func grow(to least: Int) {
        let old = self
        self = unsafe [UInt8](unsafeUninitializedCapacity: Swift.max(least, count + count / 2)) {
            buffer, written in
            written = old.count
            guard let start = buffer.baseAddress, !old.isEmpty else { return }
            unsafe old.withUnsafeBytes { bytes in
                unsafe UnsafeMutableRawPointer(start)
                    .copyMemory(from: bytes.baseAddress.unsafelyUnwrapped, byteCount: bytes.count)
            }
        }
    }
}

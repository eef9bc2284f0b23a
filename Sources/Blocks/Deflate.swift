internal import CZlib

/// A raw deflate stream at level 6, reset between uses: its 55 KB are made once.
///
/// A window of 8 KiB and small Huffman blocks: at a thousand events 14.58 bytes an event, where the
/// largest window and zlib's own choice of memory make 14.64 of them and take 268 KB.
@safe final class Deflater {
    // zlib keeps the address of this struct in its own state and refuses another: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Makes the state; nil when zlib has no memory for it.
    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe deflateInit2_(
            stream, 6, Z_DEFLATED, -13, 5, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { return nil }
    }

    deinit {
        _ = unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// `bytes` deflated, with a preset dictionary if one is given; nil when that is not shorter
    /// than they are.
    func deflate(_ bytes: [UInt8], _ dictionary: [UInt8] = []) -> [UInt8]? {
        _ = unsafe deflateReset(stream)
        if !dictionary.isEmpty {
            _ = unsafe dictionary.withUnsafeBufferPointer { dictionary in
                unsafe deflateSetDictionary(
                    stream, dictionary.baseAddress, uInt(dictionary.count))
            }
        }
        var isWhole = false
        let deflated = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
            let stream = unsafe self.stream
            isWhole = unsafe bytes.withUnsafeBytes { input in
                unsafe supply(stream, input: input, in: 0..<bytes.count, output: output)
                return unsafe CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END
            }
            count = unsafe Int(stream.pointee.total_out)
        }
        return isWhole && deflated.count < bytes.count ? deflated : nil
    }
}

/// Inflates the raw deflate stream that is a range of `block`, into at most `byteCount` bytes.
///
/// `isWhole` in the answer says that the stream ended there, with the input, at exactly
/// `byteCount`. Nil when zlib has no memory or calls the input damaged.
func inflated(
    _ block: [UInt8], in range: Range<Int>, byteCount: Int, _ dictionary: [UInt8] = []
) -> (bytes: [UInt8], isWhole: Bool)? {
    var stream = unsafe z_stream()
    return unsafe withUnsafeMutablePointer(to: &stream) { stream in
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(stream, -15, ZLIB_VERSION, size) == Z_OK else { return nil }
        defer { _ = unsafe inflateEnd(stream) }
        if !dictionary.isEmpty {
            _ = unsafe dictionary.withUnsafeBufferPointer { dictionary in
                unsafe inflateSetDictionary(
                    stream, dictionary.baseAddress, uInt(dictionary.count))
            }
        }
        var status = Z_OK
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            status = unsafe block.withUnsafeBytes { input in
                unsafe supply(stream, input: input, in: range, output: output)
                return unsafe inflate(stream, Z_SYNC_FLUSH)
            }
            count = unsafe Int(stream.pointee.total_out)
        }
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return nil }
        let isWhole =
            unsafe status == Z_STREAM_END && stream.pointee.avail_in == 0
            && bytes.count == byteCount
        return (bytes, isWhole)
    }
}

/// Points a stream at a range of `input`, and at all of `output`.
private func supply(
    _ stream: UnsafeMutablePointer<z_stream>, input: UnsafeRawBufferPointer, in range: Range<Int>,
    output: UnsafeMutableBufferPointer<UInt8>
) {
    let rest = unsafe UnsafeRawBufferPointer(rebasing: input[range])
    let start = unsafe rest.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
    unsafe stream.pointee.avail_in = uInt(rest.count)
    unsafe stream.pointee.next_out = output.baseAddress
    unsafe stream.pointee.avail_out = uInt(output.count)
}

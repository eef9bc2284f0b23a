internal import CZlib

/// Takes the compression off a request's body, within a bound.
public enum Inflater {
    /// The content codings that producers use.
    public enum Coding: Sendable {
        /// RFC 1952, one member or several.
        case gzip
        /// RFC 1950, or the bare RFC 1951 stream that some clients send under the name `deflate`.
        case deflate
    }

    /// Why a body cannot be inflated.
    public enum Failure: Error, Hashable {
        /// More than the limit would come out.
        case tooBig
        /// Not this coding, a checksum that differs, or bytes after the end.
        case corrupt
        /// The bytes end before the stream does.
        case truncated
    }

    private static let pieceBytes = 16 * 1024
    /// What each gzip member begins with.
    private static let gzipMark: UInt8 = 0x1F

    /// Inflates a whole body; what comes out is at most `limitBytes`.
    ///
    /// Memory grows with what has come out, never with what the body promises.
    public static func inflate(_ bytes: [UInt8], _ coding: Coding, limitBytes: Int) throws(Failure)
        -> [UInt8]
    {
        if bytes.isEmpty { throw .truncated }
        var output: [UInt8] = []
        output.reserveCapacity(min(limitBytes, hint(bytes, coding)))
        var scratch = [UInt8](repeating: 0, count: pieceBytes)
        var stream = unsafe z_stream()
        let window = windowBits(bytes, coding)
        let opened = unsafe inflateInit2_(
            &stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        require(opened == Z_OK, "zlib cannot be opened")
        defer { unsafe inflateEnd(&stream) }
        // The stream keeps the address between calls; the copy below keeps it valid.
        var consumed = 0
        while true {
            let (code, taken, made) = unsafe step(&stream, bytes, consumed, &scratch)
            consumed += taken
            guard output.count + made <= limitBytes else { throw .tooBig }
            append(scratch[..<made], to: &output, limitBytes)
            switch code {
            case Z_STREAM_END:
                if consumed == bytes.count { return output }
                guard coding == .gzip, bytes[consumed] == gzipMark,
                    unsafe inflateReset(&stream) == Z_OK
                else { throw .corrupt }
            case Z_OK, Z_BUF_ERROR:
                if taken == 0 && made == 0 { throw .truncated }
            default: throw .corrupt
            }
        }
    }

    /// Inflates from `bytes[consumed...]` into `scratch`, and forgets both addresses.
    private static func step(
        _ stream: inout z_stream, _ bytes: [UInt8], _ consumed: Int, _ scratch: inout [UInt8]
    ) -> (code: Int32, taken: Int, made: Int) {
        unsafe bytes.withUnsafeBufferPointer { (input) in
            unsafe scratch.withUnsafeMutableBufferPointer { (output) in
                let available = input.count - consumed
                // zlib's field lacks a `const`; it only reads.
                unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)?
                    .advanced(by: consumed)
                unsafe stream.avail_in = UInt32(available)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                let code = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
                let taken = unsafe available - Int(stream.avail_in)
                let made = unsafe output.count - Int(stream.avail_out)
                return (code, taken, made)
            }
        }
    }

    /// Doubles the room as needed, but never past the limit.
    private static func append(
        _ piece: ArraySlice<UInt8>, to output: inout [UInt8], _ limitBytes: Int
    ) {
        let needed = output.count + piece.count
        if needed > output.capacity {
            output.reserveCapacity(min(limitBytes, max(needed, 2 * output.capacity)))
        }
        output.append(contentsOf: piece)
    }

    /// What gzip says in its last four bytes, so that an honest body is not copied as it grows.
    ///
    /// Deflate makes at most 1032 bytes of one.
    private static func hint(_ bytes: [UInt8], _ coding: Coding) -> Int {
        guard coding == .gzip, bytes.count >= 18 else { return pieceBytes }
        var size: UInt32 = 0
        for byte in bytes.suffix(4).reversed() { size = size << 8 | UInt32(byte) }
        return Int(min(Int64(size), 1032 * Int64(bytes.count), Int64(Int32.max)))
    }

    private static func windowBits(_ bytes: [UInt8], _ coding: Coding) -> Int32 {
        if coding == .gzip { return 15 + 16 }
        let first = UInt16(bytes[0])
        let second = bytes.count > 1 ? UInt16(bytes[1]) : 0
        let hasHeader = first & 15 == 8 && (first << 8 | second) % 31 == 0
        return hasHeader ? 15 : -15
    }
}

internal import CZlib
internal import Foundation

/// What blocks are compared with.
enum GeneralCodec {
    /// gzip -6 without its header: zlib's deflate at level 6 with its largest window.
    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 64)
        var stream = unsafe z_stream()
        unsafe deflateInit2_(
            &stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        var input = bytes
        let count = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                _ = unsafe deflate(&stream, Z_FINISH)
                return unsafe Int(stream.total_out)
            }
        }
        _ = unsafe deflateEnd(&stream)
        return Array(output[..<count])
    }

    /// What `xz -9e` makes of some bytes; nil where there is no xz.
    static func xzBytes(_ bytes: [UInt8]) throws -> Int? {
        let tool = ["/usr/bin/xz", "/bin/xz"].first(where: FileManager.default.isExecutableFile)
        guard let tool else { return nil }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "footfall-bench-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = ["-9e", "--format=lzma", "--stdout", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let count = pipe.fileHandleForReading.readDataToEndOfFile().count
        process.waitUntilExit()
        return process.terminationStatus == 0 ? count : nil
    }

    /// The plain bytes of a raw deflate stream.
    static func inflated(_ bytes: [UInt8], byteCount: Int) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: byteCount)
        var stream = unsafe z_stream()
        unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        var input = bytes
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                _ = unsafe inflate(&stream, Z_FINISH)
            }
        }
        _ = unsafe inflateEnd(&stream)
        return output
    }
}

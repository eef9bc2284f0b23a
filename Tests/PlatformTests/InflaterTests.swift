import Events
import Platform
import Testing

private let batch =
    #"{"batch":[{"event":"Product Viewed"},{"event":"Product Viewed"},{"event":"Product Viewed"}]}"#

/// What Python's gzip and zlib make of `batch`; the first with a file name in its head.
private let packed: [(hexadecimal: String, coding: Inflater.Coding)] = [
    (
        "1f8b08080000000002ff612e6a736f6e00ab564a4a2c49ce50b28aae564a2d4bcd2b51b2520a28ca4f294d2e"
            + "5108cb4c2d4f4d51aad5214b2ab6160006ecacaf5c000000", .gzip
    ),
    (
        "789cab564a4a2c49ce50b28aae564a2d4bcd2b51b2520a28ca4f294d2e5108cb4c2d4f4d51aad5214b2ab6"
            + "1600ccc4204c", .deflate
    ),
    (
        "ab564a4a2c49ce50b28aae564a2d4bcd2b51b2520a28ca4f294d2e5108cb4c2d4f4d51aad5214b2ab61600",
        .deflate
    ),
]

private func stream(_ index: Int) -> [UInt8] {
    Hexadecimal.bytes(Array(packed[index].hexadecimal.utf8)[...]) ?? []
}

private func come(_ bytes: [UInt8], _ coding: Inflater.Coding, limitBytes: Int = 1 << 20)
    -> Result<[UInt8], Inflater.Failure>
{
    Result { () throws(Inflater.Failure) in
        try Inflater.inflate(bytes, coding, limitBytes: limitBytes)
    }
}

@Suite struct `The inflater` {
    @Test(arguments: [0, 1, 2]) func `gives back what was packed, up to the limit`(_ index: Int) {
        let coding = packed[index].coding
        let whole = bytes(batch)
        #expect(come(stream(index), coding) == .success(whole))
        #expect(come(stream(index), coding, limitBytes: whole.count) == .success(whole))
        #expect(come(stream(index), coding, limitBytes: whole.count - 1) == .failure(.tooBig))
        #expect(come(stream(index), coding, limitBytes: 0) == .failure(.tooBig))
    }

    @Test(arguments: [0, 1, 2]) func `tells a stream that is cut short anywhere`(_ index: Int) {
        for count in 0..<stream(index).count {
            let found = come(Array(stream(index).prefix(count)), packed[index].coding)
            if found != .failure(.truncated) { Issue.record("\(count) bytes: \(found)") }
        }
    }

    @Test(arguments: [0, 1, 2]) func `takes nothing after the end`(_ index: Int) {
        for garbage in [[0], bytes("{}"), [0x1F, 0x8C], [UInt8](repeating: 0, count: 512)] {
            #expect(
                come(stream(index) + garbage, packed[index].coding) == .failure(.corrupt))
        }
    }

    @Test func `takes gzip members one after another, under one limit`() {
        let one = Deflate.gzip(Deflate.stored(bytes("one ")), of: bytes("one "))
        #expect(come(one + stream(0) + one, .gzip) == .success(bytes("one " + batch + "one ")))
        #expect(come(one + one, .gzip, limitBytes: 8) == .success(bytes("one one ")))
        #expect(come(one + one, .gzip, limitBytes: 7) == .failure(.tooBig))
        #expect(come(one + one.dropLast(), .gzip) == .failure(.truncated))
    }

    @Test func `sees a checksum or a length that differs`() {
        for index in 1...8 {
            var changed = stream(0)
            changed[changed.count - index] ^= 1
            #expect(come(changed, .gzip) == .failure(.corrupt))
        }
        var changed = stream(1)
        changed[changed.count - 1] ^= 1
        #expect(come(changed, .deflate) == .failure(.corrupt))
    }

    @Test func `takes neither another coding nor plain text`() {
        #expect(come(bytes(batch), .gzip) == .failure(.corrupt))
        #expect(come(stream(1), .gzip) == .failure(.corrupt))
        #expect(come([], .gzip) == .failure(.truncated))
    }

    @Test func `gives back a body of the largest size`() {
        let zeros = [UInt8](repeating: 0, count: Limits.requestBytes)
        let sent = Deflate.gzip(Deflate.zeros(zeros.count), of: zeros, sum: 0x1147_406A)
        #expect(sent.count < 30_000)
        #expect(come(sent, .gzip, limitBytes: zeros.count) == .success(zeros))
        #expect(come(sent, .gzip, limitBytes: zeros.count - 1) == .failure(.tooBig))
    }

    @Test(arguments: [UInt32(0), 1000, .max])
    func `stops a bomb at the limit, whatever it promises`(_ promised: UInt32) {
        // 16 MiB in 106 KB.
        let bomb = Deflate.gzip(Deflate.zeros(1 << 24), of: [], promised: promised)
        #expect(come(bomb, .gzip, limitBytes: Limits.requestBytes) == .failure(.tooBig))
    }
}

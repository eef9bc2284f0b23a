internal import Blocks
internal import CZlib
internal import Events
internal import Foundation

/// Bytes an event as a block, beside what general compressors make of the same texts.
enum BlockSizes {
    private static let sizes = [50, 200, 1000, 5000]
    private static let targets = [200: 24.0, 1000: 16.0]
    private static let batchesMost = 12
    private static let gzipShareMost = 0.45

    static func run(_ bed: Bed, _ output: Output) throws {
        let events = try BlockCorpus.events(bed.corpus)
        for size in sizes {
            var block = 0
            var gzip = 0
            var xz: Int? = 0
            var count = 0
            for batch in BlockCorpus.batches(of: events, size, batchesMost) {
                block += try BlockCorpus.checkedBlock(batch).count
                let text: [UInt8] = batch.flatMap { (event: Event) -> [UInt8] in event.body + [0x0A]
                }
                gzip += GeneralCodec.deflated(text).count
                if let sum = xz { xz = try GeneralCodec.xzBytes(text).map { sum + $0 } }
                count += batch.count
            }
            guard count > 0 else { continue }
            func show(_ name: String, _ bytes: Int, _ target: Double? = nil) {
                output.show(
                    Figure(
                        bench: "blocks", name: "\(name)-\(size)",
                        value: Double(bytes) / Double(count), unit: "B/event", target: target))
            }
            show("size", block, targets[size])
            show("gzip", gzip)
            if let xz { show("xz", xz) }
            output.show(
                Figure(
                    bench: "blocks", name: "size-to-gzip-\(size)",
                    value: Double(block) / Double(gzip), unit: "of gzip -6",
                    target: size == 1000 ? gzipShareMost : nil))
        }
    }
}

/// Events of the bench's lines, as an agent takes them.
enum BlockCorpus {
    static let header = BlockHeader(
        device: "ksk-lon-0100", stream: StreamID(high: 0x0123_4567_89AB_CDEF, low: 17),
        lane: .normal,
        epoch: 41, boot: StreamID(high: 0xFEDC_BA98_7654_3210, low: 99),
        previous: EpochEnd(epoch: 40, end: 123_456), tombstones: [])
    private static let count = 20_000

    /// Twenty thousand events, each taken up to 16 ms after it happened.
    static func events(_ corpus: Corpus) throws -> [Event] {
        var corpus = corpus
        var events: [Event] = []
        var latency: Int64 = 7
        for index in 0..<count {
            let body = Array(corpus.next().dropLast())
            guard let fields = EventFields(body) else { throw BenchError("a line is no event") }
            func word(_ scalar: JSONScalar?) -> String { scalar?.string(in: body) ?? "" }
            latency = (latency * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
            let wall = moment(word(fields.timestamp)) + (latency >> 16 & 15)
            events.append(
                Event(
                    sequence: UInt32(index), kind: Kind(word: word(fields.type)) ?? .track,
                    lane: .normal, stage: Stage(word: word(fields.stage)),
                    time: EventTime(
                        monotonic: Instant(milliseconds: wall - 1_772_000_000_000),
                        wallMilliseconds: wall, quality: .synchronised),
                    producer: 0x1234_5678_9ABC_DEF0, body: body))
        }
        return events
    }

    /// As many batches of `size` events as there are, spread over them.
    static func batches(of events: [Event], _ size: Int, _ most: Int) -> [[Event]] {
        let count = min(most, events.count / size)
        guard count > 0 else { return [] }
        return (0..<count).map { index in
            let start = index * (events.count / count)
            return Array(events[start..<start + size])
        }
    }

    /// The block of some events, which have come back from it as they were.
    static func checkedBlock(_ events: [Event]) throws -> [UInt8] {
        var writer = BlockWriter()
        let block = try writer.write(header, events)
        let back = try BlockReader.read(block)
        guard back.header == header, back.events.count == events.count,
            zip(back.events, events).allSatisfy({
                BlockWriter.line(of: $0) == BlockWriter.line(of: $1)
            })
        else { throw BenchError("a block does not give back what was written") }
        return block
    }

    private static func moment(_ text: String) -> Int64 {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let date = try? format.parse(text)
        return Int64((date ?? .distantPast).timeIntervalSince1970 * 1000)
    }
}

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
}

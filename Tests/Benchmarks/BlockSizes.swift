internal import Blocks
internal import Events
internal import Identity

/// Bytes an event as a block, beside what general compressors make of the same texts.
enum BlockSizes {
    private static let sizes = [50, 200, 1000, 5000]
    private static let targets = [200: 24.0, 1000: 16.0]
    private static let batchesMost = 12
    private static let gzipShareMost = 0.45
    private static let dictionarySizes = [50, 200]
    private static let firstEvents = 50
    private static let dictionaryShareMost = 0.75

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
        for size in dictionarySizes { try measureDictionary(of: events, size, output) }
    }

    /// What blocks come to with a dictionary that the same device's first small blocks have left,
    /// beside those same blocks without.
    private static func measureDictionary(
        of events: [Event], _ size: Int, _ output: Output
    ) throws {
        var writer = BlockWriter()
        func block(_ events: ArraySlice<Event>, _ dictionary: BlockDictionary?) throws -> [UInt8] {
            try writer.write(
                BlockCorpus.header, lines: events.flatMap { BlockWriter.line(of: $0) },
                eventCount: events.count, with: dictionary)
        }
        var dictionary: BlockDictionary?
        var start = 0
        while dictionary?.isFull != true, start + firstEvents <= events.count / 4 {
            let first = try block(events[start..<start + firstEvents], dictionary)
            dictionary = try BlockDictionary.left(by: first, dictionary, digest: Digest.sha256)
            start += firstEvents
        }
        var (plain, short, count) = (0, 0, 0)
        for start in stride(from: events.count / 4, through: events.count - size, by: 3 * size) {
            let batch = events[start..<start + size]
            plain += try block(batch, nil).count
            let with = try block(batch, dictionary)
            guard try BlockReader.read(with, with: dictionary).events.count == size else {
                throw BenchError("a block with a dictionary does not come back")
            }
            short += with.count
            count += size
        }
        output.show(
            Figure(
                bench: "blocks", name: "size-with-dictionary-\(size)",
                value: Double(short) / Double(count), unit: "B/event"))
        output.show(
            Figure(
                bench: "blocks", name: "dictionary-to-plain-\(size)",
                value: Double(short) / Double(plain), unit: "of plain",
                target: size == firstEvents ? dictionaryShareMost : nil))
    }
}

internal import Blocks
internal import Events

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

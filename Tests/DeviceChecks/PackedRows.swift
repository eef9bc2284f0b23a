internal import Blocks

/// Lines packed for the store: their stated length has 32 bits, their dictionary is text.
enum PackedRows {
    static func run(_ list: Checklist) {
        list.check("packed lines come back, the last number among them") { probe in
            var writer = BlockWriter()
            let lines = HandMade.event(sequence: "4294967294")
            let row = writer.pack(Array(lines.utf8))
            probe.isTrue(row.count < lines.utf8.count, "they are packed")
            probe.equal(text(probe.carrier.bytes(row)), lines)
        }
        list.check("packed lines of 2^31 bytes and more are over the limit") { probe in
            for value: UInt32 in [2_147_483_648, 2_147_483_649, .max] {
                let length = probe.carrier.number(value)
                let bytes = [UInt32(0), 8, 16, 24].map { UInt8(truncatingIfNeeded: length >> $0) }
                probe.equal(text([1] + bytes + [3, 0]), "block_limit")
            }
        }
    }

    private static func text(_ row: [UInt8]) -> String {
        do throws(BlockError) {
            return String(decoding: try BlockWriter.unpack(row), as: UTF8.self)
        } catch { return error.word }
    }
}

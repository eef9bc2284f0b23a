internal import Blocks

/// A block's frame: its lengths, its count and its checksum, of 32 bits each.
enum BlockFrames {
    static func run(_ list: Checklist) {
        for (name, position) in [("a stored length", 0), ("an inflated length", 1), ("a count", 2)]
        {
            list.check("\(name) of 2^31 and more is over the limit") { probe in
                for value: UInt32 in [2_147_483_648, 2_147_483_649, .max] {
                    var words: [UInt32] = [4, 4, 0]
                    words[position] = probe.carrier.number(value)
                    let block = HandMade.block(
                        storedBytes: words[0], payloadBytes: words[1], eventCount: words[2],
                        payload: [1, 2, 3, 4])
                    probe.equal(fault(block), "block_limit")
                }
            }
        }
        list.check("lengths of 8 MiB are within the limit, one byte more is not") { probe in
            for (value, word) in [
                (8_388_608, "block_length"), (8_388_609, "block_limit"),
                (2_155_872_256, "block_limit"),
            ] as [(UInt32, String)] {
                let block = HandMade.block(
                    storedBytes: probe.carrier.number(value), payloadBytes: 4, eventCount: 0,
                    payload: [1, 2, 3, 4])
                probe.equal(fault(block), word)
            }
        }
        list.check("a summary is read without the events") { probe in
            let block = HandMade.block(
                lines: HandMade.header(epoch: "268435455") + HandMade.event(), eventCount: 1)
            probe.equal(fault(probe.carrier.bytes(block)), "none")
        }
        list.check("a checksum is compared in all of its 32 bits") { probe in
            let block = HandMade.block(lines: HandMade.header(), eventCount: 0)
            probe.equal(fault(block), "none")
            for bit in 0..<32 {
                var spoilt = block
                // Planted, the checksum is the right one.
                let turned: UInt8 = probe.carrier.isPlanted ? 0 : 1 << UInt8(bit & 7)
                spoilt[20 + bit / 8] ^= turned
                probe.equal(fault(spoilt), "block_checksum")
            }
        }
    }

    private static func fault(_ block: [UInt8]) -> String {
        do throws(BlockError) {
            _ = try BlockReader.peek(block)
            return "none"
        } catch { return error.word }
    }
}

internal import Blocks
internal import Events
internal import Identity

/// What is read from places that are no multiple of a word's size.
enum Alignment {
    static func run(_ list: Checklist) {
        list.check("words are read from any offset") { probe in
            for offset in 0..<8 {
                let digits = Array(repeating: UInt8(ascii: "f"), count: offset) + word
                let start = probe.carrier.offset(offset)
                probe.equal(Hexadecimal.value(digits[start..<start + 16]), 0x8123_4567_89AB_CDEF)
                let bytes = Hexadecimal.bytes(digits[start..<start + 16]) ?? []
                probe.equal(bytes, [0x81, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
            }
        }
        list.check("JSON is read from any offset") { probe in
            for offset in 0..<8 {
                let text = Array(repeating: UInt8(ascii: "9"), count: offset) + Array("12345".utf8)
                let start = probe.carrier.offset(offset)
                var cursor = JSONCursor(text, in: start..<text.count)
                let token = cursor.next()
                probe.equal(Array(text[token.range]), "12345")
            }
        }
        list.check("digests are made from any offset") { probe in
            let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            for offset in 0..<8 {
                let bytes = [UInt8](repeating: 0, count: offset) + Array("abc".utf8)
                let start = probe.carrier.offset(offset)
                probe.equal(Hexadecimal.text(Digest.sha256(Array(bytes[start...]))), expected)
            }
        }
        list.check("a block is read from any offset of a larger buffer") { probe in
            let block = HandMade.block(
                lines: HandMade.header() + HandMade.event(sequence: "4294967294"), eventCount: 1)
            for offset in 0..<8 {
                let buffer = [UInt8](repeating: 0x46, count: offset) + block
                let start = probe.carrier.offset(offset)
                probe.equal(lastSequence(Array(buffer[start...])), 4_294_967_294)
            }
        }
        list.check("a block's words stand at any offset of its lines") { probe in
            for offset in 1...8 {
                let name = String(decoding: [UInt8](repeating: 0x61, count: offset), as: UTF8.self)
                let stream = StreamID(
                    high: probe.carrier.number(0x8000_0000_0000_0001 as UInt64), low: 2)
                let header = BlockHeader(
                    device: name, stream: stream, lane: .normal, epoch: 1, boot: stream,
                    previous: nil, tombstones: [])
                var writer = BlockWriter()
                do throws(BlockError) {
                    let block = try writer.write(header, [])
                    let read = try BlockReader.peek(block).header
                    probe.equal(read.stream.high, 0x8000_0000_0000_0001)
                    probe.equal(read.boot.low, 2)
                } catch { probe.differ(error.word, "a block") }
            }
        }
    }

    private static let word = Array("8123456789abcdef".utf8)

    private static func lastSequence(_ bytes: [UInt8]) -> UInt32? {
        do throws(BlockError) {
            return try BlockReader.read(bytes).events.last?.sequence
        } catch { return nil }
    }
}

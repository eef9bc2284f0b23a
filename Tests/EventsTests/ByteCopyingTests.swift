import Events
import Testing

@Suite struct `Bytes` {
    @Test func `are appended as any elements would be`() {
        for count in [0, 1, 7, 8, 9, 31, 32, 33, 1000] {
            let more = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            var (bytes, elements): ([UInt8], ContiguousArray<UInt8>) = ([], [])
            for round in 0..<40 {
                bytes.append(UInt8(round))
                elements.append(UInt8(round))
                bytes += more
                bytes += more[(count / 3)...]
                bytes.append(contentsOf: bytes.prefix(5))
                elements.append(contentsOf: more)
                elements.append(contentsOf: more[(count / 3)...])
                elements.append(contentsOf: elements.prefix(5))
                #expect(bytes.elementsEqual(elements))
            }
        }
    }

    @Test func `of an array go behind itself, and leave its copies alone`() {
        var bytes: [UInt8] = [1, 2, 3]
        let copy = bytes
        bytes += bytes
        bytes.append("word" as StaticString)
        #expect(bytes == [1, 2, 3, 1, 2, 3] + Array("word".utf8))
        #expect(copy == [1, 2, 3])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 100])
    func `are found where they are first, and in the range alone`(_ count: Int) {
        for place in 0..<count {
            var text = [UInt8](repeating: 0x0B, count: count)
            text[place] = 0x0A
            #expect(ByteRun.first(0x0A, of: text, in: 0..<count) == place)
            #expect(ByteRun.first(0x0A, of: text, in: place..<count) == place)
            #expect(ByteRun.first(0x0A, of: text, in: place + 1..<count) == nil)
            #expect(ByteRun.first(0x0A, of: text, in: 0..<place) == nil)
            text[count - 1] = 0x0A
            #expect(ByteRun.first(0x0A, of: text, in: 0..<count) == place)
        }
        #expect(ByteRun.first(0x0A, of: [], in: 0..<0) == nil)
        #expect(ByteRun.first(0x0A, of: [0x0A], in: 0..<2) == nil)
    }
}

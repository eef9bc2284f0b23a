import Testing

@testable import Agent

@Suite struct `The entries of message ids` {
    @Test(arguments: [1, 64, 65, 700])
    func `are found as long as they are there, in whatever order they come and go`(
        _ capacity: Int
    ) {
        var entries = MessageEntries(capacity: capacity, usual: 600)
        var model: [(key: UInt64, content: UInt64)] = []
        var state: UInt64 = 42
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
        for step in 0..<6000 {
            switch random() % 8 {
            case 0...4:
                // Some share their cell, at the table's end and elsewhere.
                let key = random() % 4 == 0 ? .max - random() % 64 : random()
                if model.contains(where: { $0.key == key }) { continue }
                entries.append(.init(key: key, content: UInt64(step)))
                model.append((key, UInt64(step)))
            case 5, 6:
                guard !model.isEmpty else { continue }
                entries.removeFirst()
                let gone = model.removeFirst()
                #expect(entries.content(of: gone.key) == nil)
            default:
                guard !model.isEmpty else { continue }
                entries.removeLast()
                let gone = model.removeLast()
                #expect(entries.content(of: gone.key) == nil)
            }
            #expect(entries.count == model.count)
            guard step % 50 == 0 else { continue }
            for (index, entry) in model.enumerated() {
                #expect(entries.content(of: entry.key) == entry.content)
                #expect(entries[index].key == entry.key)
            }
        }
        #expect(model.count > 500)
    }
}

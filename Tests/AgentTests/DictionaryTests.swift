import Blocks
import Events
import Identity
import Platform
import Store
import Testing

@testable import Agent

/// Dictionaries, of the Sync page.
@Suite struct `A dictionary` {
    /// Hands in thirty events of a visit and lets them leave.
    private func visit(_ kiosk: Kiosk, _ number: Int, count: Int = 30) throws {
        let events = (0..<count).map { step in
            let ware = (number * 11 + step * 5) % 31
            return """
                {"type":"track","event":"Product Viewed","properties":{"sku":"SKU-\(ware * 7919)",\
                "name":"Table of \(["oak", "pine", "elm", "ash", "yew"][ware % 5]) no. \(ware)",\
                "price":\(ware % 90).99},"context":{"visit":\(number),"step":\(step)}}
                """
        }
        #expect(try kiosk.post(Kiosk.batch(events.joined(separator: ","))).status == 200)
        try kiosk.pass(10_000)
    }

    private func kept(_ kiosk: Kiosk) -> BlockDictionary? {
        let dictionary = kiosk.loop.courier.dictionary
        return dictionary
    }

    private func texts(_ kiosk: Kiosk) -> Int { Set(kiosk.collector.texts).count }

    @Test func `is made of what was sent, until it is full, and makes blocks shorter`() throws {
        let kiosk = try Kiosk()
        for number in 0..<30 { try visit(kiosk, number) }
        let names = kiosk.collector.dictionaryNames
        #expect(names.count == 30 && names[0] == nil && !names.dropFirst().contains(nil))
        let dictionary = try #require(kept(kiosk))
        #expect(dictionary.isFull && names.last == dictionary.name)
        #expect((5..<20).contains(Set(names).count), "\(Set(names).count)")
        let sizes = kiosk.collector.bodies.map { $0.count }
        #expect(sizes[29] * 10 < sizes[0] * 8, "\(sizes)")
        #expect(texts(kiosk) == 900)
        let digest = Digest.sha256(dictionary.bytes).prefix(8)
        #expect(
            Hexadecimal.text(Array(digest)) == Hexadecimal.text(dictionary.name, digitCount: 16))
        try kiosk.drain()
        #expect(try kiosk.audited()["delivered"] == 900)
    }

    @Test func `is followed by the next after a day`() throws {
        let kiosk = try Kiosk()
        for number in 0..<20 { try visit(kiosk, number) }
        let full = try #require(kept(kiosk))
        try visit(kiosk, 20)
        #expect(kept(kiosk) == full)
        try kiosk.pass(24 * 3600 * 1000)
        try visit(kiosk, 21)
        let next = try #require(kept(kiosk))
        #expect(next != full && next.isFull)
        try visit(kiosk, 22)
        #expect(kiosk.collector.dictionaryNames.suffix(3) == [full.name, full.name, next.name])
    }

    @Test func `is kept over a restart`() throws {
        let kiosk = try Kiosk()
        for number in 0..<3 { try visit(kiosk, number) }
        // What is agreed upon rides on a later commit.
        try kiosk.pass(600_000)
        let dictionary = try #require(kept(kiosk))
        try kiosk.killAndStart()
        #expect(kept(kiosk) == dictionary)
        try visit(kiosk, 3)
        #expect(kiosk.collector.dictionaryNames.last == dictionary.name)
        #expect(texts(kiosk) == 120)
    }

    @Test func `that the collector has lost costs a second try and nothing else`() throws {
        let kiosk = try Kiosk()
        for number in 0..<4 { try visit(kiosk, number) }
        kiosk.collector.forgetDictionaries()
        try visit(kiosk, 4)
        let names = kiosk.collector.dictionaryNames
        #expect(names.count == 6 && names[4] != nil && names[5] == nil)
        #expect(texts(kiosk) == 150)
        try visit(kiosk, 5)
        #expect(kiosk.collector.dictionaryNames.last != .some(nil))
        try kiosk.drain()
        let sums = try kiosk.audited()
        #expect(sums["delivered"] == 180 && sums["quarantined"] == 0)
    }

    @Test func `that the collector has lost is lost to a restart too`() throws {
        let kiosk = try Kiosk()
        for number in 0..<4 { try visit(kiosk, number) }
        kiosk.collector.keepsDictionaries = false
        kiosk.collector.forgetDictionaries()
        try visit(kiosk, 4)
        try kiosk.pass(600_000)
        try kiosk.killAndStart()
        #expect(kept(kiosk) == nil)
        try visit(kiosk, 5)
        #expect(kiosk.collector.dictionaryNames.suffix(2) == [nil, nil])
        #expect(texts(kiosk) == 180)
    }

    @Test func `is used only where the collector says that it keeps it`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.keepsDictionaries = false
        for number in 0..<3 { try visit(kiosk, number) }
        #expect(kiosk.collector.dictionaryNames == [nil, nil, nil])
        kiosk.collector.keepsDictionaries = true
        kiosk.collector.spoil = { receipt in
            guard let name = receipt.firstRange(of: "\"dictionary\":\"") else { return receipt }
            return receipt[..<name.upperBound] + "0123456789abcdef\"}"
        }
        for number in 3..<6 { try visit(kiosk, number) }
        #expect(kiosk.collector.dictionaryNames.allSatisfy { $0 == nil })
        #expect(kept(kiosk) == nil)
        #expect(texts(kiosk) == 180)
    }

    @Test func `is not made of very few events, or of very many`() throws {
        let kiosk = try Kiosk()
        try visit(kiosk, 0, count: 19)
        try visit(kiosk, 1, count: 251)
        try visit(kiosk, 2, count: 20)
        try visit(kiosk, 3, count: 1)
        let names = kiosk.collector.dictionaryNames
        #expect(names.count == 4 && names.prefix(3) == [nil, nil, nil] && names[3] != nil)
    }

    @Test func `is in no block that was sealed before`() throws {
        let kiosk = try Kiosk()
        for number in 0..<4 { try visit(kiosk, number) }
        // As many events as are a block at once, then a few.
        try visit(kiosk, 4, count: 400)
        #expect(kiosk.collector.dictionaryNames.last == .some(nil))
        #expect(texts(kiosk) == 520)
    }

    @Test func `stays with a block that is sent again, and lets it be parted`() throws {
        let kiosk = try Kiosk()
        for number in 0..<4 { try visit(kiosk, number) }
        kiosk.collector.mood = .deaf
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("a"), Kiosk.track("b"))).status == 200)
        try kiosk.pass(60_000)
        #expect(Set(kiosk.collector.dictionaryNames.suffix(3)).count == 1)
        #expect(kiosk.collector.dictionaryNames.last != .some(nil))
        kiosk.collector.mood = .well
        try kiosk.drain()
        kiosk.collector.eventFault = { $0.body.count < 60 + 34 ? "short" : nil }
        let count = kiosk.collector.dictionaryNames.count
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("c"), Kiosk.track("d"))).status == 200)
        try kiosk.drain()
        #expect(kiosk.collector.dictionaryNames[count] != nil)
        let sums = try kiosk.audited()
        #expect(sums["quarantined"] == 2 && sums["delivered"] == 122)
    }
}

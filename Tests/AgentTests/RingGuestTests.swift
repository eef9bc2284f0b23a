import CPlatform
import Events
import Platform
import Ring
import Testing

@testable import Agent

/// What the ring door keeps of those that hand nothing over, or what is not taken.
@Suite struct `A guest at the ring door` {
    @Test func `that hands nothing over is hung up after five seconds, and by nobody's waking`()
        throws
    {
        let kiosk = try Kiosk()
        let silent = kiosk.connect(.ring, userID: 1000)
        try kiosk.pass(2_000)
        let later = kiosk.connect(.ring, userID: 1000)
        try kiosk.pass(2_999)
        #expect(kiosk.world.closed.isEmpty)
        // Bytes are no region.
        kiosk.world.happen(.received(silent, [0]))
        try kiosk.pass(1)
        #expect(kiosk.world.closed == [silent])
        let answer = String(decoding: kiosk.world.takeSent(silent), as: UTF8.self)
        #expect(answer == "refused: no region came within 5 s\n")
        try kiosk.pass(2_000)
        #expect(kiosk.world.closed == [silent, later])
        #expect(kiosk.loop.ring.guests.isEmpty)
    }

    @Test func `that handed a region over in time stays`() throws {
        let kiosk = try Kiosk()
        let producer = try SharingProducer(kiosk)
        try kiosk.pass(60_000)
        #expect(producer.answer == "attached\n")
        #expect(!kiosk.world.closed.contains(producer.connection))
    }

    @Test func `is told that what it handed over is no memory`() throws {
        let kiosk = try Kiosk()
        let guest = kiosk.connect(.ring, userID: 1000)
        kiosk.world.happen(.handed(guest, nil))
        try kiosk.rest()
        let answer = String(decoding: kiosk.world.takeSent(guest), as: UTF8.self)
        #expect(answer == "refused: the descriptor is no memory\n")
        #expect(kiosk.world.closed == [guest])
    }

    @Test func `whose region lied three times cannot hand it over again, but another one`() throws {
        let kiosk = try Kiosk()
        let liar = try SharingProducer(kiosk, lanes: 1, number: 1)
        try kiosk.rest()
        for _ in 1...3 {
            let place = liar.word(lane: 0, at: 128)
            liar.track("bad", .critical)
            liar.scribble(.max >> 16, lane: 0, at: 4096 + Int(place))
            try kiosk.rest()
        }
        #expect(liar.answer == "attached\nrefused: your memory breaks the rules\n")
        for _ in 0..<3 {
            try liar.attachAgain()
            try kiosk.rest()
            #expect(
                liar.answer
                    == "refused: your memory has broken the rules; make a new region\n")
        }
        // What a user did is held against that user alone.
        try liar.attachAgain(userID: 1001)
        let other = try SharingProducer(kiosk, number: 2)
        try kiosk.rest()
        #expect(liar.answer == "attached\n" && other.answer == "attached\n")
    }

    @Test func `is remembered for sixteen regions, and spoken of once in ten minutes`() {
        var bans = RegionBans()
        var now = Instant(milliseconds: 5)
        var lines = 0
        for number in 0..<40
        where bans.add(StreamID(high: 1, low: UInt64(number)), of: 7, at: now) {
            lines += 1
        }
        #expect(lines == 1)
        let known = (0..<40).filter { bans.contains(StreamID(high: 1, low: UInt64($0)), of: 7) }
        #expect(known == Array(24..<40))
        // The same one again takes no other's place.
        let isSame = bans.add(StreamID(high: 1, low: 30), of: 7, at: now)
        #expect(!isSame && bans.contains(StreamID(high: 1, low: 24), of: 7))
        let isNewUser = bans.add(StreamID(high: 1, low: 30), of: 8, at: now)
        now = now.advanced(byMilliseconds: 600_000)
        let isLater = bans.add(StreamID(high: 1, low: 99), of: 7, at: now)
        #expect(isNewUser && isLater)
        // Users are bounded as well: the one not heard of for longest goes.
        for user in UInt32(100)..<163 {
            _ = bans.add(StreamID(high: 2, low: 0), of: user, at: now)
        }
        #expect(!bans.contains(StreamID(high: 1, low: 30), of: 8))
        #expect(bans.contains(StreamID(high: 1, low: 99), of: 7))
    }

    @Test func `leaves nothing kept that the next agent does not take`() throws {
        let kiosk = try Kiosk()
        let null = try FileDescriptor(
            owning: unsafe platform_open("/dev/null", O_RDWR, 0), "open")
        let loose = try FileDescriptor(
            owning: unsafe platform_memory_open("loose", 1 << 20), "make memory")
        let geometry = try #require(RegionGeometry(lanes: 1, capacity: 65_536))
        let region = try Region(making: geometry, identifier: (1, 2), process: 1)
        defer { region.close() }
        // Its producer has written another name into it since it was kept.
        let renamed = try FileDescriptor(owning: dup(try #require(region.descriptor)), "share")
        let kept = [("null", null), ("loose", loose), (String(repeating: "0", count: 32), renamed)]
        for (name, descriptor) in kept {
            kiosk.world.keep(descriptor, as: name)
            kiosk.world.happen(.inherited(descriptor, name))
        }
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        let name = StreamID(high: 0xAB, low: 1).hexadecimal
        #expect(Array(kiosk.world.kept.keys) == [name])
        // One that is attached already stays kept.
        kiosk.world.happen(.inherited(try #require(kiosk.world.kept[name]), name))
        try kiosk.rest()
        #expect(Array(kiosk.world.kept.keys) == [name])
        #expect(producer.answer == "attached\n" && kiosk.loop.ring.producers.count == 1)
    }
}

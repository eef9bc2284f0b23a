import Events
import Platform
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
}

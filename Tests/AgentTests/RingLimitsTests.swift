import Platform
import Ring
import Testing

@testable import Agent

/// What producers may take of the agent's memory, one user's and all users' together.
@Suite struct `Of the regions a user` {
    @Test func `has no more regions than its user may have, and another user's fit`() throws {
        let kiosk = try Kiosk()
        var producers: [SharingProducer] = []
        for number in 0..<17 {
            producers.append(try SharingProducer(kiosk, lanes: 1, number: UInt64(number)))
            try kiosk.rest()
        }
        let answers = producers.map(\.answer)
        #expect(answers.dropLast().allSatisfy { $0 == "attached\n" })
        #expect(answers.last == "refused: user 1000 has 16 regions attached already\n")
        let other = try SharingProducer(kiosk, number: 99, userID: 1001)
        try kiosk.rest()
        #expect(other.answer == "attached\n")
        producers[0].leave()
        try kiosk.rest()
        let late = try SharingProducer(kiosk, number: 100)
        try kiosk.rest()
        #expect(late.answer == "attached\n")
    }

    @Test func `cannot crowd the door without a region`() throws {
        let kiosk = try Kiosk()
        let guests = (0..<20).map { _ in kiosk.connect(.ring, userID: 1000) }
        try kiosk.rest()
        #expect(guests.filter { kiosk.world.closed.contains($0) } == guests.suffix(4))
        let producer = try SharingProducer(kiosk, userID: 1001)
        try kiosk.rest()
        #expect(producer.answer == "attached\n")
    }

    @Test func `has 256 MiB at most, however few they are`() throws {
        let kiosk = try Kiosk()
        // 15 lanes of 16 MiB and what stands before them: 240 MiB and 64 KiB.
        let large = try SharingProducer(kiosk, lanes: 15, capacity: 16 << 20, number: 1)
        // Of the 16,320 KiB that are left one lane takes 8200; of the rest a shorter one 4104.
        let fitting = try SharingProducer(kiosk, lanes: 1, capacity: 8 << 20, number: 2)
        let tooLarge = try SharingProducer(kiosk, lanes: 1, capacity: 8 << 20, number: 3)
        let last = try SharingProducer(kiosk, lanes: 1, capacity: 4 << 20, number: 4)
        try kiosk.rest()
        let refusal =
            "refused: the regions of user 1000 would be longer than 256 MiB together\n"
        #expect(
            [large, fitting, tooLarge, last].map(\.answer)
                == ["attached\n", "attached\n", refusal, "attached\n"])
    }

    @Test func `has no room that other users have taken: 512 MiB over all`() throws {
        let kiosk = try Kiosk()
        let refusal = "refused: all users' regions would be longer than 512 MiB\n"
        // 192 MiB and 52 KiB each.
        var producers: [SharingProducer] = []
        for number in 0..<3 {
            producers.append(
                try SharingProducer(
                    kiosk, lanes: 12, capacity: 16 << 20, number: UInt64(number),
                    userID: 1000 + UInt32(number)))
            try kiosk.rest()
        }
        #expect(producers.map(\.answer) == ["attached\n", "attached\n", refusal])
        #expect(kiosk.world.closed.contains(producers[2].connection))
        // What is left serves who asks for less, whoever that is.
        let modest = try SharingProducer(
            kiosk, lanes: 7, capacity: 16 << 20, number: 9, userID: 1002)
        let another = try SharingProducer(
            kiosk, lanes: 1, capacity: 16 << 20, number: 10, userID: 1003)
        let small = try SharingProducer(kiosk, lanes: 3, number: 11, userID: 1003)
        try kiosk.rest()
        #expect([modest, another, small].map(\.answer) == ["attached\n", refusal, "attached\n"])
        // Room that one has given back is there for the next.
        producers[0].leave()
        try kiosk.rest()
        try producers[2].attachAgain(userID: 1004)
        try kiosk.rest()
        #expect(producers[2].answer == "attached\n")
        producers[2].track("a", lane: 11, .critical)
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a")])
    }
}

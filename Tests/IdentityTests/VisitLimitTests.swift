import Events
import Identity
import SeededText
import Testing

/// What a log keeps, and what it takes back.
@Suite struct `The log of visits` {
    @Test func `keeps 512 visits, and forgets where nothing happened for longest`() {
        var book = VisitBook()
        let first = book.place(0)
        let second = book.place(1000)
        for index in 2..<512 { book.place(Double(index) * 1000) }
        #expect(book.place(1).visit == first.visit)
        #expect(book.place(512_000).cause == .activity)
        // The second had to go, and what comes late begins it anew.
        #expect(book.place(2).visit == first.visit)
        #expect(book.place(1001).visit != second.visit)
    }

    @Test func `goes on while a year is caught up on`() {
        var book = VisitBook()
        let now = book.place(0)
        for index in 0..<2000 {
            book.place(Double(index - 4000) * 1000)
            if index % 100 == 0 { #expect(book.place(Double(index) / 100).visit == now.visit) }
        }
    }

    @Test func `knows eight identities of a visit, and eight names`() {
        var book = VisitBook()
        let first = book.place(0, "", "user:a", "email:0", kind: .identify, anonymous: "x")
        for index in 1...7 {
            book.place(1, "", "user:a", "email:\(index)", kind: .identify)
            book.place(1, producer: UInt64(index + 1), anonymous: "n")
        }
        // The user is the first to be forgotten, and no more stands against another.
        #expect(book.identify(2, "user:b").visit == first.visit)
        #expect(book.identify(3, "email:7").visit == first.visit)
        #expect(book.place(4, producer: 9, anonymous: "n").visit == first.visit)
        // Forgotten there, it is known nowhere, and neither is that another was said before.
        #expect(book.place(5, anonymous: "y").visit == first.visit)
    }

    @Test func `remembers 256 identities of a day, the shared ones longest`() {
        var book = VisitBook { $0.sharedIdentityVisits = 2 }
        for visit in 0..<3 { book.identify(Double(visit - 9) * 1000, "email:shop") }
        for visit in 0..<4 {
            for index in 0..<300 {
                // Whoever comes after so many others comes as if for the first time.
                let seconds = Double(visit * 300 + index + 3)
                #expect(book.identify(seconds, "user:\(index)").ignored == 0)
            }
        }
        #expect(book.identify(1300, "email:shop").ignored == 1)
        #expect(book.log.summary(at: 0).sharedCount == 1)
    }

    @Test func `tells an operator of the visit that goes on`() {
        var book = VisitBook()
        #expect(book.log.summary(at: 0).number == nil)
        let first = book.place(10, "", "email:a", "loyalty:a", kind: .identify)
        book.place(20, "Product Viewed", anonymous: "x", actor: .test)
        let summary = book.log.summary(at: 110_000)
        #expect(summary.number == first.visit)
        #expect(summary.startMilliseconds == 10_000)
        #expect(summary.lastMilliseconds == 20_000)
        #expect(summary.actor == .test)
        #expect(summary.identityTypes == 0b1001)
        #expect(summary.visitsWithinDay == 1)
        #expect(book.log.summary(at: 110_001).number == nil)
        book.place(30, "Visit Ended")
        #expect(book.log.summary(at: 30_000).number == nil)
        book.place(40, "Visit Started")
        #expect(book.log.summary(at: 40_000).visitsWithinDay == 2)
        #expect(book.log.summary(at: 25 * 3_600_000).visitsWithinDay == 0)
    }

    /// Random events of all kinds, many of them at the edges of each other.
    private struct Weather {
        var random: Seeded

        mutating func strike(_ book: inout VisitBook) -> String {
            let names = ["A", "A", "A", "Visit Started", "Visit Ended", "Order Completed"]
            let people: [[String]] = [[], [], ["user:a"], ["user:b"], ["email:a", "user:b"]]
            let placement = book.place(
                Double(random.below(40)) * 45, random.pick(names), who: random.pick(people),
                kind: random.oneIn(2) ? .track : .identify,
                lane: random.oneIn(3) ? .ambient : .normal, producer: random.oneIn(2) ? 1 : 2,
                anonymous: random.pick([nil, "x", "y", "z"]),
                actor: random.oneIn(4) ? .staff : nil)
            return "\(placement.visit ?? 0) \(placement.cause) \(placement.actor)"
                + " \(placement.ignored)"
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `takes back exactly what was placed since the last commit`(_ seed: UInt64) {
        var weather = Weather(random: Seeded(seed))
        var book = VisitBook { $0.sharedIdentityVisits = 4 }
        for round in 0..<60 {
            var (sure, unsure) = (weather, weather)
            var other = book
            for _ in 0..<round % 12 { _ = unsure.strike(&book) }
            book.log.rollBack()
            // As many times the same again: numbers are given out anew.
            book = VisitBook(log: book.log, like: other)
            for _ in 0..<8 { #expect(sure.strike(&book) == weather.strike(&other)) }
            book.log.commit()
            other.log.commit()
            #expect("\(book.log.summary(at: 900_000))" == "\(other.log.summary(at: 900_000))")
        }
    }

    @Test func `takes back more than it had`() {
        var book = VisitBook()
        for index in 0..<600 { book.place(Double(index) * 1000) }
        book.log.commit()
        var other = book
        for index in 0..<3000 { book.place(Double(index) * 700, "Visit Started") }
        book.log.rollBack()
        book = VisitBook(log: book.log, like: other)
        for index in (88..<600).reversed() {
            let placement = other.place(Double(index) * 1000 + 30)
            #expect(placement.cause == .joined)
            #expect(book.place(Double(index) * 1000 + 30).visit == placement.visit)
        }
    }
}

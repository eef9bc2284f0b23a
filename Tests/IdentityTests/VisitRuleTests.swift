import Events
import Identity
import Testing

/// Each rule of the page's table, at its edges.
@Suite struct `A visit` {
    @Test func `goes on while no more than the timeout passes`() {
        var book = VisitBook()
        let first = book.place(0)
        #expect(first.cause == .activity)
        #expect(book.place(90).visit == first.visit)
        #expect(book.place(180).visit == first.visit)
        let second = book.place(270.001)
        #expect(second.cause == .activity)
        #expect(second.visit != first.visit)
    }

    @Test func `has the number of the event that began it`() {
        var book = VisitBook()
        #expect(book.place(0).visit == book.number)
        book.place(1)
        #expect(book.place(500).visit == book.number)
        #expect(book.place(501, "Visit Started").visit == book.number)
        book.identify(502, "user:a")
        #expect(book.identify(503, "user:b").visit == book.number)
    }

    @Test(arguments: ["Visit Started", "Person Detected"])
    func `begins anew with a start`(_ name: String) {
        var book = VisitBook()
        let first = book.place(0, "Product Viewed", "user:a")
        let second = book.place(10, name, "user:a")
        #expect(second.cause == .start)
        #expect(second.visit != first.visit)
        #expect(book.place(20).visit == second.visit)
        #expect(book.place(5).visit == first.visit)
    }

    @Test(arguments: ["Visit Ended", "Order Completed"])
    func `ends with an end, which is part of it`(_ name: String) {
        var book = VisitBook()
        let first = book.place(0)
        #expect(book.place(10, name).visit == first.visit)
        // Of the same millisecond it may be from before the end.
        #expect(book.place(10).visit == first.visit)
        #expect(book.place(10.001).cause == .activity)
        #expect(book.place(9).visit == first.visit)
    }

    @Test func `hears its end a second time`() {
        var book = VisitBook()
        let first = book.place(0, "Order Completed")
        #expect(book.place(5, "Visit Ended").visit == first.visit)
        #expect(book.place(3).visit == first.visit)
        #expect(book.place(6).visit != first.visit)
    }

    @Test func `is not begun by the call that ends it`() {
        var book = VisitBook()
        #expect(book.place(0, "Visit Ended").visit == nil)
        #expect(book.place(1, "Visit Ended").cause == .none)
        // Who paid has been here.
        let paid = book.place(2, "Order Completed")
        #expect(paid.visit == book.number)
        #expect(book.place(3).visit != paid.visit)
    }

    @Test func `ended late is over from then on`() {
        var book = VisitBook()
        let first = book.place(0)
        book.place(60)
        #expect(book.place(30, "Visit Ended").visit == first.visit)
        #expect(book.place(20).visit == first.visit)
        #expect(book.place(61).visit != first.visit)
    }

    @Test func `ended twice is over from the later end on`() {
        var book = VisitBook()
        let first = book.place(0)
        book.place(60, "Visit Ended")
        #expect(book.place(30, "Order Completed").visit == first.visit)
        #expect(book.place(50).visit == first.visit)
    }

    @Test func `is neither begun nor prolonged by what happens by itself`() {
        var book = VisitBook()
        #expect(book.place(0, "Heartbeat", lane: .ambient).visit == nil)
        let first = book.place(100)
        #expect(book.place(99, "Heartbeat", lane: .ambient).visit == nil)
        #expect(book.place(190, "Heartbeat", lane: .ambient).visit == first.visit)
        #expect(book.place(190.001, "Heartbeat", lane: .ambient).visit == nil)
        #expect(book.place(191).visit != first.visit)
        // Who is named there is nobody's business.
        let other = book.place(192, "Heartbeat", "user:b", lane: .ambient)
        #expect(other.visit == book.number - 1)
        #expect(book.identify(193, "user:a").cause == .joined)
        // A sensor that the operator named says so all the same.
        #expect(book.place(200, "Person Detected", lane: .ambient).cause == .start)
    }

    @Test func `takes late events by their own time`() {
        var book = VisitBook()
        let first = book.place(0)
        let second = book.place(200)
        #expect(book.place(90).visit == first.visit)
        #expect(book.place(199).visit == second.visit)
        let between = book.place(500).visit
        #expect(book.place(201).visit == second.visit)
        #expect(book.place(-90).visit == first.visit)
        let past = book.place(-1000)
        #expect(past.cause == .activity)
        #expect(book.place(-950).visit == past.visit)
        #expect(book.place(520).visit == between)
    }

    @Test func `begun by activity takes in what was shortly before`() {
        var book = VisitBook()
        let first = book.place(200)
        let second = book.place(110)
        #expect(second.cause == .joined)
        #expect(second.visit == first.visit)
        #expect(book.place(20).visit == first.visit)
        #expect(book.place(-70.001).visit != first.visit)
        // And so the gap to the one before is closed from behind.
        #expect(book.place(150).visit == first.visit)
    }

    @Test(arguments: ["Visit Started", "Person Detected"])
    func `begun by a start takes in nothing from before`(_ name: String) {
        var book = VisitBook()
        let first = book.place(200, name)
        let before = book.place(199)
        #expect(before.cause == .activity)
        #expect(book.place(200).visit == first.visit)
        #expect(book.place(199.5).visit == before.visit)
    }

    @Test func `begun late in the midst of another takes what follows`() {
        var book = VisitBook()
        let first = book.place(0)
        book.place(60)
        book.place(120)
        let second = book.place(30, "Visit Started")
        #expect(second.cause == .start)
        #expect(book.place(130).visit == second.visit)
        #expect(book.place(200).visit == second.visit)
        #expect(book.place(29).visit == first.visit)
        // Its end too.
        book.place(210, "Visit Ended")
        let third = book.place(50, "Visit Started")
        #expect(book.place(210).visit == third.visit)
        #expect(book.place(211).visit != third.visit)
    }

    @Test func `stays staff's or test's`() {
        var book = VisitBook()
        book.place(0)
        #expect(book.place(1, "Product Viewed", actor: .staff).actor == .staff)
        #expect(book.place(2).actor == .staff)
        #expect(book.place(3, "Product Viewed", actor: .shopper).actor == .staff)
        #expect(book.place(4, "Visit Started").actor == .shopper)
        #expect(book.place(5, "Visit Started", actor: .test).actor == .test)
        #expect(book.place(6, "Heartbeat", lane: .ambient).actor == .test)
    }

    @Test func `with a badge is staff's`() {
        var book = VisitBook { $0.sharedIdentityVisits = 2 }
        for start in stride(from: 0.0, to: 5000, by: 1000) {
            #expect(book.place(start).actor == .shopper)
            #expect(book.place(start + 1, "Card Read", "loyalty:badge").actor == .staff)
            #expect(book.place(start + 2).actor == .staff)
        }
    }
}

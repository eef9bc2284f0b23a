import Events
import Identity
import Testing

/// Promise 8: two shoppers at one kiosk never become one profile.
@Suite struct `Two shoppers` {
    @Test func `are apart from the second's first word`() {
        var book = VisitBook()
        let first = book.place(0)
        #expect(book.identify(1, "user:a").visit == first.visit)
        #expect(book.identify(2, "email:a").visit == first.visit)
        let second = book.identify(3, "user:b")
        #expect(second.cause == .otherIdentity)
        #expect(second.visit != first.visit)
        #expect(book.place(4).visit == second.visit)
        #expect(book.place(2.5).visit == first.visit)
    }

    @Test func `are one while one of what they are called is the same`() {
        var book = VisitBook()
        let first = book.place(0, "", "user:a", "email:a", kind: .identify)
        #expect(book.place(1, "", "user:a", "email:b", kind: .identify).visit == first.visit)
        #expect(book.place(2, "", "phone:a", kind: .identify).visit == first.visit)
        #expect(book.place(3, "", "user:b", "email:b", kind: .identify).visit == first.visit)
        #expect(book.place(4, "", "user:c", "email:c", kind: .identify).visit != first.visit)
    }

    @Test func `are told apart by any event that names them`() {
        var book = VisitBook()
        let first = book.place(0, "Card Read", "loyalty:a")
        #expect(book.place(1, "Card Read", "loyalty:a").visit == first.visit)
        #expect(book.place(2, "Card Read", "loyalty:b").cause == .otherIdentity)
    }

    @Test func `share one where the operator says so`() {
        var book = VisitBook { $0.isSplitting = false }
        let first = book.place(0, "", "user:a", kind: .identify, anonymous: "x")
        #expect(
            book.place(1, "", "user:b", kind: .identify, anonymous: "y").visit == first.visit)
        #expect(book.place(2, "Visit Started").visit != first.visit)
    }

    @Test func `share none where one of them comes late`() {
        var book = VisitBook()
        let first = book.identify(0, "user:a")
        book.place(60)
        let late = book.identify(30, "user:b")
        #expect(late.cause == .aside)
        #expect(late.visit == book.number)
        // It takes who is known there, and nobody else.
        #expect(book.place(31).visit == first.visit)
        #expect(book.identify(32, "user:b").visit == late.visit)
        #expect(book.identify(33, "user:c").cause == .aside)
        book.place(34, "", "user:d", kind: .identify, anonymous: "d")
        #expect(book.place(35, anonymous: "d").cause == .joined)
        #expect(book.place(36, "", "user:e", kind: .identify, anonymous: "d").cause == .aside)
        #expect(book.place(61).visit == first.visit)
    }

    @Test func `share none where one of them came shortly before`() {
        var book = VisitBook()
        let second = book.identify(60, "user:b")
        #expect(second.cause == .activity)
        let first = book.identify(30, "user:a")
        #expect(first.cause == .activity)
        #expect(book.place(40).visit == first.visit)
        #expect(book.place(70).visit == second.visit)
    }

    @Test func `are apart where an SDK was reset`() {
        var book = VisitBook()
        let first = book.place(0, anonymous: "x")
        #expect(book.place(1, anonymous: "x").visit == first.visit)
        #expect(book.place(2).visit == first.visit)
        // Another program has a name of its own.
        #expect(book.place(3, producer: 2, anonymous: "z").visit == first.visit)
        let second = book.place(4, anonymous: "y")
        #expect(second.cause == .otherName)
        // A name that was there before says nothing, here or by now.
        #expect(book.place(5, anonymous: "x").visit == second.visit)
        #expect(book.place(6, anonymous: "y").visit == second.visit)
    }

    @Test func `are not told apart by a cookie that outlives both`() {
        var book = VisitBook()
        let first = book.place(0, anonymous: "x")
        let second = book.place(200, anonymous: "x")
        #expect(second.cause == .activity)
        #expect(second.visit != first.visit)
        #expect(book.identify(201, "user:b").visit == second.visit)
    }

    @Test func `are not one because an SDK repeats the first`() {
        var book = VisitBook()
        book.identify(0, "user:a")
        let second = book.place(200, "Product Viewed", "user:a", "email:x")
        // The address is new here, and so is somebody's.
        #expect(second.ignored == 0b01 && second.stale == 0b01)
        #expect(book.place(201, "Product Viewed", "user:a").ignored == 0b1)
        // So it does not stand against who comes.
        let named = book.identify(202, "user:b")
        #expect(named.visit == second.visit)
        #expect(book.place(203, "Product Viewed", "user:a").visit == second.visit)
        #expect(book.place(204, "Product Viewed", "user:b").ignored == 0)
        // Said again it counts, and by another program.
        let returned = book.identify(205, "user:a")
        #expect(returned.cause == .otherIdentity)
        #expect(returned.ignored == 0)
        #expect(book.place(400, "Product Viewed", "user:b", producer: 2).ignored == 0)
    }

    @Test func `are not one because an SDK repeats all that it knows of the first`() {
        var book = VisitBook()
        book.place(0, "", "user:a", "email:a", "loyalty:a", kind: .identify)
        let second = book.place(200, "Product Viewed", "user:a", "email:a", "loyalty:b")
        #expect(second.ignored == 0b011)
        // A card that is read again is somebody's who came back.
        #expect(book.place(400, "Card Read", "loyalty:a").ignored == 0)
    }

    @Test func `are not known by what many share`() {
        var book = VisitBook { $0.sharedIdentityVisits = 3 }
        for visit in 0..<3 {
            #expect(book.identify(Double(visit) * 100, "email:shop").ignored == 0)
            #expect(book.identify(Double(visit) * 100 + 1, "email:shop").ignored == 0)
        }
        let fourth = book.place(301)
        let shared = book.identify(302, "email:shop")
        #expect(shared.ignored == 0b1 && shared.stale == 0)
        #expect(book.identify(303, "email:real").visit == fourth.visit)
        #expect(book.identify(304, "email:shop").visit == fourth.visit)
        let summary = book.log.summary(at: 304_000)
        #expect(summary.sharedCount == 1)
        #expect(summary.sharedTypes == 0b1)
        #expect(summary.identityTypes == 0b1)
    }

    @Test func `are known again by what nobody said for a day`() {
        let hour = 3600.0
        var book = VisitBook { $0.sharedIdentityVisits = 2 }
        book.identify(0, "email:a")
        book.identify(hour, "email:a")
        // Two within a day are not more than two.
        #expect(book.identify(24 * hour, "email:a").ignored == 0)
        #expect(book.identify(24.5 * hour, "email:a").ignored == 0b1)
        #expect(book.identify(48 * hour, "email:a").ignored == 0b1)
        #expect(book.log.summary(at: 0).sharedCount == 1)
        #expect(book.identify(72.5 * hour, "email:a").ignored == 0)
        #expect(book.log.summary(at: 0).sharedCount == 0)
    }
}

import Events
import Identity
import Testing

/// A day at a shared kiosk: the visits are those of the script.
@Suite struct `A day at a shared kiosk` {
    /// Plays a day, and says what is not as in the script.
    private func faults(of day: VisitDay, rollingBack: Bool = false) -> [String] {
        var faults: [String] = []
        var book = VisitBook()
        var visitOf: [Int: UInt64] = [:]
        var shopperOf: [UInt64: Int] = [:]
        for (count, happening) in day.happenings.enumerated() {
            if rollingBack, count % 7 == 0 {
                book.log.commit()
                for later in day.happenings[count...].prefix(40).reversed() { book.play(later) }
                book.log.rollBack()
            }
            let placement = book.play(happening)
            guard let shopper = happening.shopper else {
                if let visit = placement.visit, shopperOf[visit] == nil {
                    faults.append("\(happening) began a visit")
                }
                continue
            }
            guard let visit = placement.visit else {
                faults.append("\(happening) has no visit")
                continue
            }
            if visitOf[shopper, default: visit] != visit {
                faults.append("\(happening) is of another visit than what its shopper did before")
            }
            if shopperOf[visit, default: shopper] != shopper {
                faults.append("\(happening) shares a visit with shopper \(shopperOf[visit] ?? 0)")
            }
            visitOf[shopper] = visit
            shopperOf[visit] = shopper
            if happening.isStale != (placement.ignored == 1) {
                faults.append("\(happening) is taken at its word, or not")
            }
            if (placement.actor == .staff) != day.shoppers[shopper].isStaff,
                happening.name != "Person Detected"
            {
                faults.append("\(happening) counts as \(placement.actor.word)")
            }
        }
        if visitOf.count != day.shoppers.count { faults.append("\(visitOf.count) visits") }
        return faults
    }

    @Test func `of 500 shoppers has the script's visits`() {
        let day = VisitDay(shopperCount: 500, seed: 1)
        #expect(day.shoppers.count { $0.isStaff } > 10)
        #expect(day.happenings.count { $0.isStale } > 100)
        #expect(day.happenings.count { $0.delay > 300 } > 100)
        #expect(faults(of: day) == [])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `has the script's visits whatever the seed`(_ ten: UInt64) {
        for seed in ten * 10..<ten * 10 + 10 {
            #expect(faults(of: VisitDay(shopperCount: 60, seed: 1000 + seed)) == [], "seed \(seed)")
        }
    }

    @Test func `is the same though what was placed is taken back again and again`() {
        #expect(faults(of: VisitDay(shopperCount: 120, seed: 2), rollingBack: true) == [])
    }
}

extension VisitBook {
    /// Places what happened.
    @discardableResult mutating func play(_ happening: VisitDay.Happening) -> Placement {
        place(
            happening.seconds, happening.name, who: happening.who, kind: happening.kind,
            lane: happening.lane, producer: happening.producer, anonymous: happening.anonymous,
            actor: happening.actor)
    }
}

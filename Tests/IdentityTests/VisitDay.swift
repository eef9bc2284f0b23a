import Events
import Identity
import SeededText

/// A day at a shared kiosk as a script: who came when, what happened, and in what order the agent
/// came to know.
///
/// It knows nothing of the product's rules but the timeout. Where they leave two readings it takes
/// care not to: what comes late is of a program that is late with all it says, shoppers whom
/// nothing tells apart leave time between them, and nobody pauses for longer than half the timeout.
struct VisitDay {
    struct Happening {
        /// Whose doing it is; nil for what happens by itself.
        var shopper: Int?
        var seconds: Double
        var delay = 0.0
        var name = "Product Viewed"
        var who: [String] = []
        var kind = Kind.track
        var lane = Lane.normal
        var producer: UInt64 = 1
        var anonymous: String?
        var actor: Actor?
        /// Whether what it says of who it is comes from the shopper before.
        var isStale = false
    }

    struct Shopper {
        var start: Double
        var last: Double
        var name: String?
        var isStaff = false
    }

    private(set) var shoppers: [Shopper] = []
    private(set) var happenings: [Happening] = []
    private var random: Seeded
    // Who the web SDK believes to be there: nobody tells it otherwise.
    private var cookie: String?

    init(shopperCount: Int, seed: UInt64) {
        random = Seeded(seed)
        var now = Double(chance(1000))
        for index in 0..<shopperCount { now = come(index, at: now) }
        for beat in stride(from: 0.0, to: now, by: 25) {
            happenings.append(
                Happening(seconds: beat, name: "Heartbeat", lane: .ambient, producer: 3))
        }
        // In the order of their coming; of two at once the one that happened first.
        happenings.sort {
            ($0.seconds + $0.delay, $0.seconds) < ($1.seconds + $1.delay, $1.seconds)
        }
    }

    private mutating func chance(_ count: Int) -> Int { random.below(count) }

    /// What one does.
    ///
    /// - Returns: when the next may come.
    private mutating func come(_ index: Int, at start: Double) -> Double {
        var now = start
        var shopper = Shopper(start: start, last: start)
        shopper.isStaff = chance(20) == 0
        if chance(3) > 0 { shopper.name = "s\(index)" }
        // What tells the shopper from the one before: time, a sensor, or who they are.
        let before = index > 0 ? shoppers[index - 1] : nil
        let isLeft = before.map { start - $0.last <= 95 } ?? false
        let areNamed =
            !shopper.isStaff && shopper.name != nil
            && before.map { !$0.isStaff && $0.name != nil } ?? false
        let isDetected = isLeft && !areNamed || chance(3) == 0
        if isDetected {
            happenings.append(
                Happening(shopper: index, seconds: now, name: "Person Detected", producer: 2))
        }
        if shopper.isStaff {
            happenings.append(
                Happening(
                    shopper: index, seconds: now, name: "Card Read", who: ["loyalty:badge"],
                    lane: .critical, producer: 2))
        } else if let name = shopper.name {
            happenings.append(
                Happening(
                    shopper: index, seconds: now, name: "", who: ["user:" + name],
                    kind: .identify, lane: .critical, anonymous: "cookie"))
            cookie = name
        }
        for _ in 0..<3 + chance(8) {
            now += Double(5 + chance(36))
            act(index, at: now, isKnown: shopper.name != nil && !shopper.isStaff)
            shopper.last = now
        }
        var gap = 91.0 + Double(chance(300))
        if chance(3) == 0 {
            now += 5
            shopper.last = now
            happenings.append(
                Happening(
                    shopper: index, seconds: now, name: "Order Completed", lane: .critical))
            gap = 35 + Double(chance(40))
        } else if chance(3) == 0 {
            // The next is detected.
            gap = 35 + Double(chance(40))
        }
        shoppers.append(shopper)
        return now + gap
    }

    private mutating func act(_ index: Int, at now: Double, isKnown: Bool) {
        var happening = Happening(shopper: index, seconds: now, anonymous: "cookie")
        // A little out of order.
        happening.delay = Double(chance(30))
        if let cookie, chance(2) == 0 {
            happening.who = ["user:" + cookie]
            happening.isStale = !isKnown
        }
        happenings.append(happening)
        guard chance(3) == 0 else { return }
        // What a second program sends minutes later.
        happenings.append(
            Happening(
                shopper: index, seconds: now - Double(chance(5)),
                delay: 60 + Double(chance(600)), name: "Offer Shown", producer: 4,
                anonymous: "tablet"))
    }
}

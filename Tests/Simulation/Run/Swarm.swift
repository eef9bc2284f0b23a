internal import SeededText

/// Which faults a run has, and how often: a random subset with random rates.
///
/// A run with every fault at once hides the ones that need quiet to show (Groce, "Swarm Testing",
/// 2012).
struct Swarm {
    /// One kill, or one power cut, in so many steps; 0 for none.
    var killOneIn = 0
    var cutOneIn = 0
    var terminateOneIn = 0
    /// Whether a start may be broken off as well.
    var breaksStarts = false
    var tear = Tear()
    var network = SimulatedNetwork.Faults()
    /// One outage in so many steps.
    var outageOneIn = 0
    var producers = SimulatedProducer.Faults()
    var paceMilliseconds = 1000
    var strictness = SimulatedCollector.Strictness.byEvent

    var disk = DiskWeather()
    var clock = ClockWeather()
    /// Another version of the software is tried for a while, and taken back.
    var rollBackOneIn = 0
    /// The collector is restored from a backup.
    var restoreOneIn = 0

    /// What befalls the disk, each one in so many steps.
    struct DiskWeather {
        var fullOneIn = 0
        var readOnlyOneIn = 0
        var errorsOneIn = 0
        /// A sector of the database comes back as noise or zeros.
        var rotOneIn = 0
        /// The database is cut short, replaced by an older copy of itself and its log, or gone.
        var truncateOneIn = 0
        var olderOneIn = 0
        var removeOneIn = 0

        /// Whether it may lose what it had synced.
        var isLossy: Bool { rotOneIn + truncateOneIn + olderOneIn + removeOneIn > 0 }
    }

    /// What befalls the clocks, each one in so many steps.
    struct ClockWeather {
        var jumpOneIn = 0
        var suspendOneIn = 0
        /// Whether the wall clock begins in 1970 at each boot.
        var boots1970 = false
    }

    init() {}

    /// Power cuts, a few steps after each other, and little else.
    init(denseCuts chance: inout Seeded) {
        cutOneIn = 4
        breaksStarts = true
        tear = Tear(tears: !chance.oneIn(4), trashes: !chance.oneIn(4))
        network.unansweredPercent = chance.oneIn(2) ? 30 : 0
        network.lostPercent = chance.oneIn(2) ? 50 : 0
        producers.largePercent = chance.oneIn(2) ? 5 : 0
        producers.repeatPercent = 10
        producers.badPercent = 5
        paceMilliseconds = 20
    }

    /// The faults that there are, with their rates.
    var text: String {
        var parts: [String] = []
        func add(_ name: String, oneIn: Int) { if oneIn > 0 { parts.append("\(name) 1/\(oneIn)") } }
        func add(_ name: String, percent: Int) {
            if percent > 0 { parts.append("\(name) \(percent)%") }
        }
        add("kill", oneIn: killOneIn)
        add("cut", oneIn: cutOneIn)
        add("terminate", oneIn: terminateOneIn)
        add("outage", oneIn: outageOneIn)
        add("lost", percent: network.lostPercent)
        add("unanswered", percent: network.unansweredPercent)
        add("garbled", percent: network.garbledPercent)
        add("stranger", percent: network.strangerPercent)
        add("repeated", percent: network.repeatedPercent)
        add("slow", percent: network.slowPercent)
        add("flood", percent: producers.floodPercent)
        add("large", percent: producers.largePercent)
        add("repeat", percent: producers.repeatPercent)
        add("bad", percent: producers.badPercent)
        add("garbage", percent: producers.garbagePercent)
        add("death", percent: producers.deathPercent)
        add("poison", percent: producers.poisonPercent)
        add("reuse", percent: producers.reusePercent)
        add("full", oneIn: disk.fullOneIn)
        add("read-only", oneIn: disk.readOnlyOneIn)
        add("errors", oneIn: disk.errorsOneIn)
        add("rot", oneIn: disk.rotOneIn)
        add("truncate", oneIn: disk.truncateOneIn)
        add("older", oneIn: disk.olderOneIn)
        add("remove", oneIn: disk.removeOneIn)
        add("jump", oneIn: clock.jumpOneIn)
        add("suspend", oneIn: clock.suspendOneIn)
        if clock.boots1970 { parts.append("boots in 1970") }
        add("roll back", oneIn: rollBackOneIn)
        add("restore", oneIn: restoreOneIn)
        parts.append("pace \(paceMilliseconds) ms")
        return parts.joined(separator: ", ")
    }

    init(_ chance: inout Seeded) {
        func percent(_ most: Int) -> Int { chance.oneIn(2) ? 1 + chance.below(most) : 0 }
        func oneIn(_ least: Int, _ most: Int) -> Int {
            chance.oneIn(2) ? least + chance.below(most - least) : 0
        }
        killOneIn = oneIn(50, 2000)
        cutOneIn = oneIn(50, 2000)
        terminateOneIn = oneIn(200, 4000)
        breaksStarts = chance.oneIn(2)
        tear = Tear(tears: chance.oneIn(2), trashes: chance.oneIn(2))
        network.lostPercent = percent(30)
        network.unansweredPercent = percent(30)
        network.garbledPercent = percent(20)
        network.strangerPercent = percent(20)
        network.repeatedPercent = percent(20)
        network.slowPercent = percent(10)
        outageOneIn = oneIn(100, 3000)
        producers.floodPercent = percent(4)
        producers.largePercent = percent(4)
        producers.repeatPercent = percent(20)
        producers.badPercent = percent(10)
        producers.garbagePercent = percent(5)
        producers.deathPercent = percent(10)
        producers.poisonPercent = percent(3)
        producers.reusePercent = percent(5)
        disk.fullOneIn = oneIn(200, 2000)
        disk.readOnlyOneIn = oneIn(500, 4000)
        disk.errorsOneIn = oneIn(300, 3000)
        if chance.oneIn(3) {
            disk.rotOneIn = oneIn(300, 3000)
            disk.truncateOneIn = oneIn(1000, 5000)
            disk.olderOneIn = oneIn(1000, 5000)
            disk.removeOneIn = oneIn(2000, 10_000)
        }
        clock.jumpOneIn = oneIn(100, 2000)
        clock.suspendOneIn = oneIn(200, 4000)
        clock.boots1970 = chance.oneIn(3)
        rollBackOneIn = oneIn(1000, 5000)
        // See the fault model: not on the same site as a disk that loses what it had synced.
        if !disk.isLossy, chance.oneIn(3) { restoreOneIn = 500 + chance.below(4000) }
        paceMilliseconds = chance.pick([20, 200, 2000, 20_000])
        strictness = chance.pick(SimulatedCollector.Strictness.allCases)
    }
}

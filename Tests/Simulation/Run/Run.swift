internal import Events
internal import SeededText
internal import Store

/// One run: a site, what befalls it, and the promises that are held against it.
final class Run {
    /// How long what is left may take to arrive once all is well: a Retry-After of a day, a probe
    /// of a quarter of an hour, and the way.
    static let drainMilliseconds: Int64 = 3 * 24 * 3600 * 1000
    /// Steps of the drain in which the collector may learn nothing new.
    private static let idleStepsMost = 20_000

    let site: Site
    var swarm: Swarm
    var chance: Seeded
    private(set) var stepCount = 0
    private(set) var cutCount = 0
    private(set) var killCount = 0
    var weather = Weather()
    var losses = Losses()
    /// Whether the database is marked as another version's.
    var isNewer = false
    /// The collector as it was once, and the device's database and log.
    var backup: CollectorState?
    var copies: [String: SimulatedFile]?
    var startAt: Int64 = 0
    /// How the process will end, if its life is limited.
    var isCutDue = false
    var isDraining = false
    /// Found where it cannot be thrown.
    var found: Violation?
    private var checkedChange = -1

    private let planted: Plant?

    init(seed: UInt64, planting plant: Plant? = nil, isDense: Bool = false) {
        chance = Self.chance(of: seed)
        swarm = isDense ? Swarm(denseCuts: &chance) : Swarm(&chance)
        site = Site(chance: chance.next())
        planted = plant
        prepare()
        if let plant { self.plant(plant) }
    }

    /// What a seed decides, from the swarm on.
    static func chance(of seed: UInt64) -> Seeded { Seeded(seed) }

    private func prepare() {
        site.disk.tear = swarm.tear
        site.network.faults = swarm.network
        site.collector.strictness = swarm.strictness
        for producer in site.producers {
            producer.faults = swarm.producers
            producer.paceMilliseconds = swarm.paceMilliseconds
        }
        site.collector.onClock = { [unowned self] anchors in weigh(anchors) }
        site.collector.onArrival = { [unowned self] event, id in meet(event, id) }
    }

    /// The digest of all that the run has done.
    var digest: String { site.digest.text }

    /// Goes so many steps with faults, then lets the queue drain, and checks all along.
    func go(stepCount: Int) throws(Violation) {
        for _ in 0..<stepCount { try step() }
        try drain()
        try checkArrivals()
        try checkOrder()
    }

    /// Goes on until the power has gone so many times, then lets the queue drain.
    func go(cutCount count: Int) throws(Violation) {
        while cutCount < count { try step() }
        try drain()
        try checkArrivals()
        try checkOrder()
    }

    func step() throws(Violation) {
        stepCount += 1
        if !isDraining { perturb() }
        if let planted { tend(planted) }
        if site.process == nil {
            guard startAt <= site.clock.now else { return advance(to: startAt) }
            guard try start() else { return }
        }
        while let action = site.schedule.take(at: site.clock.now) { action() }
        for producer in site.producers where !isDraining || producer.isWaiting {
            producer.act(at: site.clock.now, site.process?.world)
        }
        let next = site.step()
        if site.disk.life.isOver {
            end()
        } else {
            try check()
        }
        if let found { throw found }
        passTime(until: next)
    }

    /// Begins a process; false if it has ended already.
    private func start() throws(Violation) -> Bool {
        var callsLeft = Int.max
        if !isDraining, swarm.breaksStarts, chance.oneIn(3) {
            isCutDue = swarm.killOneIn == 0 || chance.oneIn(2)
            callsLeft = 1 + chance.below(chance.oneIn(2) ? 40 : 4000)
        }
        do throws(StoreError) {
            try site.start(callsLeft: callsLeft)
        } catch {
            let isOver = site.disk.life.isOver
            end()
            if isOver { return false }
            if isNewer, error.code == .newer {
                isNewer = !site.setDatabaseVersion(EventStore.schemaVersion)
                return false
            }
            let isSpent = error.code == .full && !site.hasBallast
            guard isSpent || (error.code == .unavailable && site.disk.faults.isFailing) else {
                throw Violation(
                    .start, "the store does not open: \(error.operation): \(error.detail)")
            }
            return false
        }
        checkedChange = -1
        try hearStatements()
        try checkStored()
        return true
    }

    /// The process has ended, by force.
    private func end() {
        if isCutDue {
            cutCount += 1
            site.cutPower()
            site.switchOn(in1970: swarm.clock.boots1970)
        } else {
            killCount += 1
            site.kill()
        }
        isCutDue = false
        startAt = site.clock.now + 100 + Int64(chance.below(3000))
    }

    private func passTime(until deadline: Int64) {
        if site.process?.world.hasInput == true || deadline <= site.clock.now {
            return advance(to: site.clock.now + Int64(chance.below(3)))
        }
        var next = min(deadline, site.schedule.next)
        for producer in site.producers where !isDraining || producer.isWaiting {
            next = min(next, producer.nextActAt)
        }
        if site.process == nil { next = min(next, startAt) }
        advance(to: next == .max ? site.clock.now + 1000 : next)
    }

    private func advance(to moment: Int64) { site.clock.advance(to: moment) }

    private func check() throws(Violation) {
        try checkQuota()
        guard site.disk.changeCount != checkedChange else { return }
        checkedChange = site.disk.changeCount
        try hearStatements()
        try checkEquations()
    }

    private func hearStatements() throws(Violation) {
        guard let epoch = site.process?.store.epoch else { return }
        let text = site.observe { (store) throws(StoreError) in try store.text("damaged") }
        guard let text = text ?? nil else { return }
        guard losses.hasDiskLost else {
            throw Violation(.gap, "the disk has lost nothing, yet the device states: \(text)")
        }
        losses.hear(text, in: epoch)
    }

    /// All faults end; what is queued has to arrive.
    private func drain() throws(Violation) {
        isDraining = true
        endWeather()
        site.network.faults = SimulatedNetwork.Faults()
        site.process?.world.life.callsLeft = .max
        isCutDue = false
        for producer in site.producers { producer.faults = SimulatedProducer.Faults() }
        let end = site.clock.now + Self.drainMilliseconds
        var (known, idleSteps) = (site.collector.state.knownCount, 0)
        while site.clock.now < end, idleSteps < Self.idleStepsMost {
            try step()
            if isDrained { return }
            idleSteps += 1
            if site.collector.state.knownCount > known {
                (known, idleSteps) = (site.collector.state.knownCount, 0)
            }
        }
        let waiting = site.producers.filter { $0.isWaiting }.map { "producer \($0.number)" }
        let left = site.observe { (store) throws(StoreError) in
            (
                try store.statistics().map { $0.eventCount },
                try store.allTombstones().count
            )
        }
        throw Violation(
            .drain,
            "by \(site.clock.now) ms some still wait: \(waiting), queued and tombstones "
                + "\(left?.0 ?? []) \(left?.1 ?? -1), planned for \(site.schedule.next)")
    }

    private var isDrained: Bool {
        guard !site.producers.contains(where: { $0.isWaiting }), site.schedule.next == .max else {
            return false
        }
        return site.observe { (store) throws(StoreError) in
            let isEmpty = try store.statistics().allSatisfy { $0.eventCount == 0 }
            return try store.allTombstones().isEmpty && isEmpty
        } ?? false
    }
}

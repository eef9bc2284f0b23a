internal import Events
internal import Platform
internal import SeededText

/// An app on the device: hands events over, waits to be told, tries again, dies, talks nonsense.
///
/// It has one group of events on its way at a time, so the order of its numbers is the order of
/// hand-over. What has a message id is handed over until it is answered; the rest is handed over
/// once, for a second time might be told from a second event by nobody.
final class SimulatedProducer {
    /// What a producer does beside handing over a few events; each in so many of a hundred.
    struct Faults {
        var floodPercent = 0
        var largePercent = 0
        var repeatPercent = 0
        var badPercent = 0
        var garbagePercent = 0
        var deathPercent = 0
        var poisonPercent = 0
        var reusePercent = 0
    }

    /// What became of a group.
    enum Told { case stored, failed, nothing }

    let number: Int
    let door: Door
    var faults = Faults()
    /// Mean time between two groups.
    var paceMilliseconds = 1000
    private var chance: Seeded
    private unowned let site: Site
    private(set) var connection: ConnectionID?
    /// The numbers of the events on their way, nil for what is no event.
    private(set) var group: [Int?] = []
    private var unanswered: [Int] = []
    private var answer: [UInt8] = []
    private(set) var nextActAt: Int64 = 0

    init(number: Int, door: Door, chance: Seeded, site: Site) {
        self.number = number
        self.door = door
        self.chance = chance
        self.site = site
    }

    /// Whether something is still to be answered.
    var isWaiting: Bool { !group.isEmpty || !unanswered.isEmpty }

    private var key: String { "producer-\(number)" }

    /// Does what is due, while the process lives.
    func act(at now: Int64, _ world: SimulatedWorld?) {
        guard nextActAt <= now else { return }
        nextActAt = now + Int64(1 + chance.below(2 * paceMilliseconds))
        guard let world else { return }
        if let connection, !group.isEmpty {
            if happens(faults.deathPercent) { die(connection, world) }
            return
        }
        if happens(faults.garbagePercent) { return babble(world) }
        handOver(world)
    }

    /// Hands over what is still unanswered, or something new.
    func handOver(_ world: SimulatedWorld) {
        var texts: [[UInt8]] = []
        if unanswered.isEmpty {
            let count = happens(faults.floodPercent) ? 100 + chance.below(400) : 1 + chance.below(8)
            for _ in 0..<count { add(to: &texts) }
        } else {
            for number in unanswered {
                group.append(number)
                texts.append(site.ledger[number].text)
            }
            unanswered = []
        }
        for number in group.compactMap({ $0 }) { site.ledger.handOver(number) }
        if site.swapsEvents, texts.count > 1 { texts.swapAt(0, texts.count - 1) }
        let bytes: [UInt8]
        switch door {
        case .http: bytes = Composition.request(texts, key: key)
        case .ingest: bytes = texts.reduce(into: []) { $0 += $1 + [0x0A] }
        case .control:
            bytes = texts.reduce(into: Array("{\"verb\":\"send\",\"json\":true}\n".utf8)) {
                $0 += $1 + [0x0A]
            }
        case .ring: preconditionFailure("memory is shared, not sent")
        }
        say(bytes, to: connect(world), world)
    }

    private func add(to texts: inout [[UInt8]]) {
        if happens(faults.badPercent) {
            group.append(nil)
            texts.append(Composition.bad(&chance))
            return
        }
        if happens(faults.repeatPercent), let number = site.acknowledgedMessage(of: self, &chance) {
            group.append(number)
            texts.append(site.ledger[number].text)
            return
        }
        let number = site.ledger.entries.count
        var messageID = chance.oneIn(2) ? "m\(number)" : nil
        if happens(faults.reusePercent), number > 0 { messageID = "m\(chance.below(number))" }
        let isPoison = happens(faults.poisonPercent)
        let padBytes = happens(faults.largePercent) ? chance.below(120_000) : chance.below(120)
        let text = Composition.event(
            number, messageID: messageID, isPoison: isPoison, padBytes: padBytes, &chance)
        site.ledger.enter(
            Ledger.Entry(
                producer: self.number, text: text, hasMessageID: messageID == "m\(number)",
                isPoison: isPoison))
        group.append(number)
        texts.append(text)
    }

    private func connect(_ world: SimulatedWorld) -> ConnectionID {
        if let connection { return connection }
        let new = site.nextConnection()
        connection = new
        answer = []
        world.happen(.opened(new, door, door == .http ? nil : Peer(userID: 0, processID: 1)))
        return new
    }

    private func say(_ bytes: [UInt8], to connection: ConnectionID, _ world: SimulatedWorld) {
        var start = 0
        while start < bytes.count {
            let most = chance.oneIn(4) ? 1 + chance.below(200) : 65_536
            let end = min(bytes.count, start + most)
            world.happen(.received(connection, Array(bytes[start..<end])))
            start = end
            // Now and then a producer dies in the middle of a word.
            if start < bytes.count, happens(faults.deathPercent) { return die(connection, world) }
        }
        if door == .control { world.happen(.ended(connection)) }
    }

    private func babble(_ world: SimulatedWorld) {
        let connection = connect(world)
        if door == .http {
            say(Composition.badRequest(&chance), to: connection, world)
        } else {
            say(Composition.garbage(&chance) + [0x0A], to: connection, world)
        }
        // Nobody waits for what is said to that.
        world.happen(.closed(connection))
        lose()
    }

    private func die(_ connection: ConnectionID, _ world: SimulatedWorld) {
        world.happen(.closed(connection))
        lose()
    }

    private func happens(_ percent: Int) -> Bool { percent > 0 && chance.below(100) < percent }

    /// The connection is gone, or the process behind it: what was not answered is tried again.
    func lose() {
        connection = nil
        answer = []
        conclude(.nothing, count: group.count)
    }

    /// The first `count` of the group have been answered.
    private func conclude(_ told: Told, count: Int) {
        for number in group.prefix(count).compactMap({ $0 }) {
            switch told {
            case .stored: site.acknowledge(number)
            case .failed, .nothing:
                if site.ledger[number].hasMessageID { unanswered.append(number) }
            }
        }
        group.removeFirst(min(count, group.count))
    }

    /// Takes what the process said.
    func receive(_ bytes: [UInt8]) {
        answer += bytes
        while let (told, count, length) = Answers.next(in: answer, door, groupCount: group.count) {
            answer.removeFirst(length)
            conclude(told, count: count)
        }
    }
}

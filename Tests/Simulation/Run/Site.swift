internal import Agent
internal import Events
internal import Identity
internal import Platform
internal import SeededText
internal import Store

/// One device with its disk and clocks, its producers, its network and its collector.
final class Site: Outside {
    /// A process of the agent's, from start to end.
    struct Process {
        let world: SimulatedWorld
        let store: EventStore
        let loop: AgentLoop
    }

    static let directory = "/state"

    let clock = SimulatedClock()
    let disk: SimulatedDisk
    let collector = SimulatedCollector()
    let network: SimulatedNetwork
    private(set) var producers: [SimulatedProducer] = []
    var schedule = Schedule()
    var ledger = Ledger()
    let quotaBytes: Int64 = 16_000_000
    /// Planted faults: what the store takes for its quota, and whether events go in another order
    /// than their producers say.
    var excessQuotaBytes: Int64 = 0
    var swapsEvents = false
    private(set) var process: Process?
    private var pastDigest = Digest64()
    private(set) var startCount = 0
    /// How the store was found by each process that began.
    private(set) var openings: [Opening] = []
    /// Why the last look failed.
    private(set) var observationFault: StoreError?
    private var chance: Seeded
    private var connectionCount: UInt64 = 0
    private var boot = StreamID(high: 0, low: 0)
    /// By how much the collector's clock is wrong: a planted fault.
    var collectorErrorMilliseconds: Int64 = 0
    /// World time minus monotonic time, of each boot.
    private(set) var trueOffsets: [StreamID: Int64] = [:]
    var located = Located()
    private let configuration: Configuration
    private let identityKey: IdentityKey

    init(chance seed: UInt64) {
        var chance = Seeded(seed)
        disk = SimulatedDisk(chance: Seeded(chance.next()))
        network = SimulatedNetwork(
            collector: collector, clock: clock, chance: Seeded(chance.next()))
        let text = """
            [agent]
            device = kiosk-1
            state_directory = \(Self.directory)
            [collector]
            url = http://127.0.0.1:4690
            write_key = \(String(decoding: SimulatedCollector.writeKey, as: UTF8.self))

            """
        guard let configuration = try? Configuration(text: Array(text.utf8), file: "simulated"),
            let identityKey = IdentityKey([UInt8](repeating: 9, count: 32))
        else { preconditionFailure("the configuration is valid") }
        self.configuration = configuration
        self.identityKey = identityKey
        self.chance = chance
        network.plan = { [unowned self] time, action in schedule.plan(at: time, action) }
        collector.time = { [unowned self] in
            clock.worldMilliseconds + collectorErrorMilliseconds
        }
        for (number, door) in [Door.http, .ingest, .control, .http].enumerated() {
            producers.append(
                SimulatedProducer(
                    number: number, door: door, chance: Seeded(self.chance.next()), site: self))
        }
        switchOn(in1970: false)
        SimulatedVFS.mount(disk)
    }

    /// The device gets power: another boot, on the same disk.
    func switchOn(in1970: Bool) {
        clock.boot(in1970: in1970)
        boot = StreamID(high: chance.next(), low: chance.next())
        trueOffsets[boot] = clock.worldMilliseconds - clock.monotonic.milliseconds
    }

    /// Begins a process; it may end within its first calls.
    func start(callsLeft: Int = .max) throws(StoreError) {
        precondition(process == nil, "one process at a time")
        startCount += 1
        let life = Life()
        life.callsLeft = callsLeft
        disk.life = life
        var world = SimulatedWorld(
            life: life, clock: clock, outside: self, chance: Seeded(chance.next()))
        let store = try EventStore(
            directory: Self.directory, quotaBytes: quotaBytes + excessQuotaBytes, boot: boot,
            freshStream: StreamID(high: chance.next(), low: chance.next()),
            wallMilliseconds: clock.wall.milliseconds, vfs: nil, fileSystem: .simulated(disk))
        let loop = try AgentLoop(
            configuration, store: store, identityKey: identityKey,
            writeKey: SimulatedCollector.writeKey, world: &world)
        process = Process(world: world, store: store, loop: loop)
        openings.append(store.opening)
        located = Located()
        locateEvents()
    }

    /// One quantum of the process; answers when it wants the next, by this site's time.
    func step() -> Int64 {
        guard let process else { return .max }
        var world = process.world
        let deadline = process.loop.step(&world)
        return clock.moment(of: deadline)
    }

    /// The process is gone at once; what it wrote stays in the kernel's hands.
    func kill() {
        disk.life.end()
        pastDigest = digest
        process = nil
        for producer in producers { producer.lose() }
    }

    /// The process is asked to leave, and does.
    func terminate() {
        guard let process else { return }
        var world = process.world
        world.happen(.terminate)
        _ = process.loop.step(&world)
        process.loop.finish(&world)
        kill()
    }

    func cutPower() {
        kill()
        disk.losePower()
    }

    /// Whether the store could give up its ballast.
    var hasBallast: Bool { disk.file(Self.directory + "/ballast")?.bytes.isEmpty == false }

    /// Looks at the disk through SQLite without being noticed.
    func observe<Result>(_ look: (EventStore) throws(StoreError) -> Result) -> Result? {
        // A look must not open what the process has closed.
        guard let process, !process.world.life.isOver, process.store.isOpen else { return nil }
        disk.isObserved = true
        defer { disk.isObserved = false }
        do throws(StoreError) {
            return try look(process.store)
        } catch {
            observationFault = error
            return nil
        }
    }

    /// Of all that the processes have said.
    var digest: Digest64 {
        var digest = pastDigest
        if let process { digest.take(process.world.digest.value) }
        return digest
    }

    func nextConnection() -> ConnectionID {
        connectionCount += 1
        return ConnectionID(connectionCount)
    }
}

/// What producers and processes tell each other.
extension Site {
    func looked() { locateEvents() }

    func sent(_ bytes: [UInt8], to connection: ConnectionID) {
        for producer in producers where producer.connection == connection {
            producer.receive(bytes)
        }
    }

    func closed(_ connection: ConnectionID) {
        for producer in producers where producer.connection == connection { producer.lose() }
    }

    func submitted(_ exchange: Exchange) {
        guard let process else { return }
        network.carry(exchange, for: process.world)
    }

    func acknowledge(_ number: Int) { ledger.acknowledge(number) }

    /// Some event of a producer's that it may hand over once more under the same message id.
    func acknowledgedMessage(of producer: SimulatedProducer, _ chance: inout Seeded) -> Int? {
        guard !ledger.entries.isEmpty else { return nil }
        let number = chance.below(ledger.entries.count)
        let entry = ledger[number]
        let isFit =
            entry.producer == producer.number && entry.hasMessageID && entry.isAcknowledged
        return isFit ? number : nil
    }
}

internal import CPlatform
internal import Glibc
internal import Ring

/// What handing an event over costs through the shared library, beside the same bytes written into
/// a lane.
///
/// Bursts into lanes that nobody reads meanwhile, in turn, the first another one each round: what
/// the machine does meanwhile happens to all. Each reads the boot clock once an event, asks whether
/// the reader has to be woken, and is read and given back between the rounds. The lane is given the
/// event's whole text at once; the library finds its client and its thread's lane, looks through
/// the name for what is to be escaped, and puts the text together, and of `text` measures both
/// parts first.
enum ClientTrack {
    private static let warmUps = 6
    /// A long lane, of which each burst goes through memory; and the one that programs have, which
    /// stays in a processor's cache.
    private static let loads: [(name: String, laneBytes: Int, count: Int, rounds: Int)] = [
        ("track", 262_144, 700, 1001), ("track-16m", 16 << 20, 40_000, 101),
    ]

    static func run(_ bed: Bed, _ output: Output) throws {
        let library = try ClientLibrary(bed.library)
        for load in loads {
            try bed.withFolder { (folder) in
                let agent = try PlayedAgent(folder: folder)
                let client = try agent.open(library, laneBytes: load.laneBytes)
                let samples = try measure(client, load.count, load.rounds)
                samples.show(load.name, output)
                for name in ["text", "bytes"] {
                    try output.show(
                        samples.ratio(
                            "\(load.name)-\(name)-to-lane", name, "lane", "of the lane", 1.2))
                    // What else runs on the processor's core costs the longer code more.
                    try output.show(
                        samples.bestRatio(
                            "\(load.name)-\(name)-best-to-lane", name, "lane",
                            "of the lane's best", 1.2))
                }
            }
        }
    }

    private static func measure(
        _ client: AttachedClient, _ count: Int, _ rounds: Int
    ) throws -> Samples {
        let event = try ProductEvent(isInCents: false) { (event) in
            try client.track(event, 1)
            return try client.receive(1).count
        }
        try client.track(event, 1)
        // What the library has written is what the lane is given.
        let lane = try BareLane(payload: try client.receive(1), capacity: client.capacity)
        let contenders: [Contender] = [
            Contender(name: "lane", send: lane.send, receive: lane.receive),
            Contender(
                name: "text", send: { try client.track(event, $0) }, receive: client.receive),
            Contender(
                name: "bytes", send: { try client.trackBytes(event, $0) },
                receive: client.receive),
        ]
        var samples = Samples(bench: "client", unit: "ns/event")
        for round in -warmUps..<rounds {
            samples.add(clock(count), count, "clock", round)
            for turn in contenders.indices {
                let contender = contenders[(turn + round + warmUps) % contenders.count]
                samples.add(try contender.send(count), count, contender.name, round)
                guard try contender.receive(count).count == ProductEvent.recordBytes else {
                    throw BenchError("a record of \(contender.name) has another length")
                }
            }
        }
        return samples
    }

    /// Readings of the clock alone.
    private static func clock(_ count: Int) -> UInt64 {
        let start = MonotonicClock.now()
        for _ in 0..<count { _ = platform_boot_nanoseconds() }
        return MonotonicClock.now() - start
    }
}

/// One way to hand events over.
struct Contender {
    let name: String
    /// Hands over so many; nanoseconds.
    let send: (Int) throws -> UInt64
    /// Reads so many, and gives their room back; the last payload.
    let receive: (Int) throws -> [UInt8]
}

extension AttachedClient {
    /// Hands over an event so many times, its texts ended by zeros; nanoseconds.
    @discardableResult
    func track(_ event: ProductEvent, _ count: Int) throws -> UInt64 {
        let track = unsafe library.track
        var refused: Int32 = 0
        let start = MonotonicClock.now()
        for _ in 0..<count { unsafe refused |= track(handle, event.name, event.properties, 0) }
        let nanoseconds = MonotonicClock.now() - start
        guard refused == 0 else { throw BenchError("footfall_track refuses") }
        return nanoseconds
    }

    /// The same, its texts by lengths that are known.
    func trackBytes(_ event: ProductEvent, _ count: Int) throws -> UInt64 {
        let track = unsafe library.trackBytes
        let (name, properties) = unsafe (strlen(event.name), strlen(event.properties))
        var refused: Int32 = 0
        let start = MonotonicClock.now()
        for _ in 0..<count {
            unsafe refused |= track(handle, event.name, name, event.properties, properties, 0)
        }
        let nanoseconds = MonotonicClock.now() - start
        guard refused == 0 else { throw BenchError("footfall_track_bytes refuses") }
        return nanoseconds
    }
}

/// A lane that is written by nothing but its writer.
@safe private final class BareLane {
    private let region: Region
    private let readers: Region
    private let bell: Doorbell
    /// The text of an event that somebody else has put together.
    private let text: [UInt8]

    /// - Parameter payload: of the record: 8 bytes of time, and the text.
    init(payload: [UInt8], capacity: Int) throws {
        text = Array(payload.dropFirst(8))
        let fences = !Doorbell.register()
        guard let geometry = RegionGeometry(lanes: 2, capacity: capacity) else {
            throw BenchError("no lane has \(capacity) bytes")
        }
        let region = try Region(making: geometry, identifier: (1, 2), process: 0)
        guard let descriptor = region.descriptor else { throw BenchError("no region is shared") }
        self.region = region
        // Mapped a second time, as the client's is.
        readers = try Region(taking: descriptor)
        bell = region.doorbell(fences: fences)
        region.set(RestBarrier())
    }

    func send(_ count: Int) throws -> UInt64 {
        guard var writer = region.writer(ofLane: 0) else { throw BenchError("a lane is missing") }
        let bell = bell
        return try unsafe text.withUnsafeBytes { (text) in
            let bytes = text.count + 8
            let start = MonotonicClock.now()
            for _ in 0..<count {
                let time = UInt64(truncatingIfNeeded: platform_boot_nanoseconds())
                guard let room = unsafe writer.claim(bytes, at: time),
                    let source = text.baseAddress
                else { throw BenchError("a lane is full") }
                unsafe room.storeBytes(of: time.littleEndian, as: UInt64.self)
                unsafe (room + 8).copyMemory(from: source, byteCount: text.count)
                writer.commit(bytes, kind: 1)
                if writer.mustRing(bell) { throw BenchError("the reader never rests") }
            }
            return MonotonicClock.now() - start
        }
    }

    func receive(_ count: Int) throws -> [UInt8] { try readers.receive(count) }
}

internal import Glibc
internal import Ring
internal import SeededText
internal import Synchronization

/// Writers that keep no rule against the agent's side of the ring, under AddressSanitizer.
///
/// What must hold is invariant 5: the reader stays inside the lane, comes to an end, and gives out
/// nothing longer than a lane takes. One that does not ends the run.
@main struct Hostile {
    static func main() {
        let between = Self.between(rounds: 400_000)
        print("between reads: \(between.records) records, \(between.faults) faults")
        let during = Self.during(count: 100_000)
        print("during reads: \(during.records) records, \(during.faults) faults")
        let regions = Regions.take(count: 4000)
        print("regions: \(regions.taken) taken, \(regions.refused) refused")
        let counts = [
            between.records, between.faults, during.records, during.faults, regions.taken,
            regions.refused,
        ]
        // Nobody was hostile who was never believed, or always.
        guard counts.allSatisfy({ $0 >= 200 }) else { fatalError("too little came to pass") }
    }

    /// The writer's lies stand still while the reader reads.
    private static func between(rounds: Int) -> Victim.Counts {
        var random = Seeded(11)
        var counts = Victim.Counts()
        for capacity in [64, 128, 1024, 4096] {
            for isHeap in [true, false] {
                let arena = Arena(capacity: capacity, isHeap: isHeap)
                for _ in 0..<rounds / 8 {
                    let start = random.next() & ~7
                    arena.words.begin(at: start)
                    var victim = Victim(arena.reader(from: start), capacity, isStill: true)
                    var writer = arena.writer()
                    for _ in 0..<3 {
                        write(&writer, capacity, &random)
                        for _ in 0..<random.below(3) { arena.words.scribble(&random) }
                        if !victim.pass(&random) { break }
                    }
                    counts += victim.counts
                }
            }
        }
        return counts
    }

    /// The writer's lies change while the reader reads.
    ///
    /// - Parameter count: so many records, and so many faults.
    private static func during(count: Int) -> Victim.Counts {
        var random = Seeded(13)
        var sum = Victim.Counts()
        for (capacity, isHeap) in [(64, true), (64, false), (1024, true), (1024, false)] {
            let arena = Arena(capacity: capacity, isHeap: isHeap)
            let scribbler = Scribbler(arena.words)
            var counts = Victim.Counts()
            while counts.records < count / 4 || counts.faults < count / 4 {
                let start = random.next() & ~7
                arena.words.begin(at: start)
                var victim = Victim(arena.reader(from: start), capacity, isStill: false)
                // For as long as the reader goes on with it, but not for ever.
                for _ in 0..<1000 {
                    let before = victim.counts
                    if !victim.pass(&random) { break }
                    if victim.counts == before { sched_yield() }
                }
                counts += victim.counts
            }
            scribbler.end()
            sum += counts
        }
        return sum
    }

    private static func write(
        _ writer: inout LaneWriter, _ capacity: Int, _ random: inout Seeded
    ) {
        let most = LaneLayout.payloadMost(capacity: capacity)
        for _ in 0..<random.below(6) {
            let payload = [UInt8](repeating: 1, count: random.below(most + 1))
            unsafe payload.withUnsafeBytes { bytes in
                _ = unsafe writer.write(bytes, kind: 1, at: 0)
            }
        }
    }
}

/// The agent's side, that holds its reader to invariant 5.
struct Victim: ~Copyable {
    struct Counts: Equatable {
        var records = 0
        var faults = 0

        static func += (sum: inout Counts, other: Counts) {
            sum.records += other.records
            sum.faults += other.faults
        }
    }

    private(set) var counts = Counts()
    private let capacity: Int
    /// Whether nobody writes while it reads.
    private let isStill: Bool
    private var reader: LaneReader
    private var payload: [UInt8] = []

    init(_ reader: consuming LaneReader, _ capacity: Int, isStill: Bool) {
        self.reader = reader
        self.capacity = capacity
        self.isStill = isStill
    }

    private mutating func next() throws(LaneFault) -> Record? {
        if let record = try reader.next(into: &payload) { return record }
        guard try reader.look() != nil else { return nil }
        return try reader.next(into: &payload)
    }

    /// Reads what there is; false where the reader gives the writer up.
    mutating func pass(_ random: inout Seeded) -> Bool {
        let from = reader.position
        do throws(LaneFault) {
            while let record = try next() {
                counts.records += 1
                guard record.count == payload.count,
                    record.count <= LaneLayout.payloadMost(capacity: capacity)
                else { fatalError("a record of \(record.count) bytes") }
                if random.oneIn(4), !reader.overwrite(record) { fatalError("not overwritten") }
                // What comes while it reads is read too, but not without end.
                let bytes = reader.position &- from
                if isStill, bytes > capacity { fatalError("more than a lane holds was read") }
                guard bytes <= UInt64(capacity) << 8 else { break }
                if random.oneIn(4) { reader.release() }
            }
        } catch {
            counts.faults += 1
            guard reader.skip() else { return false }
        }
        guard reader.waitingBytes <= UInt64(capacity) else { fatalError("more than a lane waits") }
        _ = reader.drops
        if random.oneIn(2) { reader.release() }
        return true
    }
}

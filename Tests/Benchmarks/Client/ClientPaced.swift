internal import CFootfall
internal import Foundation

/// How long one call takes a program that hands over an event every millisecond and sleeps in
/// between, beside the agent's executable.
///
/// | situation | the agent | a call |
/// |---|---|---|
/// | awake | another program keeps it busy | wakes nobody |
/// | dozing | gathers for a second, then stores | wakes it after each store |
/// | asleep | has stored the event before: each is critical | wakes it: a system call |
///
/// Every second call is timed. The others are watched: what they find in the region's word of rest
/// says whether they rang, and looking at it would change what a timed one costs.
enum ClientPaced {
    private enum Situation: String, CaseIterable { case awake, dozing, asleep }

    private static let callCount = 20_000
    private static let gapNanoseconds = 1_000_000

    static func run(_ bed: Bed, _ output: Output) throws {
        let library = try ClientLibrary(bed.library)
        let event = try bed.withFolder { (folder) in
            let client = try PlayedAgent(folder: folder).open(library, laneBytes: 0)
            return try ProductEvent(isInCents: false) { (event) in
                try client.track(event, 1)
                return try client.receive(1).count
            }
        }
        for situation in Situation.allCases {
            try bed.withFolder { (folder) in
                let site = try RingSite(folder: folder)
                defer { site.end() }
                let client = try PacedClient(library, folder: folder + "/run")
                let feeder =
                    situation == .awake ? try Feeder(library, folder: folder + "/run") : nil
                let flags = situation == .asleep ? UInt32(FOOTFALL_CRITICAL) : 0
                let calls = try client.run(event, callCount, gapNanoseconds, flags)
                try feeder?.end()
                try client.end()
                show(situation, calls, output)
            }
        }
    }

    private static func show(_ situation: Situation, _ calls: PacedCalls, _ output: Output) {
        let sorted = calls.nanoseconds.sorted()
        let name = "paced-\(situation.rawValue)"
        for (part, share) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("most", 1)] {
            output.show(
                Figure(
                    bench: "client", name: "\(name)-\(part)",
                    value: Double(sorted[Int(Double(sorted.count - 1) * share)]), unit: "ns",
                    digits: 0))
        }
        for (part, count, of) in [
            ("at-rest", calls.restingCount, calls.watchedCount),
            ("rang", calls.rungCount, calls.watchedCount),
            ("dropped", calls.droppedCount, calls.nanoseconds.count + calls.watchedCount),
        ] {
            output.show(
                Figure(
                    bench: "client", name: "\(name)-\(part)",
                    value: Double(count) / Double(of) * 100, unit: "% of calls"))
        }
    }
}

/// What became of paced calls.
struct PacedCalls {
    /// Of each that was timed, one reading of the clock included.
    var nanoseconds: [UInt32] = []
    var watchedCount = 0
    /// Of those that were watched: how many found the agent at rest.
    var restingCount = 0
    /// How many of them woke it.
    var rungCount = 0
    /// Of all calls: how many found no room.
    var droppedCount = 0

    mutating func count(_ status: Int32) throws {
        guard status == 0 || status == Int32(FOOTFALL_FULL) else {
            throw BenchError("footfall_track answers \(status)")
        }
        if status != 0 { droppedCount += 1 }
    }
}

/// Another program's part: it hands over so much that the agent never rests.
final class Feeder: Sendable {
    private let library: ClientLibrary
    private let client: UInt32
    private let stop = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    private static let burstCount = 500

    init(_ library: ClientLibrary, folder: String) throws {
        self.library = library
        client = try library.open(attachedIn: folder)
        Thread { [self] in
            feed()
            done.signal()
        }.start()
    }

    /// Ends it.
    func end() throws {
        stop.signal()
        done.wait()
        _ = library.close(client)
    }

    private func feed() {
        unsafe "Fed".withCString { (name) in
            // Critical, or the agent would gather them for a second. What does not fit is left out.
            repeat {
                for _ in 0..<Self.burstCount
                where unsafe library.track(client, name, nil, UInt32(FOOTFALL_CRITICAL)) != 0 {
                    break
                }
            } while stop.wait(timeout: .now() + .milliseconds(1)) == .timedOut
        }
    }
}

internal import Foundation

/// What an event costs the device from shared memory to the collector's receipt: read, stored with
/// a sync, packed, sent, forgotten.
///
/// The executables that are shipped, each a process: two threads hand over events of some 300
/// bytes as quickly as the agent takes them, and what is counted is the agent's own time of the
/// processors.
enum RingSent {
    private static let threads = 2
    private static let recordsEach = 250_000
    /// Of a text that fills each record up to this; half of it on average.
    private static let fillBytes = 440
    private static let laneBytes = 1 << 20
    private static let processorSecondsMost = 3.0

    static func run(_ bed: Bed, _ output: Output) throws {
        try bed.withFolder { (folder) in
            let site = try RingSite(folder: folder)
            defer { site.end() }
            let before = try site.agentSeconds()
            let start = Date()
            try site.share(threads, recordsEach, fillBytes, laneBytes)
            let stored = Date()
            try site.flush()
            let sent = Date()
            let events = threads * recordsEach
            guard try site.deliveredCount() == events else {
                throw BenchError("\(try site.deliveredCount()) of \(events) were delivered")
            }
            let millions = Double(events) / 1e6
            let seconds = try site.agentSeconds() - before
            output.show(
                Figure(
                    bench: "ring", name: "sent", value: seconds / millions,
                    unit: "CPU s/M events", target: processorSecondsMost))
            for (name, end) in [("stored-rate", stored), ("sent-rate", sent)] {
                output.show(
                    Figure(
                        bench: "ring", name: name,
                        value: Double(events) / end.timeIntervalSince(start), unit: "events/s",
                        digits: 0))
            }
        }
    }
}

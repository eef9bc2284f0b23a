internal import Platform

/// Whether the agent's memory grows with its backlog, while no collector answers.
enum StoreMemory {
    private static let backlogs: [Int64] = [10_000, 100_000, 1_000_000]
    private static let eventsPerCommit = 100
    private static let spreadMost = 2.0

    static func run(_ bed: Bed, _ output: Output) throws {
        try bed.withStore { directory in
            let kiosk = try Kiosk(directory: directory, bed.corpus)
            // Once through everything, so that what is taken once has been taken.
            for _ in 0..<50 { add(kiosk) }
            try kiosk.drain(toAtMost: 0)
            guard kiosk.queuedCount == 0 else { throw BenchError("the queue does not drain") }
            let empty = try measure(0, output)
            var spread = 0.0
            for backlog in backlogs {
                while kiosk.queuedCount < backlog { add(kiosk) }
                let memory = try measure(backlog, output)
                spread = max(spread, (memory - empty).magnitude)
            }
            try kiosk.finish()
            output.show(
                Figure(
                    bench: "store", name: "memory-change", value: spread, unit: "MB",
                    target: spreadMost))
        }
    }

    private static func add(_ kiosk: Kiosk) {
        kiosk.take(eventsPerCommit)
        kiosk.shop.pass(milliseconds: 1000)
    }

    private static func measure(_ backlog: Int64, _ output: Output) throws -> Double {
        ThisProcess.releaseFreeMemory()
        let memory = Double(try Machine.anonymousBytes()) / 1e6
        output.show(
            Figure(
                bench: "store", name: "memory-\(backlog)", value: memory,
                unit: "MB with the bench"))
        return memory
    }
}

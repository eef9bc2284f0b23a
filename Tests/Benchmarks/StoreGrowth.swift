/// Whether the files grow when the queue fills and drains again and again.
enum StoreGrowth {
    private static let warmCycles = 100
    private static let cycles = 10_000
    private static let eventsPerCommit = 20

    static func run(_ bed: Bed, _ output: Output) throws {
        try bed.withStore { directory in
            let kiosk = try Kiosk(directory: directory, bed.corpus)
            for number in 0..<warmCycles { try cycle(number, kiosk) }
            let before = try sizes(directory)
            for number in 0..<cycles { try cycle(number, kiosk) }
            let after = try sizes(directory)
            try kiosk.finish()
            for (name, grown) in zip(["database", "log"], zip(after, before).map { $0 - $1 }) {
                output.show(
                    Figure(
                        bench: "store", name: "growth-" + name, value: Double(grown),
                        unit: "B in \(cycles) cycles", target: 0, digits: 0))
            }
        }
    }

    private static func sizes(_ directory: String) throws -> [Int64] {
        try ["events.db", "events.db-wal"].map { try StateFiles.byteCount(directory, $0) }
    }

    /// Most fill a few pages; one in ten fills blocks.
    private static func cycle(_ number: Int, _ kiosk: Kiosk) throws {
        for _ in 0..<(number % 10 == 0 ? 75 : 2) { kiosk.take(eventsPerCommit) }
        kiosk.shop.pass(milliseconds: 1000)
        kiosk.rest()
        try kiosk.drain(toAtMost: 0)
        guard kiosk.queuedCount == 0 else { throw BenchError("the queue does not drain") }
    }
}

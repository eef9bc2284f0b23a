/// What reaches the disk on a quiet kiosk's day: hardly ever do two events share a commit.
enum StoreDay {
    private struct Day {
        var name: String
        var gapMilliseconds: Int64
        var isCollectorUp: Bool
        var target: Double?
    }

    private static let dayMilliseconds: Int64 = 24 * 3600 * 1000
    /// A collector's answer takes as long as a mobile network may.
    private static let answerMilliseconds: Int64 = 200
    private static let days = [
        Day(name: "day-12s", gapMilliseconds: 12_000, isCollectorUp: true, target: 25),
        Day(name: "day-12s-offline", gapMilliseconds: 12_000, isCollectorUp: false),
        // The mean of the kiosk profile: 2257 events a day.
        Day(name: "day-38s", gapMilliseconds: 38_281, isCollectorUp: true),
        Day(name: "day-38s-offline", gapMilliseconds: 38_281, isCollectorUp: false),
    ]

    static func run(_ bed: Bed, _ output: Output) throws {
        for day in days {
            let (written, syncs) = try bed.withStore { directory in
                let kiosk = try Kiosk(directory: directory, bed.corpus)
                for _ in 0..<1000 { try pass(day, kiosk) }
                let bytes = try bed.meter.writtenBytes()
                let syncs = unsafe CountingDisk.syncCount
                for _ in 0..<(dayMilliseconds / day.gapMilliseconds) { try pass(day, kiosk) }
                let written = try bed.meter.writtenBytes() - bytes
                let synced = unsafe CountingDisk.syncCount - syncs
                try kiosk.finish()
                return (written, synced)
            }
            output.show(
                Figure(
                    bench: "store", name: day.name, value: Double(written) / 1e6,
                    unit: "MB/day", target: day.target, digits: 1))
            output.show(
                Figure(
                    bench: "store", name: day.name + "-syncs", value: Double(syncs),
                    unit: "syncs/day", digits: 0))
        }
    }

    /// One event, its delivery, and the time until the next.
    private static func pass(_ day: Day, _ kiosk: Kiosk) throws {
        kiosk.take(1)
        if day.isCollectorUp {
            kiosk.shop.pass(milliseconds: answerMilliseconds)
            try kiosk.drain(toAtMost: 0)
        }
        kiosk.idle(milliseconds: day.gapMilliseconds)
    }
}

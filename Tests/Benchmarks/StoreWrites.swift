/// What a store writes for each byte of its events, by how many come in a commit.
///
/// Warm: the log has its full size and is used again and again, the database has free pages. The
/// collector's receipts come 2000 to 3000 events behind, a thousand at a time.
enum StoreWrites {
    private struct Load {
        var eventsPerCommit: Int
        /// The most bytes a raw byte with `psow=0`.
        var target: Double
        var warmEvents: Int
        var events: Int
    }

    private static let loads = [
        Load(eventsPerCommit: 1, target: 35, warmEvents: 4000, events: 8000),
        Load(eventsPerCommit: 20, target: 2.5, warmEvents: 8000, events: 40_000),
        Load(eventsPerCommit: 100, target: 0.7, warmEvents: 20_000, events: 100_000),
        Load(eventsPerCommit: 1000, target: 0.2, warmEvents: 20_000, events: 100_000),
    ]
    private static let syncsMost = 1.1
    private static let behindLeast: Int64 = 2000
    private static let behindMost: Int64 = 3000
    /// Short enough that a thousand commits take less than an exchange may.
    private static let gapMilliseconds: Int64 = 50

    static func run(_ bed: Bed, _ output: Output) throws {
        for load in loads { try measure(load, "", bed.corpus, bed, output) }
        // As SDKs send them: what is remembered of their ids is written too.
        for load in loads { try measure(load, "-ids", bed.corpus.identified(), bed, output) }
        unsafe CountingDisk.isPowersafe = true
        defer { unsafe CountingDisk.isPowersafe = false }
        for load in loads { try measure(load, "-psow1", bed.corpus, bed, output) }
    }

    private static func measure(
        _ load: Load, _ variant: String, _ corpus: Corpus, _ bed: Bed, _ output: Output
    ) throws {
        let (written, syncs) = try bed.withStore { directory in
            let kiosk = try Kiosk(directory: directory, corpus)
            try feed(kiosk, load.warmEvents, load.eventsPerCommit)
            let commits = kiosk.commitCount
            let raw = kiosk.offeredBytes
            let bytes = try bed.meter.writtenBytes()
            let syncs = unsafe CountingDisk.syncCount
            try feed(kiosk, load.events, load.eventsPerCommit)
            let written = try bed.meter.writtenBytes() - bytes
            let synced = unsafe CountingDisk.syncCount - syncs
            try kiosk.finish()
            return (
                Double(written) / Double(kiosk.offeredBytes - raw),
                Double(synced) / Double(kiosk.commitCount - commits)
            )
        }
        let name = "writes-\(load.eventsPerCommit)" + variant
        output.show(
            Figure(
                bench: "store", name: name, value: written, unit: "B/raw B",
                target: variant.isEmpty ? load.target : nil))
        output.show(
            Figure(
                bench: "store", name: name + "-syncs", value: syncs, unit: "syncs/commit",
                target: variant.isEmpty ? syncsMost : nil, digits: 3))
    }

    private static func feed(_ kiosk: Kiosk, _ events: Int, _ eventsPerCommit: Int) throws {
        for _ in 0..<(events / eventsPerCommit) {
            kiosk.take(eventsPerCommit)
            kiosk.shop.pass(milliseconds: gapMilliseconds)
            if kiosk.queuedCount >= behindMost { try kiosk.drain(toAtMost: behindLeast) }
        }
    }
}

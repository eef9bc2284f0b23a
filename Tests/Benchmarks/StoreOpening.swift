internal import Events
internal import Store

/// How long a start takes over a large queue, when the agent was killed and the log was full.
enum StoreOpening {
    private static let events = 200_000
    private static let target = 50.0
    private static let openings = 7
    /// A log with so many bytes has nearly the thousand frames after which it is copied.
    private static let fullLogBytes: Int64 = 980 * 4120

    static func run(_ bed: Bed, _ output: Output) throws {
        // Sealed, a thousand commits of one event look like ten of a hundred.
        try measure("sealed", bed, output, bed.corpus, eventsPerCommit: 100)
        // The ids of messages are in few rows, however they came.
        try measure("remembering", bed, output, bed.corpus.identified(), eventsPerCommit: 1)
        try bed.withStore { directory in
            let store = try Kiosk.openStore(directory)
            try fillTail(store)
            try open("unsealed", directory, output)
            store.close()
        }
    }

    /// Lets an agent without a collector take the events.
    private static func measure(
        _ name: String, _ bed: Bed, _ output: Output, _ corpus: Corpus, eventsPerCommit: Int
    ) throws {
        try bed.withStore { directory in
            let kiosk = try Kiosk(directory: directory, corpus)
            while kiosk.queuedCount < events {
                kiosk.take(eventsPerCommit)
                kiosk.shop.pass(milliseconds: 1000)
            }
            for _ in 0..<2000 where unsafe CountingDisk.logEnd < fullLogBytes { kiosk.take(1) }
            try open(name, directory, output)
            try kiosk.finish()
        }
    }

    /// A row an event, as if nothing had ever been sealed.
    private static func fillTail(_ store: EventStore) throws {
        let body = [UInt8](repeating: 0x2E, count: 560)
        while unsafe store.nextSequence < UInt32(events) || CountingDisk.logEnd < fullLogBytes {
            var change = Change(for: store)
            let count: UInt32 = store.nextSequence < UInt32(events) ? 100 : 1
            for sequence in change.firstSequence..<(change.firstSequence + count) {
                change.inserted.append(
                    StoredRow(
                        .tail, lane: .normal, epoch: store.epoch,
                        ranges: [SequenceRange(sequence, sequence)], body: body))
            }
            change.endSequence += count
            try store.commit(change)
        }
    }

    /// Opens copies of the store, and shows the median.
    private static func open(_ name: String, _ directory: String, _ output: Output) throws {
        var stores: [Double] = []
        var agents: [Double] = []
        for _ in 0..<openings {
            let copy = directory + "-copy"
            StateFiles.remove(copy)
            defer { StateFiles.remove(copy) }
            try StateFiles.copy(directory, to: copy)
            let clock = ContinuousClock()
            let start = clock.now
            let store = try Kiosk.openStore(copy)
            stores.append(milliseconds(clock.now - start))
            let loop = try Kiosk.start(store, copy, Shop())
            agents.append(milliseconds(clock.now - start))
            withExtendedLifetime(loop) { store.close() }
        }
        output.show(
            Figure(
                bench: "store", name: "opening-" + name, value: median(stores), unit: "ms",
                target: target, digits: 1))
        output.show(
            Figure(
                bench: "store", name: "opening-" + name + "-agent", value: median(agents),
                unit: "ms", target: target, digits: 1))
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

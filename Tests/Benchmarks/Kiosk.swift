internal import Agent
internal import Events
internal import Identity
internal import Platform
internal import Store

/// A whole agent over a real disk, in a world that does only what a bench lets happen.
///
/// So every byte is written as the product writes it: lines that come together are one commit; a
/// thousand that wait are sealed into a block; what the collector has acknowledged is deleted.
final class Kiosk {
    let shop = Shop()
    private let store: EventStore
    private let loop: AgentLoop
    private var corpus: Corpus
    private(set) var offeredCount: Int64 = 0
    /// Bytes of the events' own text, without line feeds.
    private(set) var offeredBytes: Int64 = 0
    /// Commits of events.
    private(set) var commitCount: Int64 = 0

    /// Events that are stored and not yet acknowledged.
    var queuedCount: Int64 { offeredCount - shop.deliveredCount }

    init(directory: String, quotaBytes: Int64 = 512_000_000, _ corpus: Corpus) throws {
        self.corpus = corpus
        store = try Self.openStore(directory, quotaBytes: quotaBytes)
        loop = try Self.start(store, directory, shop)
        rest()
    }

    /// Opens a store as the agent does.
    static func openStore(
        _ directory: String, quotaBytes: Int64 = 512_000_000
    ) throws(StoreError) -> EventStore {
        try EventStore(
            directory: directory, quotaBytes: quotaBytes, boot: StreamID(high: 1, low: 1),
            freshStream: StreamID(high: 2, low: 2), wallMilliseconds: 1_772_438_400_000)
    }

    /// Puts the agent's loop over an open store.
    static func start(
        _ store: EventStore, _ directory: String, _ shop: Shop
    ) throws -> AgentLoop {
        let text = """
            [agent]
            device = kiosk-1
            state_directory = \(directory)
            [collector]
            url = http://127.0.0.1:4690
            write_key = \(Shop.writeKey)

            """
        guard let key = IdentityKey([UInt8](repeating: 9, count: 32)) else {
            throw BenchError("no identity key")
        }
        var world = shop
        return try AgentLoop(
            Configuration(text: Array(text.utf8), file: "bench"), store: store, identityKey: key,
            writeKey: Array(Shop.writeKey.utf8), world: &world)
    }

    /// Commits the next `count` events together.
    func take(_ count: Int) {
        var lines: [UInt8] = []
        for _ in 0..<count {
            let line = corpus.next()
            lines += line
            offeredBytes += Int64(line.count - 1)
        }
        offeredCount += Int64(count)
        commitCount += 1
        shop.handOver(lines)
        rest()
    }

    /// Lets the collector answer until at most `count` events are queued, and nothing more is sent.
    func drain(toAtMost count: Int64) throws {
        while queuedCount > count, shop.exchange != nil {
            try shop.answer()
            rest()
        }
    }

    /// Lets time pass, and the agent do by itself what falls due.
    func idle(milliseconds: Int64) {
        let end = shop.monotonicNow().advanced(byMilliseconds: milliseconds)
        var deadline = rest()
        while deadline < end {
            shop.wait(until: deadline)
            deadline = rest()
        }
        shop.wait(until: end)
    }

    /// Lets the agent do all that it has to do now; answers when it next has something to do.
    @discardableResult
    func rest() -> Instant {
        var world = shop
        while true {
            let deadline = loop.step(&world)
            if shop.isQuiet, deadline > shop.monotonicNow() { return deadline }
        }
    }

    /// Ends the agent, once the store has proved to have what was handed over.
    ///
    /// A bench that loses events would flatter.
    func finish() throws {
        // What the collector has answered may wait for a commit to ride on.
        shop.terminate()
        rest()
        let queued = try store.statistics().reduce(0) { $0 + $1.eventCount }
        guard queued == queuedCount else {
            throw BenchError("\(queued) events are queued, not \(queuedCount)")
        }
        store.close()
    }
}

import Events
import Testing

@testable import Store

/// Invariant 8 of the Store page.
@Suite struct `What is remembered is bounded` {
    let state = StateDirectory()

    @Test func `the quarantine by 1 percent of the quota, the oldest out first`() throws {
        var store = try state.open()
        let most = EventStore.quotaBytesMin / 100
        for index in 0..<500 {
            try quarantine(store, bytes: index == 450 ? 300_000 : 1000)
        }
        let kept = try #require(try store.quarantineStatistics().first)
        #expect(kept.byteCount + 64 * kept.eventCount <= most)
        #expect(kept.byteCount + 64 * kept.eventCount > most - 2000)
        let oldest = try #require(store.database).connection.integer(
            "SELECT min(id) & 4294967295 FROM quarantine")
        #expect(oldest == 500 - kept.eventCount)
        #expect(try store.counter("quarantined") == 500)
        store.close()
        store = try state.open()
        for _ in 0..<20 { try quarantine(store, bytes: 1000) }
        let after = try #require(try store.quarantineStatistics().first)
        #expect(after.byteCount + 64 * after.eventCount <= most)
        #expect(try store.counter("quarantined") == 520)
    }

    @Test func `message ids by their limit, whole chunks, the oldest out first`() throws {
        var store = try state.open()
        for index in 0..<60 {
            if index == 40 {
                store.close()
                store = try state.open()
            }
            var change = Change(for: store)
            change.messages = MessageChunk(
                wallMilliseconds: Int64(index), count: 3000, bytes: [UInt8(index)])
            try store.commit(change)
        }
        var chunks: [MessageChunk] = []
        try store.rememberedMessages { chunks.append($0) }
        let count = chunks.reduce(0) { $0 + $1.count }
        #expect(count >= Int64(Limits.rememberedMessages))
        #expect(count < Int64(Limits.rememberedMessages) + 3000)
        #expect(chunks.map { $0.wallMilliseconds } == Array(26..<60))
    }

    @Test func `epochs by what is still needed of them`() throws {
        let store = try state.open()
        try store.add(1)
        let row = try store.add(1)
        try store.remove([RowKey(.tail, RowID(lane: .normal, epoch: 1, first: 0))])
        for _ in 0..<50 { try store.beginEpoch() }
        for _ in 0..<50 {
            try store.remove([store.add(1).key])
            try store.beginEpoch()
        }
        let count = {
            try #require(store.database).connection.integer("SELECT count(*) FROM epoch")
        }
        #expect(try count() == 52)
        #expect(try store.epochInfo(1)?.stream == store.stream)
        try store.remove([row.key])
        try store.beginEpoch()
        #expect(try count() == 2)
        #expect(try store.epochInfo(store.epoch)?.previousEpoch == 100)
        #expect(try store.epochInfo(store.epoch)?.previousEnd == 1)
    }

    private func quarantine(_ store: EventStore, bytes: Int) throws {
        var change = Change(for: store)
        change.quarantined = [
            QuarantinedEvent(
                lane: .normal, epoch: store.epoch, sequence: store.nextSequence,
                wallMilliseconds: 1, reason: "bad", producer: 2, byteCount: Int64(bytes),
                body: Array(repeating: 3, count: bytes))
        ]
        change.endSequence += 1
        change.counters = [CounterDelta(.normal, "quarantined", 1)]
        try store.commit(change)
    }
}

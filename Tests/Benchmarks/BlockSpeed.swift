internal import Blocks
internal import CPlatform
internal import Events
internal import Foundation
internal import Glibc
internal import Identity
internal import Synchronization

/// What blocks of a thousand events cost in time of the processor, and in memory.
///
/// Contenders take turns, round by round, and the best round of each counts: what else runs here
/// makes rounds slower, never faster.
enum BlockSpeed {
    private static let size = 1000
    private static let batchesMost = 10
    private static let rounds = 7
    private static let encodeShareMost = 0.4
    private static let decodeMost = 1e6 / 300_000
    private static let workingMemoryMost = 300.0

    private struct Costs {
        var encode = Double.infinity
        var fromText = Double.infinity
        var deflate = Double.infinity
        var decode = Double.infinity
        var inflate = Double.infinity
    }

    static func run(_ bed: Bed, _ output: Output) throws {
        let events = try BlockCorpus.events(bed.corpus)
        let batches = BlockCorpus.batches(of: events, size, batchesMost)
        guard !batches.isEmpty else { return }
        let working = try batches.map { try Self.memory(ofBlock: $0) }.max() ?? 0
        let kept = try memory(ofBlocks: batches)
        var writer = BlockWriter()
        var costs = Costs()
        for _ in 0..<rounds { try measure(batches, &writer, &costs) }
        let count = Double(batches.count * size)
        func show(_ name: String, _ value: Double, _ unit: String, _ target: Double? = nil) {
            output.show(
                Figure(bench: "blocks", name: name, value: value, unit: unit, target: target))
        }
        show("encode", costs.encode / count, "us/event")
        show("zlib-6-of-text", costs.deflate / count, "us/event")
        show("encode-to-zlib", costs.encode / costs.deflate, "of zlib -6", encodeShareMost)
        show("decode", costs.decode / count, "us/event", decodeMost)
        show("inflate-of-text", costs.inflate / count, "us/event")
        show("json-to-block", costs.fromText / count, "us/event")
        show("working-memory", Double(working) / 1e3, "KB at most", workingMemoryMost)
        show("kept-memory", Double(kept) / 1e3, "KB after \(batches.count) blocks")
    }

    /// The most that a new writer has while it writes a block, looked at by another thread all the
    /// while.
    private static func memory(ofBlock batch: [Event]) throws -> Int {
        let watch = Watch()
        Thread {
            watch.isAwake.signal()
            while !watch.isOver.load(ordering: .relaxed) {
                let most = max(watch.most.load(ordering: .relaxed), heapBytes())
                watch.most.store(most, ordering: .relaxed)
            }
            watch.isDone.signal()
        }.start()
        watch.isAwake.wait()
        let before = heapBytes()
        var writer = BlockWriter()
        let block = try writer.write(BlockCorpus.header, batch)
        // Nothing is ordered by it: the semaphore is what makes the last look visible here.
        watch.isOver.store(true, ordering: .relaxed)
        watch.isDone.wait()
        guard try writer.write(BlockCorpus.header, []).count < block.count else {
            throw BenchError("a block is as short as one without events")
        }
        return watch.most.load(ordering: .relaxed) - before
    }

    /// What two threads share of a look at the heap.
    private final class Watch: Sendable {
        let most = Atomic(0)
        let isOver = Atomic(false)
        let isAwake = DispatchSemaphore(value: 0)
        let isDone = DispatchSemaphore(value: 0)
    }

    /// What a writer holds that has written blocks.
    private static func memory(ofBlocks batches: [[Event]]) throws -> Int {
        let before = heapBytes()
        var writer = BlockWriter()
        for batch in batches { _ = try writer.write(BlockCorpus.header, batch).count }
        let after = heapBytes()
        // The writer is alive until here.
        guard try writer.write(BlockCorpus.header, []).count > 0 else {
            throw BenchError("an empty block has no bytes")
        }
        return after - before
    }

    private static func measure(
        _ batches: [[Event]], _ writer: inout BlockWriter, _ costs: inout Costs
    ) throws {
        var (encode, deflate, decode, inflate, fromText) = (0.0, 0.0, 0.0, 0.0, 0.0)
        let identity = IdentityGuard()
        for batch in batches {
            let text: [UInt8] = batch.flatMap { (event: Event) -> [UInt8] in event.body + [0x0A] }
            var block: [UInt8] = []
            encode += try time { block = try writer.write(BlockCorpus.header, batch) }
            var deflated: [UInt8] = []
            deflate += time { deflated = GeneralCodec.deflated(text) }
            var read = 0
            decode += try time { read = try BlockReader.read(block).events.count }
            var inflatedBytes = 0
            inflate += time {
                inflatedBytes = GeneralCodec.inflated(deflated, byteCount: text.count).count
            }
            guard read == batch.count, inflatedBytes == text.count else {
                throw BenchError("what was written is not what is read")
            }
            fromText += try time {
                var events: [Event] = []
                for event in batch {
                    try JSONCheck.check(event.body, in: 0..<event.body.count)
                    var taken = event
                    taken.body = identity.rewrite(event.body, in: 0..<event.body.count).body
                    events.append(taken)
                }
                block = try writer.write(BlockCorpus.header, events)
            }
        }
        costs.encode = min(costs.encode, encode)
        costs.deflate = min(costs.deflate, deflate)
        costs.decode = min(costs.decode, decode)
        costs.inflate = min(costs.inflate, inflate)
        costs.fromText = min(costs.fromText, fromText)
    }

    /// The processor's time that a body takes in this thread, in microseconds.
    private static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = now()
        try body()
        return now() - start
    }

    private static func now() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    /// What is allocated in this process.
    private static func heapBytes() -> Int {
        let heap = mallinfo2()
        return Int(heap.uordblks) + Int(heap.hblkhd)
    }
}

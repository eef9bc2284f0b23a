import FaultyDisk
import Foundation
import Platform
import Sync
import Testing

@testable import Agent

/// A drain never starves ingest: counted in steps of the loop and in writes, whatever the machine.
@Suite struct `While a long queue drains` {
    private static let batchEvents = 500

    /// What it took to drain a queue.
    private struct Drain {
        var stepCount = 0
        /// The most that one step has written.
        var writesMost = 0
    }

    @Test func `each step stores and answers what has come, whatever waits behind it`() throws {
        let short = try drain(batches: 4)
        let long = try drain(batches: 16)
        #expect(long.writesMost <= short.writesMost * 2, "\(short) \(long)")
        #expect(long.stepCount <= short.stepCount * 4 + 4, "nor does ingest starve the drain")
    }

    /// Fills a queue, then hands an event over by each door before each step until it is empty.
    private func drain(batches: Int) throws -> Drain {
        let disk = FaultyDisk(name: "drain-" + UUID().uuidString)
        let kiosk = try Kiosk(disk: disk)
        kiosk.collector.mood = .down
        let names = (0..<Self.batchEvents).map { Kiosk.track("Product \($0)") }
        for _ in 0..<batches {
            let batch = #"{"batch":["# + names.joined(separator: ",") + "]}"
            #expect(try kiosk.post(batch).status == 200)
        }
        kiosk.collector.mood = .well
        kiosk.world.advance(to: kiosk.loop.courier.machine.deadline)
        var (drain, writes) = (Drain(), 0)
        disk.willWrite = { writes += 1 }
        let script = kiosk.connect(.ingest)
        while kiosk.collector.events.count < batches * Self.batchEvents {
            let app = kiosk.connect(.http)
            kiosk.say(Kiosk.post(Kiosk.batch(Kiosk.track("now"))), on: app)
            kiosk.say(Kiosk.track("now") + "\n", on: script)
            let (exchangeCount, writesBefore) = (kiosk.world.exchangeCount, writes)
            var world = kiosk.world
            _ = kiosk.loop.step(&world)
            #expect(Reply.all(world.takeSent(app)).map { $0.status } == [200])
            let line = String(decoding: world.takeSent(script), as: UTF8.self)
            #expect(line.contains(#""stored":1"#))
            #expect(world.exchangeCount - exchangeCount <= 1, "one block a step")
            // So that there is a step of each kind: with a block on its way, and with its answer.
            if let exchange = world.exchange, world.exchangeCount == exchangeCount {
                world.settle(try #require(kiosk.collector.answer(exchange)))
            }
            drain.stepCount += 1
            drain.writesMost = max(drain.writesMost, writes - writesBefore)
            try #require(drain.stepCount < 1000, "the queue does not drain")
        }
        return drain
    }
}

import Blocks
import Events
import Platform
import SeededText
import Store
import Testing

@testable import Agent

/// An afternoon that a seed makes up: producers, kills, outages, portals, broken disks, clones.
private final class Afternoon {
    let kiosk: Kiosk
    private var chance: Seeded
    private var eventCount = 0
    /// What was answered as stored or as known, and so must arrive once.
    private(set) var acknowledged: Set<String> = []
    /// What a producer still has to hand over, or does again.
    private var outbox: [String] = []
    /// Events that were answered and that no collector takes.
    private(set) var badCount = 0
    private var isDiskBroken = false
    private(set) var foreign: Set<EventID> = []

    init(_ seed: UInt64) throws {
        chance = Seeded(seed)
        kiosk = try Kiosk("[collector]\nbackoff_cap = 10s")
        let isPoisoned = { (event: Event) in
            String(decoding: event.body, as: UTF8.self).contains("poison")
        }
        if chance.oneIn(2) {
            kiosk.collector.eventFault = { isPoisoned($0) ? "too_old" : nil }
        } else {
            kiosk.collector.blockFault = { $0.events.contains(where: isPoisoned) ? "bad" : nil }
        }
    }

    /// One thing that happens.
    func goOn() throws {
        switch chance.below(14) {
        case 0...4: try handOver()
        case 5: try handOver(breaking: true)
        case 6: try mend()
        case 7, 8: try changeMood()
        case 9: try kill()
        case 10: if !isDiskBroken { try befoul() }
        case 11: try bad()
        default: try kiosk.pass(Int64(chance.below(20_000)))
        }
        if !isDiskBroken { try kiosk.audited() }
    }

    private func kill() throws {
        try mend()
        try kiosk.killAndStart()
    }

    private func handOver(breaking: Bool = false) throws {
        for _ in 0..<1 + chance.below(12) {
            eventCount += 1
            let name = chance.pick(["Product Viewed", "Order Completed", "Heartbeat", "poison"])
            outbox.append(Kiosk.track(name, id: "m\(eventCount)"))
        }
        if breaking, !isDiskBroken {
            try kiosk.breakDisk()
            isDiskBroken = true
        }
        // Now and then what was answered already, as a producer does that saw no answer.
        var events = outbox
        if let again = acknowledged.sorted().first, chance.oneIn(3) { events.append(again) }
        let reply = try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}")
        #expect(reply.status == (isDiskBroken ? 503 : 200))
        guard reply.status == 200 else { return }
        acknowledged.formUnion(events)
        outbox = []
    }

    private func mend() throws {
        guard isDiskBroken else { return }
        try kiosk.mendDisk()
        isDiskBroken = false
    }

    private func changeMood() throws {
        kiosk.collector.mood = chance.pick([
            .well, .well, .well, .down, .silent, .deaf, .wrongKey,
            .stranger(status: 200, headers: [], body: "<html>"),
            .stranger(status: 503, headers: [HTTPField("retry-after", "7")], body: ""),
        ])
    }

    /// Somebody else delivers under ids that this device is about to give.
    private func befoul() throws {
        let store = kiosk.loop.store
        let id = EventID(
            stream: store.stream, epoch: store.epoch,
            sequence: store.nextSequence + UInt32(chance.below(4)))
        kiosk.collector.hold(id, "somebody else's")
        foreign.insert(id)
    }

    private func bad() throws {
        guard !isDiskBroken else { return }
        let events = (0..<1 + chance.below(3)).map { _ in
            chance.pick(["5", "[]", #"{"type":"x"}"#])
        }
        #expect(try kiosk.post(#"{"batch":["# + events.joined(separator: ",") + "]}").status == 200)
        badCount += events.count
    }

    /// Everything is well again, and has time.
    func end() throws {
        try mend()
        try handOver()
        kiosk.collector.mood = .well
        // No more than a few poisoned ones are set aside in an hour.
        for _ in 0..<48 { try kiosk.pass(3_600_000) }
        try kiosk.drain()
    }
}

/// Promises 1 to 3 together: whatever happens, in whatever order.
@Suite struct `Whatever happens` {
    @Test(arguments: 1...UInt64(10))
    func `each acknowledged event arrives once or is told of, and all counts add up`(
        _ seed: UInt64
    ) throws {
        let afternoon = try Afternoon(seed)
        for _ in 0..<60 { try afternoon.goOn() }
        try afternoon.end()
        let collector = afternoon.kiosk.collector
        let poisoned = afternoon.acknowledged.filter { $0.contains("poison") }
        #expect(Set(collector.texts) == afternoon.acknowledged.subtracting(poisoned))
        #expect(Set(collector.texts).count == collector.texts.count)

        let sums = try afternoon.kiosk.audited()
        #expect(sums["delivered"] == Int64(collector.texts.count) && sums["queued"] == 0)
        #expect(sums["quarantined"] == Int64(poisoned.count + afternoon.badCount))
        #expect(sums["dropped"] == 0)

        // Every number of every epoch is accounted for, by one thing alone.
        let arrived = Set(collector.events.map(\.id))
        var told: Set<EventID> = []
        for tombstone in collector.tombstones {
            for range in tombstone.sequences {
                for sequence in range.first...range.last {
                    told.insert(
                        EventID(
                            stream: tombstone.stream, epoch: tombstone.epoch, sequence: sequence))
                }
            }
        }
        #expect(told.count == poisoned.count + afternoon.badCount)
        #expect(arrived.isDisjoint(with: told))
        let known = arrived.union(told).union(afternoon.foreign)
        for last in known where last.sequence > 0 {
            let before = EventID(
                stream: last.stream, epoch: last.epoch, sequence: last.sequence - 1)
            #expect(known.contains(before) || !arrived.union(told).contains(last))
        }
    }
}

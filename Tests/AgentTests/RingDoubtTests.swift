import CSQLite
import Events
import FaultyDisk
import Foundation
import Ring
import Store
import Testing

@testable import Agent

/// A commit whose end nobody knows: it failed, and is there all the same or is not.
@Suite struct `A commit in doubt` {
    /// What the disk does to it.
    enum Fault: CaseIterable {
        /// All is written, and the sync fails.
        case sync
        /// What comes behind the change in the log is not written.
        case padding
        /// Nothing of the change is written.
        case write

        var isThere: Bool { self != .write }
    }

    let disk = FaultyDisk(name: UUID().uuidString)

    private func spoil(by fault: Fault) {
        switch fault {
        case .sync: disk.syncAnswer = SQLITE_IOERR | 4 << 8
        case .padding: (disk.writesLeft, disk.writeAnswer) = (4, SQLITE_IOERR | 3 << 8)
        case .write: disk.writeAnswer = SQLITE_IOERR | 3 << 8
        }
    }

    /// A kiosk that has stored one record, and the commit of ten more in doubt.
    private func doubtful(_ fault: Fault) throws -> (Kiosk, SharingProducer) {
        let kiosk = try Kiosk(disk: disk)
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        producer.track("0", .critical)
        try kiosk.rest()
        #expect(producer.answer == "attached\n")
        let stored = producer.word(lane: 0, at: 264)
        for number in 1...10 { producer.track("\(number)", lane: number % 2) }
        try kiosk.rest()
        spoil(by: fault)
        try kiosk.pass(1_000)
        #expect(kiosk.loop.storeFault != nil)
        #expect(producer.word(lane: 0, at: 256) == stored)
        #expect(producer.word(lane: 0, at: 264) == stored)
        return (kiosk, producer)
    }

    /// All of the lanes is stored and given back, and every event is there once, with numbers from
    /// 0 on without a hole.
    private func judge(_ kiosk: Kiosk, _ producer: SharingProducer, _ count: Int) throws {
        for lane in 0..<2 {
            let tail = producer.word(lane: lane, at: 128)
            #expect(producer.word(lane: lane, at: 256) == tail)
            #expect(producer.word(lane: lane, at: 264) == tail)
        }
        #expect(try kiosk.queuedCount() == Int64(count))
        kiosk.collector.mood = .well
        try kiosk.drain()
        let texts = kiosk.collector.texts.sorted()
        #expect(texts == (0..<count).map { Kiosk.track("\($0)") }.sorted())
        expectNoHole(kiosk)
        let sums = try kiosk.audited()
        #expect(sums["accepted"] == Int64(count) && sums["delivered"] == Int64(count))
    }

    private func expectNoHole(_ kiosk: Kiosk) {
        for (epoch, events) in Dictionary(grouping: kiosk.collector.events, by: \.id.epoch) {
            let numbers = events.map { Int($0.id.sequence) }.sorted()
            #expect(numbers == Array(0..<numbers.count), "epoch \(epoch)")
        }
    }

    @Test(arguments: Fault.allCases)
    func `is asked for before the lanes are read on, and nothing comes twice`(
        _ fault: Fault
    ) throws {
        let (kiosk, producer) = try doubtful(fault)
        // Meanwhile it is tried again, and more comes.
        try kiosk.pass(3_000)
        producer.track("11", .critical)
        try kiosk.pass(3_000)
        disk.mend()
        try kiosk.pass(3_000)
        // What was in doubt is under an epoch that is over, if it is there.
        #expect(kiosk.loop.store.epoch == (fault.isThere ? 2 : 1))
        #expect(kiosk.loop.ring.producers.first?.eventCount == 12)
        producer.track("12", .critical)
        try kiosk.rest()
        try judge(kiosk, producer, 13)
    }

    @Test(arguments: Fault.allCases)
    func `is asked for by the next agent, and nothing comes twice`(_ fault: Fault) throws {
        let (kiosk, producer) = try doubtful(fault)
        disk.mend()
        try kiosk.killAndStart()
        try producer.attachAgain()
        try kiosk.rest()
        producer.track("11", .critical)
        try kiosk.rest()
        try judge(kiosk, producer, 12)
    }

    @Test(arguments: Fault.allCases)
    func `counts drops once`(_ fault: Fault) throws {
        let kiosk = try Kiosk(disk: disk)
        kiosk.collector.mood = .down
        let producer = try SharingProducer(kiosk)
        try kiosk.rest()
        for _ in 0..<3 { producer.writeRaw([UInt8](repeating: 0, count: 9_000)) }
        spoil(by: fault)
        producer.track("0", .critical)
        try kiosk.pass(3_000)
        disk.mend()
        try kiosk.pass(3_000)
        #expect(try kiosk.counter("refused:ring_full") == 3)
        #expect(kiosk.loop.ring.producers.first?.dropCount == 3)
        try kiosk.audited()
    }

    /// Another call than a commit may be the one that finds the disk well and the epoch over.
    @Test func `leaves no hole in the numbers, whoever opens the store again`() throws {
        let kiosk = try Kiosk(disk: disk)
        kiosk.collector.mood = .down
        for number in 0..<5 { _ = try kiosk.post(Kiosk.batch(Kiosk.track("\(number)"))) }
        spoil(by: .sync)
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("5"))).status == 503)
        disk.mend()
        // The upload reads it, before anything is there to be committed.
        try kiosk.pass(20_000)
        #expect(kiosk.loop.store.epoch == 2)
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("6"))).status == 200)
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(Set(kiosk.collector.texts).count == 7)
        expectNoHole(kiosk)
        try kiosk.audited()
    }

    @Test func `leaves one lie one fault, however often its lane is read again`() throws {
        let kiosk = try Kiosk(disk: disk)
        kiosk.collector.mood = .down
        let liar = try SharingProducer(kiosk)
        try kiosk.rest()
        func lie(_ number: Int) {
            let place = liar.word(lane: 0, at: 128)
            liar.track("good \(number)")
            liar.track("bad", .critical)
            let bytes = UInt64(16 + (Kiosk.track("good 1").utf8.count + 7) / 8 * 8)
            liar.scribble(.max >> 16, lane: 0, at: 4096 + Int(place + bytes))
        }
        // A full disk can be read: each retry finds the record in the lane again.
        disk.writeAnswer = SQLITE_FULL
        lie(1)
        try kiosk.pass(10_000)
        #expect(kiosk.loop.storeFault != nil)
        #expect(kiosk.loop.ring.producers.first?.faultCount == 1)
        #expect(liar.word(lane: 0, at: 272) == 1)
        disk.mend()
        try kiosk.pass(3_000)
        #expect(liar.answer == "attached\n")
        // Others are counted, and the third is the last.
        for number in 2...3 {
            lie(number)
            try kiosk.rest()
            #expect(liar.word(lane: 0, at: 272) == UInt64(number))
        }
        #expect(liar.answer == "refused: your memory breaks the rules\n")
        kiosk.collector.mood = .well
        try kiosk.drain()
        #expect(kiosk.collector.texts == (1...3).map { Kiosk.track("good \($0)") })
        try kiosk.audited()
    }
}

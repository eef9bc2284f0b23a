import Blocks
import Events
import Testing

@testable import Collector

@Suite struct `What is missing` {
    private func events(_ sequences: UInt32...) -> [Event] { sequences.map { Fixture.event($0) } }

    private func tombstone(
        _ ranges: SequenceRange..., epoch: UInt32 = 1, reason: String = "evicted"
    ) -> Tombstone {
        Tombstone(stream: Fixture.stream, epoch: epoch, sequences: ranges, reason: reason)
    }

    private func completeness(_ temporary: TemporaryArchive) throws -> Completeness {
        let completeness = try temporary.archive.funnelReport().completeness
        // Whatever is counted is listed, id by id.
        let missing = try temporary.archive.missingIDs()
        #expect(missing.map(\.gap) == completeness.gaps)
        for epoch in missing {
            #expect(epoch.ranges.reduce(0) { $0 + Int64($1.count) } == epoch.gap.missing)
            #expect(
                zip(epoch.ranges, epoch.ranges.dropFirst()).allSatisfy {
                    $0.upperBound + 1 < $1.lowerBound
                })
        }
        return completeness
    }

    @Test func `is listed id by id, between whatever is held or accounted for`() async throws {
        let temporary = try TemporaryArchive()
        #expect(GapsReport.text(of: try temporary.archive.missingIDs()) == "Nothing is missing.\n")
        try await temporary.take(events(1, 2, 6, 7), tombstones: [tombstone(SequenceRange(4, 4))])
        try await temporary.take(events(0), epoch: 2, previous: EpochEnd(epoch: 1, end: 20))
        let missing = try temporary.archive.missingIDs()
        #expect(missing.map(\.ranges) == [[0...0, 3...3, 5...5, 8...19]])
        #expect(
            GapsReport.text(of: missing) == """
                Missing: 15 events, neither held nor accounted for

                kiosk-1  epoch 1  15 missing
                  stream \(Fixture.stream.hexadecimal)
                  0 3 5 8-19

                """)
        #expect(
            String(decoding: GapsReport.json(of: missing), as: UTF8.self) == """
                {"schema":"gaps/1","missing":15,"gaps":[{"device":"kiosk-1","stream":"\(
                    Fixture.stream.hexadecimal)","epoch":1,"missing":15,\
                "ids":[[0,0],[3,3],[5,5],[8,19]]}]}

                """)
        // What an epoch's end says is no id of it: 20 is missing once 21 has come.
        try await temporary.take(events(21))
        #expect(try temporary.archive.missingIDs().first?.ranges.last == 8...20)
        #expect(try completeness(temporary).missing == 16)
    }

    @Test func `is known below the highest number seen`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(events(1, 2, 5))
        #expect(
            try completeness(temporary).gaps == [
                Completeness.Gap(
                    device: "kiosk-1", stream: Fixture.stream.hexadecimal, epoch: 1, missing: 3)
            ])
        try await temporary.take(events(0, 3, 4))
        #expect(try completeness(temporary).gaps == [])
    }

    @Test func `is known of an epoch's end from the epoch after it`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(events(0, 1))
        #expect(try completeness(temporary).missing == 0)
        try await temporary.take(events(0), epoch: 2, previous: EpochEnd(epoch: 1, end: 10))
        #expect(try completeness(temporary).missing == 8)
        try await temporary.take(events(0), epoch: 5, previous: EpochEnd(epoch: 4, end: 3))
        #expect(try completeness(temporary).missing == 11)
    }

    @Test func `is not what a tombstone covers, held in spite of it or not`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(events(0, 1, 2, 6))
        #expect(try completeness(temporary).missing == 3)
        let outcome = try await temporary.take([], tombstones: [tombstone(SequenceRange(2, 4))])
        #expect(outcome.tombstoneCount == 1)
        #expect(outcome.held.isEmpty)
        #expect(try completeness(temporary).missing == 1)
        #expect(
            try completeness(temporary).tombstoned == [
                Completeness.Tombstoned(reason: "evicted", events: 2)
            ])
        // An evicted event that arrives all the same is held, and no longer counted as evicted.
        try await temporary.take(events(3))
        #expect(try completeness(temporary).missing == 1)
        #expect(try completeness(temporary).tombstoned.map(\.events) == [1])
    }

    @Test func `is told once however tombstones are cut and repeated`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(events(0, 30))
        for tombstone in [
            tombstone(SequenceRange(5, 9)), tombstone(SequenceRange(5, 9), reason: "expired"),
            tombstone(SequenceRange(7, 12), SequenceRange(20, 20), reason: "expired"),
            tombstone(SequenceRange(1, 29)), tombstone(SequenceRange(8, 8)),
        ] {
            try await temporary.take([], tombstones: [tombstone])
        }
        #expect(try completeness(temporary).missing == 0)
        #expect(
            try completeness(temporary).tombstoned == [
                Completeness.Tombstoned(reason: "evicted", events: 25),
                Completeness.Tombstoned(reason: "expired", events: 4),
            ])
    }

    @Test func `includes what a tombstone of an unseen epoch leaves open`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([], tombstones: [tombstone(SequenceRange(4, 5), epoch: 3)])
        #expect(
            try completeness(temporary).gaps.map { [$0.epoch, $0.missing] } == [[3, 4]])
    }

    @Test func `is not what was refused, with or without its tombstone`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.event(0), Fixture.event(1, "{]}"), Fixture.event(2)])
        #expect(try completeness(temporary).missing == 0)
        #expect(try completeness(temporary).refused == 1)
        try await temporary.take(
            [], tombstones: [tombstone(SequenceRange(1, 1), reason: "quarantined:refused")])
        #expect(try completeness(temporary).missing == 0)
    }

    @Test func `gives a tombstone's older stream the lower ordinal`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(
            events(0), stream: Fixture.later, epoch: 2, tombstones: [tombstone(SequenceRange(0, 0))]
        )
        try await temporary.take(events(1))
        let lines = try temporary.export()
        #expect(lines.count == 2)
        #expect(lines[0].contains(Fixture.stream.hexadecimal))
        #expect(lines[1].contains(Fixture.later.hexadecimal))
    }
}

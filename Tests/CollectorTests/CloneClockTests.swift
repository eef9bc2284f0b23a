import Blocks
import Events
import GRDB
import Testing

@testable import Collector

/// Two machines with copies of a state folder: neither's clock tells of the other's events.
@Suite struct `Times of a copied device` {
    private let original = KnownBoot(
        bootedAt: 1_800_000_000_000, boot: StreamID(high: 1, low: 1), epoch: 2)
    private let copy = KnownBoot(
        bootedAt: 1_800_500_000_000, boot: StreamID(high: 2, low: 2), epoch: 2)

    private func holds(
        _ temporary: TemporaryArchive, _ name: String, _ truth: Int64,
        _ quality: SolvedTime.Quality
    ) throws {
        let time = try #require(try temporary.times()[name])
        #expect(time[3] == quality.rawValue, "\(name)")
        #expect(try #require(time[1])...(try #require(time[2])) ~= truth, "\(name)")
    }

    @Test(arguments: [false, true])
    func `are solved by the clock of the machine that captured them`(
        _ isCopyKnownFirst: Bool
    ) async throws {
        let temporary = try TemporaryArchive()
        let copied = copy.block([], anchors: [try copy.anchor(at: 9000, took: 10)])
        if isCopyKnownFirst {
            try await temporary.take(
                original.block([], anchors: [try copy.anchor(at: 9000, took: 10)]))
        }
        try await temporary.take(original.block([original.event(0, at: 4000)]))
        try await temporary.take(copy.block([copy.event(1, at: 5000)]))
        if !isCopyKnownFirst { try await temporary.take(copied) }
        try await temporary.take(copy.block([copy.event(2, at: 6000)]))
        try await temporary.take(original.block([original.event(3, at: 7000)]))
        // Nothing is known of the first one's clock yet.
        try holds(temporary, "2/0", original.bootedAt + 4000, .bounded)
        try holds(temporary, "2/3", original.bootedAt + 7000, .bounded)
        try holds(
            temporary, "2/1", copy.bootedAt + 5000, isCopyKnownFirst ? .anchored : .bounded)
        try holds(temporary, "2/2", copy.bootedAt + 6000, .anchored)
        try await temporary.take(
            original.block([], anchors: [try original.anchor(at: 9000, took: 10)]))
        try await temporary.settle()
        try holds(temporary, "2/0", original.bootedAt + 4000, .anchored)
        try holds(temporary, "2/3", original.bootedAt + 7000, .anchored)
        try holds(temporary, "2/2", copy.bootedAt + 6000, .anchored)
        let warnings = try temporary.archive.funnelReport().completeness.warnings
        #expect(warnings.map(\.name) == ["device_cloned_or_restored"])
    }

    @Test(arguments: [false, true])
    func `do not follow from the order of epochs`(_ isSeenFirst: Bool) async throws {
        let temporary = try TemporaryArchive()
        // The copy's next boot is long before the original's, of whose clock nothing is known.
        var next = copy
        (next.epoch, next.boot, next.bootedAt) = (4, StreamID(high: 3, low: 3), 1_790_000_000_000)
        var lonely = original
        (lonely.epoch, lonely.boot) = (3, StreamID(high: 4, low: 4))
        let clash = [
            original.block([original.event(0, at: 1)]), copy.block([copy.event(1, at: 2)]),
        ]
        if isSeenFirst { for block in clash { try await temporary.take(block) } }
        try await temporary.take(lonely.block([lonely.event(0, at: 3000)]))
        try await temporary.take(
            next.block([next.event(0, at: 1)], anchors: [try next.anchor(at: 9000, took: 10)]))
        if !isSeenFirst { for block in clash { try await temporary.take(block) } }
        try holds(temporary, "3/0", lonely.bootedAt + 3000, .bounded)
        try holds(temporary, "4/0", next.bootedAt + 1, .anchored)
    }
}

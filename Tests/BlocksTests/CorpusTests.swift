import BlockTrials
import Events
import Foundation
import Testing

/// What the fuzzer found to take the reader and writer somewhere else, and what once broke them.
@Suite struct `The fuzzer's corpus` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fuzz/Corpus").standardizedFileURL

    @Test func `passes every trial`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(names.count >= 50)
        let trial = BlockTrial()
        for name in names.sorted() {
            let input = try Data(contentsOf: Self.folder.appending(path: name))
            let fault = trial.fault(of: Array(input))
            #expect(fault == nil, "\(name)")
        }
    }

    @Test func `is held against trials that see a difference`() {
        let events = Fixture.events
        #expect(BlockTrial.difference(events, events) == nil)
        #expect(BlockTrial.difference(events, events.dropLast()) != nil)
        var other = events
        other[1].body[2] ^= 1
        #expect(BlockTrial.difference(events, other) != nil)
        other = events
        other[2].time.wallMilliseconds += 1
        #expect(BlockTrial.difference(events, other) != nil)
    }
}

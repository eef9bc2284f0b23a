internal import Blocks
internal import Events
internal import SeededText

/// Events of an input's texts, with whatever else an event has by the input's first byte.
enum TrialTexts {
    static let header = BlockHeader(
        device: "kiosk-1", stream: StreamID(high: 1, low: 2), lane: .ambient, epoch: 3,
        boot: StreamID(high: 4, low: 5), previous: EpochEnd(epoch: 2, end: 6), tombstones: [])

    /// The most texts of one input; the format's most is more.
    private static let eventsMost = 2048

    /// The events of texts that line feeds part.
    static func events(of input: ArraySlice<UInt8>) -> [Event] {
        var chance = Seeded(UInt64(input.first ?? 0))
        var sequence: UInt32 = 0
        var events: [Event] = []
        for line in input.dropFirst().split(separator: 10).prefix(eventsMost) {
            sequence += 1 + (chance.oneIn(4) ? UInt32(chance.below(300)) : 0)
            events.append(
                Event(
                    sequence: sequence, kind: chance.pick([.track, .track, .page]),
                    lane: header.lane, stage: chance.pick([nil, nil, .loyalty]),
                    time: time(&chance), producer: UInt64(chance.below(3)), body: body(line)))
        }
        return events
    }

    /// A text as an event has one: UTF-8, between braces.
    private static func body(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let text = Array(String(decoding: line, as: UTF8.self).utf8)
        let isBraced = text.count > 1 && text.first == 0x7B && text.last == 0x7D
        return isBraced ? text : [0x7B] + text + [0x7D]
    }

    private static func time(_ chance: inout Seeded) -> EventTime {
        let wall: Int64 =
            chance.oneIn(8)
            ? chance.pick([.min, -1, 0, .max]) : 1_772_438_400_000 + Int64(chance.below(100_000))
        return EventTime(
            monotonic: Instant(milliseconds: wall &- Int64(chance.below(3))),
            wallMilliseconds: wall, quality: chance.pick([.synchronised, .implausible]))
    }
}

internal import Blocks
internal import Events
internal import Foundation

/// Events of the bench's lines, as an agent takes them.
enum BlockCorpus {
    static let header = BlockHeader(
        device: "ksk-lon-0100", stream: StreamID(high: 0x0123_4567_89AB_CDEF, low: 17),
        lane: .normal,
        epoch: 41, boot: StreamID(high: 0xFEDC_BA98_7654_3210, low: 99),
        previous: EpochEnd(epoch: 40, end: 123_456), tombstones: [])
    private static let count = 20_000

    /// Twenty thousand events, each taken up to 16 ms after it happened.
    static func events(_ corpus: Corpus) throws -> [Event] {
        var corpus = corpus
        var events: [Event] = []
        var latency: Int64 = 7
        for index in 0..<count {
            let body = Array(corpus.next().dropLast())
            guard let fields = EventFields(body) else { throw BenchError("a line is no event") }
            func word(_ scalar: JSONScalar?) -> String { scalar?.string(in: body) ?? "" }
            latency = (latency * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
            let wall = moment(word(fields.timestamp)) + (latency >> 16 & 15)
            events.append(
                Event(
                    sequence: UInt32(index), kind: Kind(word: word(fields.type)) ?? .track,
                    lane: .normal, stage: Stage(word: word(fields.stage)),
                    time: EventTime(
                        monotonic: Instant(milliseconds: wall - 1_772_000_000_000),
                        wallMilliseconds: wall, quality: .synchronised),
                    producer: 0x1234_5678_9ABC_DEF0, body: body))
        }
        return events
    }

    /// As many batches of `size` events as there are, spread over them.
    static func batches(of events: [Event], _ size: Int, _ most: Int) -> [[Event]] {
        let count = min(most, events.count / size)
        guard count > 0 else { return [] }
        return (0..<count).map { index in
            let start = index * (events.count / count)
            return Array(events[start..<start + size])
        }
    }

    /// The block of some events, which have come back from it as they were.
    static func checkedBlock(_ events: [Event]) throws -> [UInt8] {
        var writer = BlockWriter()
        let block = try writer.write(header, events)
        let back = try BlockReader.read(block)
        guard back.header == header, back.events.count == events.count,
            zip(back.events, events).allSatisfy({
                BlockWriter.line(of: $0) == BlockWriter.line(of: $1)
            })
        else { throw BenchError("a block does not give back what was written") }
        return block
    }

    private static func moment(_ text: String) -> Int64 {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let date = try? format.parse(text)
        return Int64((date ?? .distantPast).timeIntervalSince1970 * 1000)
    }
}

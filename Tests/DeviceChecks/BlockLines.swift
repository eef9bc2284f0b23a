internal import Blocks
internal import Events

/// A block's lines: each number up to its bound, and one beyond.
enum BlockLines {
    static func run(_ list: Checklist) {
        writing(list)
        reading(list)
        refusing(list)
    }

    private static func writing(_ list: Checklist) {
        list.check("an event's line holds its number and times") { probe in
            let c = probe.carrier
            let event = Event(
                sequence: c.number(4_294_967_294 as UInt32), kind: .track, lane: .normal,
                stage: nil,
                time: EventTime(
                    monotonic: Instant(milliseconds: c.number(4_294_967_296)),
                    wallMilliseconds: c.number(253_402_300_799_999), quality: .synchronised),
                producer: c.number(0x8000_0000_0000_0001 as UInt64),
                body: Array(#"{"event":"Look"}"#.utf8))
            probe.equal(
                BlockWriter.line(of: event),
                HandMade.event(
                    sequence: "4294967294", monotonic: "4294967296", wall: "253402300799999"))
        }
        list.check("a head holds the last epoch, ends and tombstones") { probe in
            let c = probe.carrier
            let range = c.range(2_147_483_648, 4_294_967_294)
            let stream = StreamID(high: 0x8899_AABB_CCDD_EEFF, low: 0x0011_2233_4455_6677)
            let header = BlockHeader(
                device: "kiosk-1", stream: stream, lane: .normal, epoch: 268_435_455, boot: stream,
                previous: EpochEnd(epoch: 268_435_454, end: c.number(.max as UInt32)),
                tombstones: [
                    Tombstone(
                        stream: stream, epoch: 1,
                        sequences: [SequenceRange(range.first, range.last)], reason: "evicted")
                ])
            let streamBytes: [UInt8] = [
                0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0, 0x11, 0x22, 0x33, 0x44, 0x55,
                0x66, 0x77,
            ]
            var head = [1] + streamBytes + streamBytes + HandMade.leb128(268_435_455)
            head += [7] + Array("kiosk-1".utf8) + HandMade.leb128(268_435_454)
            head += HandMade.leb128(4_294_967_295) + [1, 0, 1, 7] + Array("evicted".utf8) + [1]
            head += HandMade.leb128(2_147_483_648) + HandMade.leb128(2_147_483_646)
            let expected = HandMade.block(
                version: 1, storedBytes: UInt32(head.count), payloadBytes: 0, eventCount: 0,
                payload: head)
            probe.equal(written(header, []) ?? [], expected)
        }
    }

    private static func reading(_ list: Checklist) {
        list.check("a reader takes every number up to its bound") { probe in
            let c = probe.carrier
            let lines =
                HandMade.event(sequence: c.sequence(2_147_483_648), monotonic: c.text(.max))
                + HandMade.event(sequence: c.sequence(4_294_967_294), wall: c.text(.min))
            let previous =
                ",\"previous\":{\"epoch\":268435454,\"end\":" + c.sequence(.max) + "}"
            let block = read(
                HandMade.block(
                    lines: HandMade.header(epoch: "268435455", previous: previous) + lines,
                    eventCount: 2)
            ).block
            probe.equal(block?.header.previous?.end, 4_294_967_295)
            probe.equal(block?.events.first?.sequence, 2_147_483_648)
            probe.equal(block?.events.first?.time.monotonic.milliseconds, .max)
            probe.equal(block?.events.last?.sequence, 4_294_967_294)
            probe.equal(block?.events.last?.time.wallMilliseconds, .min)
            probe.equal(block?.events.last?.producer, 0x8000_0000_0000_0001)
        }
        list.check("a deflated block gives back what was written") { probe in
            let c = probe.carrier
            var events: [Event] = []
            for index in 0..<1000 as Range<UInt32> {
                events.append(
                    Event(
                        sequence: c.number(2_147_483_648 + index), kind: .track, lane: .normal,
                        stage: .loyalty,
                        time: EventTime(
                            monotonic: Instant(
                                milliseconds: c.number(4_294_967_296 + Int64(index))),
                            wallMilliseconds: 4_294_967_296, quality: .synchronised),
                        producer: 0, body: Array(#"{"event":"Look"}"#.utf8)))
            }
            let header = BlockHeader(
                device: "kiosk-1", stream: StreamID(high: 1, low: 2), lane: .normal, epoch: 1,
                boot: StreamID(high: 3, low: 4), previous: nil, tombstones: [])
            let block = read(written(header, events) ?? []).block
            probe.equal(block?.events.count, 1000)
            probe.equal(block?.events.last?.sequence, 2_147_484_647)
            probe.equal(block?.events.last?.time.monotonic.milliseconds, 4_294_968_295)
        }
    }

    private static func refusing(_ list: Checklist) {
        list.check("a reader refuses numbers one beyond their bound") { probe in
            let c = probe.carrier
            let events = [
                HandMade.event(sequence: c.sequence(4_294_967_295)),
                HandMade.event(sequence: c.text(4_294_967_296)),
                HandMade.event(monotonic: c.text(.max) + "0"),
                HandMade.event(wall: c.text(.min) + "0"),
            ]
            for event in events {
                let error = read(HandMade.block(lines: HandMade.header() + event, eventCount: 1))
                    .error
                probe.equal(error, "block_event")
            }
            let headers = [
                HandMade.header(epoch: c.text(4_294_967_299)),
                HandMade.header(
                    previous: ",\"previous\":{\"epoch\":2,\"end\":"
                        + c.text(4_294_967_296) + "}"),
            ]
            for header in headers {
                let error = read(HandMade.block(lines: header, eventCount: 0)).error
                probe.equal(error, "block_header")
            }
        }
        list.check("a writer refuses the number that no event may have") { probe in
            let event = Event(
                sequence: probe.carrier.number(.max as UInt32), kind: .track, lane: .normal,
                stage: nil,
                time: EventTime(
                    monotonic: .never, wallMilliseconds: 0, quality: .implausible),
                producer: 0, body: Array("{}".utf8))
            let header = BlockHeader(
                device: "kiosk-1", stream: StreamID(high: 1, low: 2), lane: .normal, epoch: 1,
                boot: StreamID(high: 3, low: 4), previous: nil, tombstones: [])
            probe.isTrue(written(header, [event]) == nil, "it is refused")
        }
    }

    private static func written(_ header: BlockHeader, _ events: [Event]) -> [UInt8]? {
        var writer = BlockWriter()
        do throws(BlockError) {
            return try writer.write(header, events)
        } catch { return nil }
    }

    private static func read(_ bytes: [UInt8]) -> (block: Block?, error: String) {
        do throws(BlockError) {
            return (try BlockReader.read(bytes), "none")
        } catch { return (nil, error.word) }
    }
}

internal import Events
internal import Store

/// The parts of an event's id.
enum Identifiers {
    static func run(_ list: Checklist) {
        list.check("a stream's text holds both words of 64 bits") { probe in
            let c = probe.carrier
            let stream = StreamID(
                high: c.number(0x8000_0001_F000_0002 as UInt64),
                low: c.number(0xFFFF_FFFF_0000_0003 as UInt64))
            probe.equal(stream.hexadecimal, "80000001f0000002ffffffff00000003")
            let read = StreamID(hexadecimal: stream.hexadecimal)
            probe.equal(read?.high, 0x8000_0001_F000_0002)
            probe.equal(read?.low, 0xFFFF_FFFF_0000_0003)
        }
        list.check("a range counts all of its 32-bit numbers") { probe in
            let (first, last) = probe.carrier.range(0, .max)
            probe.equal(SequenceRange(first, last).count, 4_294_967_296)
        }
        list.check("ranges grow across 2^31 and up to the end") { probe in
            var ranges: [SequenceRange] = []
            for number: UInt32 in [2_147_483_647, 2_147_483_648, 4_294_967_293, 4_294_967_294] {
                SequenceRange.append(probe.carrier.number(number), to: &ranges)
            }
            probe.equal(ranges.count, 2)
            probe.equal(ranges.first?.first, 2_147_483_647)
            probe.equal(ranges.first?.last, 2_147_483_648)
            probe.equal(ranges.last?.last, 4_294_967_294)
        }
        list.check("a number of variable length has all of its 64 bits") { probe in
            for number: UInt64 in [2_147_483_648, 4_294_967_296, 9_223_372_036_854_775_808, .max] {
                var bytes: [UInt8] = []
                LEB128.append(probe.carrier.number(number), to: &bytes)
                probe.equal(bytes, HandMade.leb128(number))
                var offset = 0
                let carried = HandMade.leb128(probe.carrier.number(number))
                probe.equal(LEB128.number(in: carried, at: &offset), number)
            }
        }
        list.check("a row's id holds lane, the last epoch and the last number") { probe in
            let c = probe.carrier
            let id = RowID(
                lane: .ambient, epoch: UInt32(truncatingIfNeeded: c.number(268_435_455 as Int64)),
                first: c.number(4_294_967_294 as UInt32))
            probe.equal(id.value, 5_764_607_523_034_234_878)
            probe.isTrue(id.lane == .ambient, "its lane is ambient")
            probe.equal(id.epoch, 268_435_455)
            probe.equal(id.first, 4_294_967_294)
        }
        list.check("rows are ordered by lane, epoch and number over 63 bits") { probe in
            let c = probe.carrier
            let ids = [
                RowID(lane: .normal, epoch: 1, first: c.number(2_147_483_648 as UInt32)),
                RowID(lane: .critical, epoch: 1, first: c.number(4_294_967_294 as UInt32)),
                RowID(lane: .critical, epoch: 2, first: 0),
                RowID(lane: .ambient, epoch: 1, first: 0),
            ]
            for index in 1..<ids.count {
                probe.isTrue(ids[index - 1] < ids[index], "row \(index) is behind the one before")
            }
            probe.equal(ids[0].value, 1_152_921_511_049_297_920)
        }
    }
}

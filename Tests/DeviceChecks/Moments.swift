internal import Agent
internal import Events

/// Moments and spans of time.
enum Moments {
    static func run(_ list: Checklist) {
        list.check("an instant goes on beyond 2^31 and 2^32 milliseconds") { probe in
            let c = probe.carrier
            let start = Instant(milliseconds: c.number(2_147_483_647))
            let later = start.advanced(byMilliseconds: c.number(2_147_483_649))
            probe.equal(later.milliseconds, 4_294_967_296)
            probe.equal(later.milliseconds(since: start), 2_147_483_649)
            probe.isTrue(start < later, "the earlier one is before the later")
        }
        list.check("an instant stops at the end of 64 bits") { probe in
            let late = Instant(milliseconds: probe.carrier.number(.max - 5))
            probe.isTrue(late.advanced(byMilliseconds: 5) == .never, "five more is never")
            probe.isTrue(late.advanced(byMilliseconds: .max) == .never, "all more is never")
        }
        list.check("a wall-clock time is written from 1901 to 9999") { probe in
            for (milliseconds, text) in times {
                probe.equal(Timestamp.text(probe.carrier.number(milliseconds)), text)
            }
        }
        list.check("a clock's anchor is read to 53 bits, and widens beyond 2^32 ms") { probe in
            let c = probe.carrier
            let text =
                StreamID(high: 1, low: 2).hexadecimal + " answer " + c.text(4_294_967_296) + " "
                + c.text(1_795_341_600_000) + " " + c.text(9_007_199_254_740_992)
            let anchor = ClockAnchor.Text.read(text)?.first
            probe.equal(anchor?.instant.milliseconds, 4_294_967_296)
            probe.equal(anchor?.upper, 9_007_199_254_740_992)
            let offset = anchor?.offset(at: Instant(milliseconds: 0))
            probe.equal(offset?.lowerBound, 1_795_341_600_000 - 429_497)
        }
        list.check("a span is written beyond 2^31 milliseconds and seconds") { probe in
            let c = probe.carrier
            probe.equal(Timestamp.span(c.number(2_147_483_648)), "24d20h")
            probe.equal(Timestamp.span(c.number(4_294_967_296)), "49d17h")
            probe.equal(Timestamp.span(c.number(4_294_967_296_000)), "49710d6h")
        }
    }

    // The last second that 32 bits hold, signed and unsigned, and the one after it.
    private static let times: [(Int64, String)] = [
        (-2_147_483_649_000, "1901-12-13T20:45:51Z"), (-1, "1969-12-31T23:59:59Z"),
        (0, "1970-01-01T00:00:00Z"), (2_147_483_647_000, "2038-01-19T03:14:07Z"),
        (2_147_483_648_000, "2038-01-19T03:14:08Z"), (4_294_967_295_000, "2106-02-07T06:28:15Z"),
        (4_294_967_296_000, "2106-02-07T06:28:16Z"), (253_402_300_799_999, "9999-12-31T23:59:59Z"),
    ]
}

import Foundation
import Testing

@testable import Agent

@Suite struct `A moment as text` {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (999, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-1000, "1969-12-31T23:59:59Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (951_868_799_999, "2000-02-29T23:59:59Z"), (1_795_341_600_000, "2026-11-22T10:00:00Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (4_294_967_295_000, "2106-02-07T06:28:15Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `is UTC to the second`(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp.text(milliseconds) == text)
    }

    @Test func `is Foundation's for every day of two centuries`() throws {
        var style = Date.ISO8601FormatStyle()
        style.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for day in -36_525..<36_525 as Range<Int64> {
            let seconds = day * 86_400 + (day * 7919 + 86_400_000) % 86_400
            let date = Date(timeIntervalSince1970: Double(seconds))
            guard Timestamp.text(seconds * 1000) != style.format(date) else { continue }
            Issue.record("\(seconds): \(Timestamp.text(seconds * 1000))")
        }
    }

    @Test(
        arguments: [
            (-5, "0s"), (0, "0s"), (999, "0s"), (59_999, "59s"), (60_000, "1m0s"),
            (192_000, "3m12s"),
            (3_599_999, "59m59s"), (3_600_000, "1h0m"), (86_399_999, "23h59m"),
            (86_400_000, "1d0h"),
            (180_000_000, "2d2h"),
        ] as [(Int64, String)])
    func `and a span in its two largest units`(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp.span(milliseconds) == text)
    }
}

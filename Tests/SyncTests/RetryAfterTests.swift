import Foundation
import Testing

import Events
@testable import Sync

/// RFC 9110 §10.2.3 and §5.6.7.
@Suite struct `Retry-After` {
    private static let now = "Tue, 24 Nov 2026 08:00:00 GMT"

    @Test(
        arguments: [
            (nil, nil), ("120", 120), ("0", 0), ("86401", 86_400), ("1.5", nil),
            ("-5", nil), ("+5", nil), ("-9223372036854775808", nil),
            ("9223372036854775807", 86_400),
            ("soon", nil), ("", nil), ("99999999999999999999", 86_400),
            (now, 0), ("Tue, 24 Nov 2026 08:00:30 GMT", 30),
            ("Wed, 25 Nov 2026 08:00:00 GMT", 86_400),
            ("Thu, 26 Nov 2026 08:00:00 GMT", 86_400), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
            ("Tue, 24 Nov 2026 07:59:59 GMT", 0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 24 Nov 2026 08:00:30", nil), ("Tue, 24 Nov 2026 08:00:30 UTC", nil),
            ("Tue, 24 Nob 2026 08:00:30 GMT", nil), ("Tue, 00 Nov 2026 08:00:30 GMT", nil),
            ("Tue, 24 Nov 2026 24:00:30 GMT", nil), ("Tue, 24 Nov 2026 08:60:30 GMT", nil),
            ("Tuesday, 24-Nov-26 08:00:30 GMT", nil), ("Tue Nov 24 08:00:30 2026", nil),
            ("Tue, 24 Nov 1969 08:00:30 GMT", nil), ("Tue, 2x Nov 2026 08:00:30 GMT", nil),
        ] as [(String?, Int64?)])
    func `is seconds, or a moment by the answer's own clock`(_ field: String?, _ seconds: Int64?) {
        #expect(RetryAfter.seconds(field, date: Self.now) == seconds)
    }

    @Test func `says nothing as a moment where the answer has none`() {
        for date in [nil, "", "today"] as [String?] {
            #expect(RetryAfter.seconds("Tue, 24 Nov 2026 08:00:30 GMT", date: date) == nil)
            #expect(RetryAfter.seconds("7", date: date) == 7)
        }
    }

    @Test func `reads each day as Foundation does, to 2400`() throws {
        let writer = DateFormatter()
        writer.locale = Locale(identifier: "en_US_POSIX")
        writer.timeZone = TimeZone(identifier: "GMT")
        writer.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        var wrong: [Int64] = []
        for day in stride(from: Int64(0), through: 157_056, by: 13) {
            let seconds = day * 86_400 + day % 86_400
            let text = writer.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            if HTTPDate.seconds(text) != seconds { wrong.append(seconds) }
        }
        #expect(wrong.isEmpty)
    }
}

/// `YYYY-MM-DDThh:mm:ss.mmmZ` (RFC 3339) ⇄ milliseconds since 1970.
enum TimeText {
    /// The form's length.
    static let byteCount = 24
    private static let pattern: StaticString = "0000-00-00T00:00:00.000Z"
    /// The first millisecond of the year 10000.
    private static let end: Int64 = 253_402_300_800_000

    /// Reads 24 bytes at `start`; nil where they are no moment of the years 1970 to 9999 in exactly
    /// this form.
    static func parse(_ text: [UInt8], at start: Int) -> Int64? {
        guard text[start + 4] == UInt8(ascii: "-"), text[start + 7] == UInt8(ascii: "-"),
            text[start + 10] == UInt8(ascii: "T"), text[start + 13] == UInt8(ascii: ":"),
            text[start + 16] == UInt8(ascii: ":"), text[start + 19] == UInt8(ascii: "."),
            text[start + 23] == UInt8(ascii: "Z"),
            let year = digits(text, start, 4), year >= 1970,
            let month = digits(text, start + 5, 2), month >= 1, month <= 12,
            let day = digits(text, start + 8, 2), day >= 1, day <= days(in: month, of: year),
            let hour = digits(text, start + 11, 2), hour < 24,
            let minute = digits(text, start + 14, 2), minute < 60,
            let second = digits(text, start + 17, 2), second < 60,
            let millisecond = digits(text, start + 20, 3)
        else { return nil }
        let dayCount = dayNumber(year: year, month: month, day: day)
        return (((dayCount * 24 + hour) * 60 + minute) * 60 + second) * 1000 + millisecond
    }

    /// Appends the text of a moment; false where it is not one of the years 1970 to 9999.
    static func append(_ milliseconds: Int64, to bytes: inout [UInt8]) -> Bool {
        guard milliseconds >= 0, milliseconds < end else { return false }
        let (year, month, day) = date(ofDay: milliseconds / 86_400_000)
        let time = milliseconds % 86_400_000
        append(year, 4, UInt8(ascii: "-"), to: &bytes)
        append(month, 2, UInt8(ascii: "-"), to: &bytes)
        append(day, 2, UInt8(ascii: "T"), to: &bytes)
        append(time / 3_600_000, 2, UInt8(ascii: ":"), to: &bytes)
        append(time / 60_000 % 60, 2, UInt8(ascii: ":"), to: &bytes)
        append(time / 1000 % 60, 2, UInt8(ascii: "."), to: &bytes)
        append(time % 1000, 3, UInt8(ascii: "Z"), to: &bytes)
        return true
    }

    @inline(__always)
    private static func digits(_ text: [UInt8], _ start: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for index in start..<start + count {
            let digit = text[index] &- 0x30
            guard digit <= 9 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    private static func append(
        _ number: Int64, _ count: Int, _ end: UInt8, to bytes: inout [UInt8]
    ) {
        if count > 3 { bytes.append(0x30 + UInt8(truncatingIfNeeded: number / 1000 % 10)) }
        if count > 2 { bytes.append(0x30 + UInt8(truncatingIfNeeded: number / 100 % 10)) }
        bytes.append(0x30 + UInt8(truncatingIfNeeded: number / 10 % 10))
        bytes.append(0x30 + UInt8(truncatingIfNeeded: number % 10))
        bytes.append(end)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // Days since 1970 by eras of 400 years that begin in March: Howard Hinnant, "chrono-Compatible
    // Low-Level Date Algorithms", days_from_civil and civil_from_days.
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (year / 400, year % 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}

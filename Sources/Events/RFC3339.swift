/// RFC 3339 times, as producers write them.
public enum RFC3339 {
    /// Milliseconds since 1970 of `2026-03-02T08:00:30.952Z`; nil for any other form.
    ///
    /// Takes any count of fraction digits (cut to milliseconds), any offset, `t`, `z` and a blank
    /// for `T`; second 60 means the last millisecond before the next minute.
    public static func milliseconds(_ text: [UInt8]) -> Int64? {
        milliseconds(text, in: text.indices)
    }

    /// The same, of what stands in `range`.
    public static func milliseconds(_ text: [UInt8], in range: Range<Int>) -> Int64? {
        var reader = Reader(text: text, in: range)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2),
            reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
            reader.take(":"), let second = reader.number(2)
        else { return nil }
        var fraction: Int64 = 0
        if reader.take(".") {
            guard let thousandths = reader.thousandths() else { return nil }
            fraction = thousandths
        }
        guard let offset = reader.offsetMinutes(), reader.isAtEnd, 1...12 ~= month,
            1...dayCount(year, month) ~= day, hour < 24, minute < 60, second <= 60
        else { return nil }
        if second == 60 { fraction = 999 }
        let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset
        return (minutes * 60 + min(second, 59)) * 1000 + fraction
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func dayCount(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01, by counting years from March so that a leap day ends one.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private struct Reader {
        let text: [UInt8]
        let end: Int
        var index: Int

        init(text: [UInt8], in range: Range<Int>) {
            self.text = text
            (index, end) = (range.lowerBound, range.upperBound)
        }

        var isAtEnd: Bool { index == end }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < end, text[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func digit() -> Int64? {
            guard index < end, text[index] &- 48 < 10 else { return nil }
            index += 1
            return Int64(text[index - 1] - 48)
        }

        mutating func number(_ count: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = 10 * value + digit
            }
            return value
        }

        mutating func thousandths() -> Int64? {
            guard let first = digit() else { return nil }
            var value = 100 * first
            var weight: Int64 = 10
            while let digit = digit() {
                value += weight * digit
                weight /= 10
            }
            return value
        }

        mutating func offsetMinutes() -> Int64? {
            if take("Z") || take("z") { return 0 }
            let isWest = take("-")
            guard isWest || take("+"), let hours = number(2), take(":"), let minutes = number(2),
                hours < 24, minutes < 60
            else { return nil }
            return isWest ? -(hours * 60 + minutes) : hours * 60 + minutes
        }
    }
}

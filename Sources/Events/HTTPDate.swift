/// A moment as HTTP writes it.
public enum HTTPDate {
    private static let byteCount = 29
    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

    /// Seconds since 1970 of a moment such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    ///
    /// The other two forms are of servers that no longer exist.
    public static func seconds(_ field: String) -> Int64? {
        let text = Array(field.utf8)
        guard text.count == byteCount, text[25...].elementsEqual(" GMT".utf8),
            text[19] == UInt8(ascii: ":"), text[22] == UInt8(ascii: ":"),
            let day = number(text[5..<7]), let month = month(text[8..<11]),
            let year = number(text[12..<16]), let hour = number(text[17..<19]),
            let minute = number(text[20..<22]), let second = number(text[23..<25]),
            year >= 1970, 1...31 ~= day, hour < 24, minute < 60, second <= 60
        else { return nil }
        return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard 0x30...0x39 ~= digit else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    private static func month(_ name: ArraySlice<UInt8>) -> Int64? {
        for index in 0..<12 where months[(index * 3)..<(index * 3 + 3)].elementsEqual(name) {
            return Int64(index) + 1
        }
        return nil
    }

    // Days since 1970, counted in eras of 400 years that begin in March (Hinnant,
    // "chrono-Compatible Low-Level Date Algorithms"); for years from 1970 on.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// What Meta's Business SDK (Python, version 26) makes of a field before it hashes it.
///
/// Byte for byte, odd as some of it is: Meta's own keys of the same shopper are made by it. All
/// start from the value without the white space around it, in lower case.
enum MetaRules {
    /// Whether something, `@`, something, a point and something stand in the first line.
    static func isEmail(_ text: Span<UInt8>) -> Bool {
        let line = text.extracting(first: text.first(0x0A) ?? text.count)
        // The first `@` that has something before it, and the first point that has something
        // between them, leave the most behind them.
        guard let at = line.first(0x40, from: 1), let point = line.first(0x2E, from: at + 2) else {
            return false
        }
        return point + 1 < line.count
    }

    /// Appends the digits that the SDK hashes: a national number counts as an international one.
    static func appendPhone(_ text: Span<UInt8>, to phone: inout RawText) -> Refusal? {
        var rest = RawText(capacity: text.count)
        rest.append(text, without: [.whiteSpace, .dashesAndBrackets])
        return rest.read { rest in
            var index = 0
            // A plus and two zeros, as often as the SDK takes them off.
            for _ in 0..<2 {
                if index < rest.count, rest[index] == UInt8(ascii: "+") { index += 1 }
                for _ in 0..<2 where index < rest.count && rest[index] == 0x30 { index += 1 }
            }
            guard index < rest.count else { return .empty }
            guard rest[index] != 0x30 else { return .format }
            var digitCount = 0
            phone.append(rest.extracting(index...))
            while index < rest.count, let scalar = rest.scalar(at: &index) {
                guard CharacterClass.digit(scalar) != nil else { return .characters }
                digitCount += 1
            }
            return digitCount >= 7 ? nil : .length
        }
    }

    /// Appends a city or state: no digits, white space, points, dashes and round brackets.
    static func appendPlace(_ text: Span<UInt8>, to place: inout RawText) {
        place.append(text, without: [.whiteSpace, .dashesAndBrackets, .digitsAndPoint])
    }

    /// Appends a postal code: what is before the first dash, without white space.
    static func appendPostalCode(_ text: Span<UInt8>, to code: inout RawText) {
        let end = text.first(0x2D) ?? text.count
        EmailRules.appendWithoutWhiteSpace(text.extracting(first: end), to: &code)
    }

    /// Appends a country: its ASCII letters, which must be a code of ISO 3166-1.
    static func appendCountry(_ text: Span<UInt8>, to country: inout RawText) -> Refusal? {
        for index in text.indices where 0x61...0x7A ~= text[index] { country.append(text[index]) }
        return country.read { Region.isInStandard($0) } ? nil : .country
    }
}

/// Exact money: decimal text to whole minor units and back, without floating point.
public enum MinorUnits {
    /// The largest amount of one event: beyond 2^53 − 1 common JSON readers lose its last digit.
    public static let limit: Int64 = 1 << 53 - 1

    /// The minor units that a decimal text means, half a unit rounded away from zero.
    ///
    /// Takes what JSON calls a number and what people put into strings: a sign, digits with or
    /// without a point, an exponent, blanks around it. No thousands separators, no symbols.
    ///
    /// - Returns: nil where the text is no such number or the amount is beyond `limit`.
    public static func of(decimal text: [UInt8], digits: Int) -> Int64? {
        guard let number = Decimal(text) else { return nil }
        guard let magnitude = number.scaled(byPowerOfTen: digits), magnitude <= limit else {
            return nil
        }
        return number.isNegative ? -magnitude : magnitude
    }

    /// The decimal text of an amount, with all digits of its minor unit: `-12.50`.
    public static func text(_ minorUnits: Int128, digits: Int) -> String {
        var figures = Array(minorUnits.magnitude.description.utf8)
        while figures.count <= digits { figures.insert(UInt8(ascii: "0"), at: 0) }
        if digits > 0 { figures.insert(UInt8(ascii: "."), at: figures.count - digits) }
        if minorUnits < 0 { figures.insert(UInt8(ascii: "-"), at: 0) }
        return String(decoding: figures, as: UTF8.self)
    }
}

/// A decimal number as written: ±`figures` × 10^`exponent`.
private struct Decimal {
    var isNegative = false
    /// Values 0 to 9, the first of them not 0; empty for zero.
    var figures: [UInt8] = []
    var exponent = 0

    init?(_ text: [UInt8]) {
        var index = 0
        var end = text.count
        while index < end, Self.isBlank(text[index]) { index += 1 }
        while end > index, Self.isBlank(text[end - 1]) { end -= 1 }
        isNegative = Self.sign(text, &index, end)
        var figureCount = 0
        var isBehindPoint = false
        while index < end {
            if text[index] == UInt8(ascii: "."), !isBehindPoint {
                isBehindPoint = true
            } else if text[index] &- 48 < 10 {
                figureCount += 1
                if isBehindPoint { exponent -= 1 }
                if !figures.isEmpty || text[index] != 48 { figures.append(text[index] - 48) }
            } else {
                break
            }
            index += 1
        }
        guard figureCount > 0 else { return nil }
        guard index < end else { return }
        guard text[index] | 0x20 == UInt8(ascii: "e") else { return nil }
        index += 1
        let isDown = Self.sign(text, &index, end)
        guard index < end else { return nil }
        // Past the bound the number is 0 or too large, whatever its figures.
        let bound = 1_000_000_000
        var power = 0
        while index < end {
            guard text[index] &- 48 < 10 else { return nil }
            power = min(bound, 10 * power + Int(text[index] - 48))
            index += 1
        }
        exponent += isDown ? -power : power
    }

    /// The magnitude times 10^`power`, half away from zero; nil from 10^16 on.
    func scaled(byPowerOfTen power: Int) -> Int64? {
        guard !figures.isEmpty else { return 0 }
        let integerCount = figures.count + exponent + power
        guard integerCount <= 16 else { return nil }
        guard integerCount >= 0 else { return 0 }
        var value: Int64 = 0
        for index in 0..<integerCount {
            value = 10 * value + Int64(index < figures.count ? figures[index] : 0)
        }
        let next = integerCount < figures.count ? figures[integerCount] : 0
        return next >= 5 ? value + 1 : value
    }

    private static func sign(_ text: [UInt8], _ index: inout Int, _ end: Int) -> Bool {
        guard index < end, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
        else { return false }
        index += 1
        return text[index - 1] == UInt8(ascii: "-")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

internal import Events

/// Decimal numbers as JSON writes them ⇄ their digits and how many are decimals.
enum NumberText {
    /// A number's digits must stay below it, so that they and the count of decimals are 64 bits.
    private static let mantissaEnd: Int64 = 100_000_000_000_000_000

    /// Reads a whole range as a number; nil where its text could not be made again from what is
    /// read: exponents, a negative zero, more than 17 digits or 15 decimals.
    static func parse(_ text: [UInt8], _ range: Range<Int>) -> (mantissa: Int64, decimals: Int)? {
        var index = range.lowerBound
        let end = range.upperBound
        guard index < end else { return nil }
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        guard index < end else { return nil }
        let start = index
        var point = -1
        var mantissa: Int64 = 0
        while index < end {
            let digit = text[index] &- 0x30
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ Int64(digit)
                guard mantissa < mantissaEnd else { return nil }
            } else {
                guard text[index] == UInt8(ascii: "."), point < 0, index > start else {
                    return nil
                }
                point = index
            }
            index += 1
        }
        let whole = (point < 0 ? end : point) - start
        let decimals = point < 0 ? 0 : end - point - 1
        guard whole > 0, point < 0 || decimals > 0, decimals <= ColumnLimits.decimals,
            whole == 1 || text[start] != 0x30, mantissa != 0 || !isNegative
        else { return nil }
        return (isNegative ? -mantissa : mantissa, decimals)
    }

    /// Appends the number whose digits are `mantissa`, `scale` of them decimals.
    static func append(
        _ mantissa: Int64, scale: Int, _ style: NumberStyle, to bytes: inout [UInt8]
    ) {
        var magnitude = mantissa.magnitude
        var decimals = scale
        let kept = style == .oneDecimal ? 1 : style == .shortest ? 0 : scale
        while decimals > kept, magnitude % 10 == 0 {
            magnitude /= 10
            decimals -= 1
        }
        if mantissa < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var digits = 0
        // From the last digit to the first, then turned around.
        repeat {
            if digits == decimals, digits > 0 { bytes.append(UInt8(ascii: ".")) }
            bytes.append(0x30 + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
            digits += 1
        } while magnitude > 0 || digits <= decimals
        bytes[start...].reverse()
    }

    /// `mantissa` with so many more decimals; nil where it becomes too large.
    static func scaled(_ mantissa: Int64, by decimals: Int) -> Int64? {
        var value = mantissa
        for _ in 0..<decimals {
            let (product, isOver) = value.multipliedReportingOverflow(by: 10)
            if isOver { return nil }
            value = product
        }
        return value
    }
}

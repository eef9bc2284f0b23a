/// Digits in groups, as they stand in a text, up to 19 of them.
///
/// Between groups stand one to three of space, `-`, `.`, `/`, `(`, `)`, or a `+`, which is a space
/// in a form.
struct DigitGroups: ~Copyable {
    // The values of the digits.
    private var digits = InlineArray<20, UInt8>(repeating: 0)
    // Where the text goes on behind each digit; no text is longer than 2 GiB.
    private var ends = InlineArray<20, Int32>(repeating: 0)
    // By the number of digits before it, what parts two groups; a space where nothing else does.
    private var separators = InlineArray<20, UInt8>(repeating: 0)
    /// Bit n: a group ends behind n digits.
    private(set) var breaks: UInt32 = 0
    /// Digits in the first group.
    private(set) var first = 0
    /// Digits in all, those of a group cut off at its end among them.
    private(set) var count = 0

    static func isSeparator(_ symbol: UInt8) -> Bool {
        switch symbol {
        case 0x20, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "+"),
            UInt8(ascii: "-")...UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// Reads from a digit on.
    init(_ finder: inout TextFinder, at start: Int) {
        var index = start
        while true {
            while case let digit = finder.at(index) &- 48, digit < 10 {
                if count == 19 { return }
                digits[count] = digit
                ends[count] = Int32(truncatingIfNeeded: index + 1)
                count += 1
                index += 1
            }
            breaks |= 1 << UInt32(count)
            if first == 0 { first = count }
            var separator: UInt8 = 0x20
            let gap = index
            while index < gap + 3, case let symbol = finder.at(index), Self.isSeparator(symbol) {
                // A `+` is a space where it stands alone, else it begins another number.
                if symbol == UInt8(ascii: "+"), index > gap { break }
                index += 1
                if symbol == UInt8(ascii: "+") { break }
                if symbol != 0x20 { separator = symbol }
            }
            guard index > gap, count < 19, Symbol.isDigit(finder.at(index)) else { return }
            separators[count] = separator
        }
    }

    /// Where the text goes on behind `count` digits.
    func end(_ count: Int) -> Int { Int(ends[count - 1]) }

    /// The value of a digit.
    @inline(never)
    func digit(_ index: Int) -> UInt8 { digits[index] }

    /// What parts two groups behind `count` digits.
    @inline(never)
    func separator(_ count: Int) -> UInt8 { separators[count] }

    /// Whether a group ends behind `count` digits.
    func isBreak(_ count: Int) -> Bool { breaks >> UInt32(count) & 1 != 0 }

    /// The number that some digits spell.
    @inline(never)
    func number(_ range: Range<Int>) -> Int {
        var number = 0
        for index in range { number = number * 10 + Int(digits[index]) }
        return number
    }

    /// The sum of digits by ISO/IEC 7812-1, Annex B, is a multiple of ten.
    func isLuhn(_ count: Int) -> Bool {
        var sum = 0
        for index in 0..<count {
            let digit = Int(digits[index])
            if (count - index) & 1 != 0 { sum += digit } else { sum += digit * 2 % 10 + digit / 5 }
        }
        return sum % 10 == 0
    }

    /// The sum of digits by GS1 is a multiple of ten: the number may be a barcode's.
    @inline(never)
    func isBarcode(_ count: Int) -> Bool {
        var sum = 0
        for index in 0..<count { sum += Int(digits[index]) * ((count - index) & 1 != 0 ? 1 : 3) }
        return sum % 10 == 0
    }

    /// The sum of ten digits by ISO 2108 is a multiple of eleven: the number may be a book's.
    var isBook: Bool {
        var sum = 0
        for index in 0..<10 { sum += Int(digits[index]) * (10 - index) }
        return sum % 11 == 0
    }

    /// Sizes of the first groups, four bits each, the first the highest: `03` `12` is 0x22.
    @inline(never)
    func sizes(_ count: Int) -> UInt64 {
        var sizes: UInt64 = 0
        var last = 0
        for index in 1...count where isBreak(index) {
            sizes = sizes << 4 | UInt64(min(index - last, 15))
            last = index
        }
        return sizes
    }

    /// Whether every separator before `count` digits is the same.
    @inline(never)
    func isUniform(_ count: Int) -> Bool {
        for index in first..<count where separators[index] != 0 {
            if separators[index] != separators[first] { return false }
        }
        return true
    }

    /// The fewest and most digits of a group within the first `count`.
    @inline(never)
    func extent(_ count: Int) -> (least: Int, most: Int) {
        var extent = (least: 20, most: 0)
        var last = 0
        for index in 1...count where isBreak(index) {
            extent = (min(extent.least, index - last), max(extent.most, index - last))
            last = index
        }
        return extent
    }
}

/// Which digits are a payment card's or a telephone's, and which a date's, a barcode's, an order's.
extension TextFinder {
    /// Where to go on behind the group of digits at an index, or what it begins.
    mutating func number(at index: Int) -> Int {
        var start = index
        var (hasPlus, isBracketed) = (false, false)
        for _ in 0..<2 {
            let symbol = at(start - 1)
            if symbol == UInt8(ascii: "("), !isBracketed {
                isBracketed = true
            } else if symbol == UInt8(ascii: "+"), !hasPlus, !Symbol.isWord(at(start - 2)) {
                hasPlus = true
            } else {
                break
            }
            start -= 1
        }
        let before = at(start - 1)
        guard !isPart(before, at(start - 2)) else { return pastDigits(from: index) }
        let groups = DigitGroups(&self, at: index)
        if let count = card(groups) { return add(.card, index..<groups.end(count)) }
        let mark = PhoneMark(hasPlus: hasPlus, isBracketed: isBracketed, before: before)
        if let count = phone(groups, mark) { return add(.phone, start..<groups.end(count)) }
        return groups.first > 0 ? groups.end(groups.first) : pastDigits(from: index)
    }

    /// What stands before a number.
    struct PhoneMark {
        var hasPlus: Bool
        var isBracketed: Bool
        var before: UInt8
    }

    private mutating func pastDigits(from index: Int) -> Int {
        var index = index
        while Symbol.isDigit(at(index)) { index += 1 }
        return index
    }

    /// Whether digits are the later part of a word, an id, a time or a fraction.
    private func isPart(_ before: UInt8, _ beyond: UInt8) -> Bool {
        if Symbol.isWord(before) || before == UInt8(ascii: "_") { return true }
        if use == .phone { return false }
        switch before {
        case UInt8(ascii: "#"): return true
        case UInt8(ascii: "-"): return Symbol.isWord(beyond)
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"): return Symbol.isDigit(beyond)
        default: return false
        }
    }

    /// Whether a number may end before an index: no word, and of ids no other part, goes on there.
    @inline(never)
    private mutating func isEnd(_ index: Int, isNational: Bool) -> Bool {
        let symbol = at(index)
        if Symbol.isWord(symbol) || symbol == UInt8(ascii: "_") { return false }
        guard isNational else { return true }
        switch symbol {
        case UInt8(ascii: "-"): return !Symbol.isWord(at(index + 1))
        case UInt8(ascii: "."), UInt8(ascii: "/"): return !Symbol.isDigit(at(index + 1))
        default: return true
        }
    }

    // MARK: Telephones

    /// How many of the digits are a telephone's.
    private mutating func phone(_ groups: borrowing DigitGroups, _ mark: PhoneMark) -> Int? {
        var found: Int?
        for count in 6..<20 where groups.isBreak(count) {
            if let found, begins(another: groups, behind: found, mark) { break }
            let isInternational = isInternational(groups, count, mark)
            guard isInternational || isNational(groups, count, mark),
                isEnd(groups.end(count), isNational: !isInternational)
            else { continue }
            found = count
        }
        return found
    }

    /// Whether what follows a number is a second one, not a part of it.
    private func begins(
        another groups: borrowing DigitGroups, behind count: Int, _ mark: PhoneMark
    ) -> Bool {
        groups.digit(count) == 0 && count >= (mark.hasPlus ? 11 : 9) && groups.count - count >= 8
    }

    private func isInternational(_ groups: borrowing DigitGroups, _ count: Int, _ mark: PhoneMark)
        -> Bool
    {
        var code = 0
        if !mark.hasPlus {
            guard count >= 10, groups.digit(0) == 0, groups.digit(1) == 0 else { return false }
            code = 2
            if count == groups.first, isCode(groups, mark) || isBarcode(groups) { return false }
        }
        guard 8...15 ~= count - code, !isFraction(groups, count, 3) else { return false }
        switch groups.number(code..<code + 2) {
        case 0..<10, 28, 83, 89: return false
        case 10..<20: return count - code == 11 && groups.digit(code + 1) >= 2
        case 70..<80: return count - code == 11
        default: return true
        }
    }

    private func isNational(_ groups: borrowing DigitGroups, _ count: Int, _ mark: PhoneMark)
        -> Bool
    {
        if use == .phone { return count <= 15 }
        if use == .code {
            // What an order's number has no need of.
            let separator = groups.separator(groups.first)
            if count == groups.first || separator == 0x2D || separator == 0x2E { return false }
        }
        if count == groups.first {
            guard groups.digit(0) == 0, groups.digit(1) != 0, 10...12 ~= count else { return false }
            return !isCode(groups, mark) && !isBarcode(groups) && !(count == 10 && groups.isBook)
        }
        let sizes = groups.sizes(count)
        if sizes == 0x334 { return groups.digit(0) >= 2 && groups.digit(3) >= 2 }
        if sizes == 0x1334 {
            return groups.digit(0) == 1 && groups.digit(1) >= 2 && groups.digit(4) >= 2
        }
        guard 9...13 ~= count, !isDate(groups), !isFraction(groups, count, 2) else { return false }
        let most = groups.extent(count).most
        if mark.isBracketed, groups.separator(groups.first) == UInt8(ascii: ")") {
            return groups.first <= 5 && most >= 3
        }
        guard groups.digit(0) == 0, groups.digit(1) != 0, groups.first >= 2 else { return false }
        if most <= 2 { return groups.isUniform(count) }
        return !(sizes == 0x3333 && groups.separator(3) == UInt8(ascii: "."))
    }

    /// Whether digits without a separator are in the place of an id, or a part of a path.
    private func isCode(_ groups: borrowing DigitGroups, _ mark: PhoneMark) -> Bool {
        use == .code || mark.before == UInt8(ascii: "/")
    }

    /// Whether a first group alone may be what a scanner read.
    @inline(never)
    private func isBarcode(_ groups: borrowing DigitGroups) -> Bool {
        switch groups.first {
        case 12, 13, 14, 18: use != .phone && groups.isBarcode(groups.first)
        default: false
        }
    }

    /// Whether two groups are parted by a point alone: a coordinate.
    @inline(never)
    private func isFraction(_ groups: borrowing DigitGroups, _ count: Int, _ most: Int) -> Bool {
        let first = groups.first
        return first <= most && groups.separator(first) == UInt8(ascii: ".")
            && groups.sizes(count) < 0x100 && count - first >= 4
    }

    /// Whether day, month and year come first, in figures.
    private func isDate(_ groups: borrowing DigitGroups) -> Bool {
        let (first, second) = (groups.first, groups.first + 2)
        guard first == 2, groups.number(0..<2) <= 31 else { return false }
        for end in [second - 1, second] where groups.isBreak(end) {
            let year = groups.number(end..<end + 2)
            return groups.isBreak(end + 4) && 19...20 ~= year && groups.sizes(end + 4) < 0x1000
        }
        return false
    }

    // MARK: Payment cards

    /// How many of the digits are a payment card's.
    private mutating func card(_ groups: borrowing DigitGroups) -> Int? {
        for count in stride(from: 19, through: 13, by: -1)
        where groups.isBreak(count) && Self.isIssued(groups, count) {
            if count == groups.first {
                if count == 13 || use == .code || isBarcode(groups) { continue }
            } else {
                let separator = groups.separator(groups.first)
                guard groups.first >= 3, groups.extent(count).most <= 8, groups.isUniform(count),
                    separator == 0x20 || separator == 0x2D || separator == 0x2E
                else { continue }
            }
            // Of an id in parts these may be the first ones.
            let isParted = groups.separator(groups.first) == UInt8(ascii: "-")
            if groups.isLuhn(count), isEnd(groups.end(count), isNational: isParted) {
                return count
            }
        }
        return nil
    }

    /// Whether a scheme issues numbers of this length that begin so.
    private static func isIssued(_ groups: borrowing DigitGroups, _ count: Int) -> Bool {
        let four = groups.number(0..<4)
        switch four {
        case 4000..<5000: return count == 16 || count == 19 || count == 13
        case 3400..<3500, 3700..<3800: return count == 15
        case 3000..<3060, 3095, 3600..<3700, 3800..<4000: return count == 14
        case 2200..<2205, 2221...2720, 5100..<5600, 8100..<8300, 9792: return count == 16
        case 3528..<3590, 5000..<5100, 5600..<5900, 6000..<7000: return count >= 16
        default: return false
        }
    }
}

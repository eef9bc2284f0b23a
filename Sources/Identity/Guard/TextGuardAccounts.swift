/// Bank accounts by ISO 13616: country, two check digits, as many letters and digits as the country
/// says, in any case, with single spaces or dashes; the remainder by 97 is 1.
extension TextFinder {
    /// The end of an account that begins at an index.
    mutating func account(at first: Int) -> Int? {
        guard Symbol.isDigit(at(first + 2)), Symbol.isDigit(at(first + 3)) else { return nil }
        // A later part of an id.
        if at(first - 1) == UInt8(ascii: "-"), Symbol.isWord(at(first - 2)) { return nil }
        let country = (Symbol.lowered(at(first)), Symbol.lowered(at(first + 1)))
        guard let length = Self.length(of: country) else { return nil }
        var index = first + 4
        var count = 4
        var remainder: UInt32 = 0
        while count < length {
            var symbol = at(index)
            if symbol == 0x20 || symbol == UInt8(ascii: "-") || symbol == UInt8(ascii: "+") {
                index += 1
                symbol = at(index)
            }
            guard Self.takeIn(symbol, &remainder) else { return nil }
            index += 1
            count += 1
        }
        for offset in 0..<4 { _ = Self.takeIn(at(first + offset), &remainder) }
        guard remainder == 1, !Symbol.isWord(at(index)) else { return nil }
        return add(.iban, first..<index)
    }

    /// Takes one more letter or digit into a remainder by 97.
    private static func takeIn(_ symbol: UInt8, _ remainder: inout UInt32) -> Bool {
        if Symbol.isDigit(symbol) {
            remainder = (remainder * 10 + UInt32(symbol - 48)) % 97
        } else if Symbol.isASCIILetter(symbol) {
            remainder = (remainder * 100 + UInt32((symbol | 32) - 87)) % 97
        } else {
            return false
        }
        return true
    }

    /// How long a country's accounts are.
    private static func length(of country: (UInt8, UInt8)) -> Int? {
        let count = lengths.utf8CodeUnitCount
        var index = 0
        while index < count {
            let entry = unsafe lengths.utf8Start + index
            if unsafe entry[0] == country.0, unsafe entry[1] == country.1 {
                return unsafe Int(entry[2] - 48) * 10 + Int(entry[3] - 48)
            }
            index += 4
        }
        return nil
    }

    // The registry of SWIFT, release 99.
    private static let lengths: StaticString = """
        ad24ae23al28at20az28ba20be16bg22bh22bi27br29by28ch21cr22cy28cz24de22dj27dk18do28ee20eg29\
        es24fi18fk18fo18fr27gb22ge22gi23gl18gr27gt28hn28hr21hu28ie22il23iq23is26it27jo30kw30kz20\
        lb28lc32li21lt20lu20lv21ly25mc27md24me22mk19mn20mr27mt31mu30ni28nl18no15om23pk24pl28ps29\
        pt25qa29ro24rs22ru33sa24sc31sd18se24si19sk24sm27so23st25sv28tl23tn24tr26ua29va22vg24xk20\
        ye30
        """
}

/// What a text is there for, by the name of the member whose value it is.
public enum TextUse: UInt8, Sendable {
    /// Any text.
    case text
    /// A telephone number: any six to fifteen digits are one.
    case phone
    /// An id, an article's number, a time: digits without a `+`, or without separators, stay.
    case code

    /// By a member's name, read word by word: `contactPhone`, `tel_no`, `SKU`, `order-id`.
    public init(of name: [UInt8], in range: Range<Int>) {
        var use = TextUse.text
        var first = range.lowerBound
        var index = first
        while index <= range.upperBound {
            let isEnd = index == range.upperBound
            if isEnd || Self.isSeam(name, first, index) {
                // The last word says what it is: `phone_id`, `orderContactPhone`.
                use = Self.use(of: name, first..<index) ?? use
                first = index
                if !isEnd, !Symbol.isWord(name[index]) { first += 1 }
            }
            index += 1
        }
        self = use
    }

    /// Whether a word ends before an index: at what is no letter, or at a capital after none.
    private static func isSeam(_ name: [UInt8], _ first: Int, _ index: Int) -> Bool {
        if !Symbol.isWord(name[index]) { return true }
        return index > first && name[index] &- 65 < 26 && name[index - 1] &- 65 >= 26
    }

    private static func use(of name: [UInt8], _ range: Range<Int>) -> TextUse? {
        guard 2...9 ~= range.count else { return nil }
        return words.withUTF8Buffer { words in
            var index = 0
            var use = TextUse.phone
            while index < words.count {
                let first = index
                var isSame = true
                while unsafe words[index] != 32 {
                    let offset = range.lowerBound + index - first
                    let letter = unsafe words[index]
                    isSame =
                        isSame && offset < range.upperBound
                        && Symbol.lowered(name[offset]) == letter
                    index += 1
                }
                if index == first {
                    use = .code
                } else if isSame, index - first == range.count {
                    return use
                }
                index += 1
            }
            return nil
        }
    }

    // Each ends with a space; an empty one parts those of telephones from those of codes.
    private static let words: StaticString = """
        phone telephone telefon tel mobile mobil msisdn whatsapp fax cell handy contact sms  \
        id ids sku ean gtin upc plu isbn barcode code uuid guid hash serial version timestamp time \
        date at order invoice receipt\u{20}
        """
}

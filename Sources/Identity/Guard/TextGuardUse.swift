/// What a text is there for, by the name of the member whose value it is.
public enum TextUse: UInt8, Sendable {
    /// Any text.
    case text
    /// A telephone number: any six to fifteen digits are one.
    case phone
    /// An id, an article's number, a time: digits without a `+`, or without separators, stay.
    case code

    /// By a member's name, of which the last word that says something counts: `contactPhone`,
    /// `tel_no`, `SKU`, `order-id`, `phone_id`.
    public init(of name: [UInt8], in range: Range<Int>) {
        var end = range.upperBound
        var index = end
        while index > range.lowerBound {
            index -= 1
            guard index == range.lowerBound || Self.isSeam(name, range.lowerBound, index) else {
                continue
            }
            let first = Symbol.isWord(name[index]) ? index : index + 1
            if let use = Self.use(of: name, first..<end) {
                self = use
                return
            }
            end = index
        }
        self = .text
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
            var use = TextUse.code
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
                    use = .phone
                } else if isSame, index - first == range.count {
                    return use
                }
                index += 1
            }
            return nil
        }
    }

    // Each ends with a space; an empty one parts those of codes from those of telephones.
    private static let words: StaticString = """
        id timestamp at sku ids ean gtin upc plu isbn barcode code uuid guid hash serial version \
        time date order invoice receipt  phone telephone telefon tel mobile mobil msisdn whatsapp \
        fax cell handy contact sms\u{20}
        """
}

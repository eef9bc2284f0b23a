/// What each platform makes of an email address.
///
/// All start from the address without the white space around it, in lower case.
enum EmailRules {
    /// Appends the graph's form: full-width forms as ASCII, composed (NFC), an ASCII domain.
    static func appendGraph(_ text: borrowing RawText, to email: inout RawText) -> Refusal? {
        var whole = RawText(capacity: 3 * text.count + 4)
        text.read { whole.appendComposed($0) }
        if whole.isOverfull { return .tooLong }
        let refusal = whole.read { (whole: Span<UInt8>) -> Refusal? in
            guard let at = whole.first(0x40) else { return .format }
            email.append(whole.extracting(...at))
            return IDNA.appendASCII(whole.extracting((at + 1)...), to: &email) ? nil : .format
        }
        if let refusal { return refusal }
        if email.isOverfull || email.count > 254 { return .tooLong }
        return email.read { isAddress($0) } ? nil : .format
    }

    /// Whether a text has one `@`, something before it, a domain with a point, and no white space.
    static func isAddress(_ text: Span<UInt8>) -> Bool {
        guard let at = text.first(0x40), at > 0, text.first(0x40, from: at + 1) == nil else {
            return false
        }
        var index = 0
        while index < text.count {
            guard let scalar = text.scalar(at: &index), scalar > 0x20, scalar != 0x7F,
                !CharacterClass.isWhiteSpace(scalar)
            else { return false }
        }
        let domain = text.extracting((at + 1)...)
        guard var point = domain.first(0x2E) else { return false }
        var start = 0
        while true {
            // No label is empty.
            guard point > start else { return false }
            guard point < domain.count else { return true }
            start = point + 1
            point = domain.first(0x2E, from: start) ?? domain.count
        }
    }

    /// Appends a text as Google or UID2 have it of addresses at one of `providers`.
    ///
    /// - Parameters:
    ///   - providers: domains, a line each, whose local parts lose their points.
    ///   - keepsSuffix: whether the local part there keeps what is behind a `+`.
    static func appendStripped(
        _ text: Span<UInt8>, providers: StaticString, keepsSuffix: Bool, to email: inout RawText
    ) -> Refusal? {
        guard isAddress(text), let at = text.first(0x40) else { return .format }
        let isStripped = text.extracting((at + 1)...).isLine(of: providers)
        for index in 0..<at {
            if isStripped, !keepsSuffix, text[index] == UInt8(ascii: "+") { break }
            if !isStripped || text[index] != 0x2E { email.append(text[index]) }
        }
        guard email.count > 0 else { return .format }
        email.append(text.extracting(at...))
        return nil
    }

    /// Appends a text without any white space.
    static func appendWithoutWhiteSpace(_ text: Span<UInt8>, to email: inout RawText) {
        email.append(text, without: [.whiteSpace])
    }
}

extension RawText {
    /// Kinds of characters that a form leaves out.
    struct Omission: OptionSet {
        var rawValue: UInt8
        static let whiteSpace = Omission(rawValue: 1)
        /// ASCII's dash and round brackets.
        static let dashesAndBrackets = Omission(rawValue: 2)
        /// ASCII's digits and point.
        static let digitsAndPoint = Omission(rawValue: 4)
    }

    /// Appends a text without some kinds of characters.
    @inline(never)
    mutating func append(_ text: Span<UInt8>, without kinds: Omission) {
        var index = 0
        while index < text.count, let scalar = text.scalar(at: &index) {
            let kind: Omission =
                switch scalar {
                case 0x2D, 0x28, 0x29: .dashesAndBrackets
                case 0x30...0x39, 0x2E: .digitsAndPoint
                default: CharacterClass.isWhiteSpace(scalar) ? .whiteSpace : []
                }
            if kind.isDisjoint(with: kinds) { append(scalar: scalar) }
        }
    }
}

internal import COpenSSL
internal import Events

/// What a stretch of text was found to be.
public struct FoundKind: Equatable, Hashable, Sendable {
    /// Below 4 what every guard knows, from 4 on the patterns in their order.
    public let code: UInt8

    /// An address of electronic mail.
    public static let email = FoundKind(code: 0)
    /// A telephone number.
    public static let phone = FoundKind(code: 1)
    /// A payment card's number.
    public static let card = FoundKind(code: 2)
    /// A bank account's number.
    public static let iban = FoundKind(code: 3)

    static func pattern(_ index: Int) -> FoundKind {
        FoundKind(code: UInt8(truncatingIfNeeded: 4 + index))
    }
}

/// A text in which something was found.
public struct GuardedText: Equatable, Sendable {
    /// The text, a marker in place of each find.
    public var bytes: [UInt8]
    /// What was found, in the text's order.
    public var kinds: [FoundKind]
}

/// Finds addresses, telephone numbers, payment cards, bank accounts and a site's own numbers in
/// text of any form, and puts markers in their place: `[email]`, `[phone]`, `[card]`, `[iban]`,
/// `[<name of the pattern>]`.
///
/// Any text takes a time that grows with its length and no faster.
public struct TextGuard: Sendable {
    private let patterns: [GuardPattern]

    /// Looks for the kinds that everybody has, and for a site's own; those beyond
    /// `GuardPattern.countMax` are left out.
    public init(patterns: [GuardPattern] = []) {
        self.patterns = Array(patterns.prefix(GuardPattern.countMax))
    }

    /// What a marker calls a kind, without its brackets.
    public func name(of kind: FoundKind) -> [UInt8] {
        switch kind {
        case .email: Array("email".utf8)
        case .phone: Array("phone".utf8)
        case .card: Array("card".utf8)
        case .iban: Array("iban".utf8)
        default: patterns[Int(kind.code) - 4].name
        }
    }

    /// A text with markers in place of what is found; nil where nothing is.
    ///
    /// - Parameters:
    ///   - text: any bytes; of a JSON string, what stands between its quotation marks.
    ///   - range: the part that is looked at and, rewritten, returned.
    ///   - name: where in `text` the name of the member stands whose value it is.
    public func rewrite(
        _ text: [UInt8], in range: Range<Int>, named name: Range<Int>
    ) -> GuardedText? {
        guard mayHold(text, range) else { return nil }
        return rewrite(text, range, nil, name)
    }

    /// A text with markers in place of what is found; nil where nothing is.
    ///
    /// - Parameter use: what the text is there for.
    public func rewrite(_ text: [UInt8], in range: Range<Int>, use: TextUse = .text) -> GuardedText?
    {
        guard mayHold(text, range) else { return nil }
        return rewrite(text, range, use, range.lowerBound..<range.lowerBound)
    }

    /// The kind of number that a JSON number is, in whose place a marker must stand.
    ///
    /// A payment card's is one of 15 or 16 digits, save in the place of an id; a telephone's is
    /// what stands in a telephone's place. Other lengths are ids, times and barcodes.
    public func kind(
        ofNumber text: [UInt8], in range: Range<Int>, named name: Range<Int>
    ) -> FoundKind? {
        guard 6...16 ~= range.count else { return nil }
        for index in range where !Symbol.isDigit(text[index]) { return nil }
        let use = TextUse(of: text, in: name)
        guard range.count >= 15 || use == .phone else { return nil }
        var steps = 0
        let spans = spans(text, range, use, TextSurvey(text, range), &steps)
        guard let span = spans.first, span.symbols.count == range.count,
            span.kind == .card || use == .phone
        else { return nil }
        return span.kind
    }

    /// How many symbols are read in search of finds, each time counted.
    package func stepCount(_ text: [UInt8], use: TextUse = .text) -> Int {
        var steps = text.count
        let range = 0..<text.count
        _ = spans(text, range, use, TextSurvey(text, range), &steps)
        return steps
    }

    /// Whether a text must be looked at closely: a quick look, in which most fail.
    @inline(never)
    private func mayHold(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        // The shortest that counts is `a@b.de`, or six digits where a telephone is expected.
        guard range.count >= 6 else { return !patterns.isEmpty }
        return TextSurvey.mayHold(text, range) || !patterns.isEmpty || isEncoded(text, range)
    }

    @inline(never)
    private func rewrite(
        _ text: [UInt8], _ range: Range<Int>, _ given: TextUse?, _ key: Range<Int>
    ) -> GuardedText? {
        let survey = TextSurvey(text, range)
        let isWorth =
            survey.isWorthScanning(text, range) || !patterns.isEmpty || isEncoded(text, range)
        guard isWorth || survey.digitCount >= 6 else { return nil }
        let use = given ?? TextUse(of: text, in: key)
        guard isWorth || use == .phone else { return nil }
        var steps = 0
        let spans = spans(text, range, use, survey, &steps)
        guard !spans.isEmpty else { return nil }
        var guarded = GuardedText(bytes: [], kinds: [])
        guarded.bytes.reserveCapacity(range.count)
        // Read once more, now for where in the text each symbol stands.
        var folding = TextFolding(text, range)
        var symbol = range.lowerBound
        var copied = range.lowerBound
        for span in spans {
            while symbol <= span.symbols.lowerBound, folding.next() != nil { symbol += 1 }
            ByteRun.append(text, copied..<folding.start, to: &guarded.bytes)
            guarded.bytes.append(UInt8(ascii: "["))
            guarded.bytes.append(contentsOf: name(of: span.kind))
            guarded.bytes.append(UInt8(ascii: "]"))
            while symbol < span.symbols.upperBound, folding.next() != nil { symbol += 1 }
            copied = folding.position
            guarded.kinds.append(span.kind)
        }
        ByteRun.append(text, copied..<range.upperBound, to: &guarded.bytes)
        return guarded
    }

    /// What is found, by symbols from the range's start on.
    private func spans(
        _ text: [UInt8], _ range: Range<Int>, _ use: TextUse, _ survey: TextSurvey,
        _ steps: inout Int
    ) -> [FoundSpan] {
        guard survey.any & SymbolClass.folded != 0 else {
            return spans(ofSymbols: text, range, range, use, &steps)
        }
        var symbols = TextFolding.symbols(of: text, range)
        steps += range.count
        let all = 0..<symbols.count
        var spans = spans(ofSymbols: symbols, all, range, use, &steps)
        Self.wipe(&symbols)
        for index in spans.indices {
            let found = spans[index].symbols
            spans[index].symbols =
                found.lowerBound + range.lowerBound..<found.upperBound + range.lowerBound
        }
        return spans
    }

    private func spans(
        ofSymbols symbols: [UInt8], _ range: Range<Int>, _ source: Range<Int>, _ use: TextUse,
        _ steps: inout Int
    ) -> [FoundSpan] {
        let inner = Base64Text.trimmed(symbols, range)
        if inner.count >= Base64Text.countMin {
            // Looked at, and read.
            steps += 2 * inner.count
            if Base64Text.isText(symbols, inner) {
                var decoded = Base64Text.decoded(symbols, inner)
                let whole = 0..<decoded.count
                let spans = spans(decoded, whole, use, TextSurvey(decoded, whole), &steps)
                Self.wipe(&decoded)
                if let kind = spans.first?.kind { return [FoundSpan(symbols: inner, kind: kind)] }
            }
        }
        var finder = TextFinder(symbols, range, use, patterns)
        finder.scan()
        steps += finder.steps
        return finder.spans
    }

    /// Whether a text is Base64 from its first byte that is no space to its last.
    private func isEncoded(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= Base64Text.countMin, Base64Text.mayBegin(text[range.lowerBound]) else {
            return false
        }
        return Base64Text.isText(text, Base64Text.trimmed(text, range))
    }

    private static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}

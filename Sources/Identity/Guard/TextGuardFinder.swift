/// A stretch of a text's symbols, and what it was found to be.
struct FoundSpan: Equatable {
    var symbols: Range<Int>
    var kind: FoundKind
}

/// Looks through the symbols of one text, from its start to its end.
///
/// No symbol is read more often than a fixed number of times, whatever the text: `steps` counts.
struct TextFinder {
    let text: [UInt8]
    let range: Range<Int>
    let use: TextUse
    let patterns: [GuardPattern]
    private(set) var spans: [FoundSpan] = []
    private(set) var steps = 0

    init(_ text: [UInt8], _ range: Range<Int>, _ use: TextUse, _ patterns: [GuardPattern]) {
        self.text = text
        self.range = range
        self.use = use
        self.patterns = patterns
    }

    /// The symbol at an index; 0 beyond the text.
    @inline(never)
    mutating func at(_ index: Int) -> UInt8 {
        steps += 1
        return range.contains(index) ? text[index] : 0
    }

    /// Finds all there is.
    mutating func scan() {
        var index = range.lowerBound
        var isWord = false
        while index < range.upperBound {
            let symbol = text[index]
            steps += 1
            if isWord, Symbol.isASCIILetter(symbol) {
                index += 1
                continue
            }
            if !isWord, !patterns.isEmpty, let end = pattern(at: index) {
                index = end
                isWord = true
                continue
            }
            if !isWord, at(index + 8) == UInt8(ascii: "-"), isUUID(at: index) {
                index += 36
                isWord = true
                continue
            }
            switch symbol {
            case UInt8(ascii: "@"): index = address(at: index) ?? index + 1
            case 48...57: index = number(at: index)
            default:
                if !isWord, Symbol.isASCIILetter(symbol), let end = account(at: index) {
                    index = end
                } else {
                    index += 1
                }
            }
            isWord = Symbol.isWord(symbol)
        }
    }

    /// Whether an id by RFC 9562 stands there: of a million some have a card's digits in a row.
    @inline(never)
    private mutating func isUUID(at index: Int) -> Bool {
        for offset in 0..<36 {
            let symbol = at(index + offset)
            switch offset {
            case 8, 13, 18, 23: if symbol != UInt8(ascii: "-") { return false }
            default: if Symbol.nibble(symbol) == nil { return false }
            }
        }
        return !Symbol.isWord(at(index + 36))
    }

    @inline(never)
    mutating func add(_ kind: FoundKind, _ symbols: Range<Int>) -> Int {
        spans.append(FoundSpan(symbols: symbols, kind: kind))
        return symbols.upperBound
    }

    /// The address around the `@` at an index; what it takes in of earlier finds is no longer one.
    private mutating func address(at index: Int) -> Int? {
        var start = index
        if at(index - 1) == UInt8(ascii: "\"") {
            start -= 2
            while start >= range.lowerBound, at(start) != UInt8(ascii: "\"") { start -= 1 }
            guard start >= range.lowerBound else { return nil }
        } else {
            while start > range.lowerBound,
                SymbolClass.of(at(start - 1)) & SymbolClass.localPart != 0
            {
                start -= 1
            }
            while start < index, !isStart(at(start)) { start += 1 }
        }
        guard start < index, let end = domain(from: index + 1) else { return nil }
        while let last = spans.last, last.symbols.upperBound > start {
            start = min(start, last.symbols.lowerBound)
            spans.removeLast()
        }
        return add(.email, start..<end)
    }

    /// Whether an address can begin with a symbol: quotation marks and the like stay.
    private func isStart(_ symbol: UInt8) -> Bool {
        Symbol.isWord(symbol) || symbol == UInt8(ascii: "_") || symbol == UInt8(ascii: "+")
    }

    /// The end of a domain that ends in a name of letters.
    private mutating func domain(from first: Int) -> Int? {
        var end: Int?
        var index = first
        var dots = 0
        var label = first
        // Letters that the label begins with.
        var letters = first
        while true {
            let symbol = at(index)
            if Symbol.isWord(symbol) || symbol == UInt8(ascii: "-") {
                if Symbol.isLetter(symbol), letters == index { letters += 1 }
                index += 1
                continue
            }
            guard index > label else { return end }
            if dots > 0 {
                if letters == index || isPunycode(label) {
                    if letters - label >= 2 { end = index }
                } else if letters - label >= 2, at(letters) == UInt8(ascii: "-") {
                    end = letters
                }
            }
            guard symbol == UInt8(ascii: "."), !isScale(first, index, dots) else { return end }
            dots += 1
            index += 1
            label = index
            letters = index
        }
    }

    private mutating func isPunycode(_ label: Int) -> Bool {
        at(label) | 32 == UInt8(ascii: "x") && at(label + 1) | 32 == UInt8(ascii: "n")
            && at(label + 2) == UInt8(ascii: "-") && at(label + 3) == UInt8(ascii: "-")
    }

    /// Whether a label is that of an image for fine screens, `logo@2x.png`, and no domain.
    private mutating func isScale(_ first: Int, _ end: Int, _ dots: Int) -> Bool {
        dots == 0 && end == first + 2 && Symbol.isDigit(at(first))
            && at(first + 1) == UInt8(ascii: "x")
    }

    private mutating func pattern(at index: Int) -> Int? {
        for number in patterns.indices {
            var end = index
            var isMatch = true
            for item in patterns[number].items {
                let first = end
                repeat {
                    guard item.matches(at(end)) else { break }
                    end += 1
                } while item.isRun
                isMatch = end > first
                if !isMatch { break }
            }
            if isMatch, !Symbol.isWord(at(end)) || !Symbol.isWord(at(end - 1)) {
                return add(.pattern(number), index..<end)
            }
        }
        return nil
    }
}

extension RawText {
    /// Appends a text without the white space around it, in lower case by Unicode's full mapping.
    ///
    /// Of the sigmas, that at a word's end is `ς` where `hasFinalSigma`, as Python, Java and
    /// JavaScript have it.
    ///
    /// - Returns: false where the text is no UTF-8.
    mutating func appendLowerCase(of text: Span<UInt8>, hasFinalSigma: Bool = true) -> Bool {
        var index = 0
        var start: Int?
        var end = 0
        while index < text.count {
            let place = index
            guard let scalar = text.scalar(at: &index) else { return false }
            guard !CharacterClass.isWhiteSpace(scalar) else { continue }
            if start == nil { start = place }
            end = index
        }
        index = start ?? end
        while index < end {
            let place = index
            guard let scalar = text.scalar(at: &index) else { return false }
            if scalar < 0x80 {
                let isUpper = 0x41...0x5A ~= scalar
                append(UInt8(truncatingIfNeeded: isUpper ? scalar | 0x20 : scalar))
            } else if scalar == 0x3A3 {
                let isFinal = hasFinalSigma && Self.endsWord(text, from: place, to: index)
                append(scalar: isFinal ? 0x3C2 : 0x3C3)
            } else if let character = Unicode.Scalar(scalar) {
                // A text of one character, which is in registers, never in the heap.
                for byte in character.properties.lowercaseMapping.utf8 { append(byte) }
            }
        }
        return true
    }

    // Unicode's Final_Sigma: a cased character before it and none behind, whatever is ignorable
    // left out.
    private static func endsWord(_ text: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var place = start
        var isBehindLetter = false
        while place > 0 {
            repeat { place -= 1 } while place > 0 && text[place] & 0xC0 == 0x80
            var index = place
            guard let scalar = text.scalar(at: &index) else { return false }
            if CharacterClass.isCaseIgnorable(scalar) { continue }
            isBehindLetter = CharacterClass.isCased(scalar)
            break
        }
        guard isBehindLetter else { return false }
        var index = end
        while index < text.count, let scalar = text.scalar(at: &index) {
            if CharacterClass.isCaseIgnorable(scalar) { continue }
            return !CharacterClass.isCased(scalar)
        }
        return true
    }

    /// Appends the ASCII digits of a text, and a plus sign before the first: version 1 of the rule
    /// for phone numbers.
    mutating func appendDialled(_ text: Span<UInt8>) {
        let start = count
        for index in text.indices {
            let byte = text[index]
            if 48...57 ~= byte || (byte == UInt8(ascii: "+") && count == start) { append(byte) }
        }
        if count == start + 1, self[start] == UInt8(ascii: "+") { keep(first: start) }
    }
}

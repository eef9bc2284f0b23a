@_spi(_Unicode) import Swift

extension RawText {
    /// Appends a text with full-width forms as ASCII, and letters with their marks composed (NFC).
    mutating func appendComposed(_ text: Span<UInt8>) {
        var index = 0
        while index < text.count {
            var next = index
            guard let scalar = text.scalar(at: &next) else { return }
            if scalar < 0x300, next == text.count || text[next] < 0x80 {
                append(scalar: scalar)
                index = next
            } else {
                index = appendCluster(text, from: index)
            }
        }
    }

    /// Appends one character with the marks behind it; where that ends.
    private mutating func appendCluster(_ text: Span<UInt8>, from start: Int) -> Int {
        // A letter and its first marks: too short a text to be in the heap.
        var cluster = ""
        var index = start
        while index < text.count {
            var next = index
            guard let scalar = text.scalar(at: &next) else { return text.count }
            let isMark = CharacterClass.isComposing(scalar)
            if index > start, !isMark || next - start > Self.clusterBytesMost { break }
            if let character = Unicode.Scalar(CharacterClass.narrow(scalar)) {
                cluster.unicodeScalars.append(character)
            }
            index = next
        }
        for character in cluster._nfc { append(scalar: character.value) }
        return index
    }

    // What a String holds without the heap where a word has 32 bits.
    private static let clusterBytesMost = 10
}

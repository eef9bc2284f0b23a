/// The graph's forms of names, places and tokens.
enum TextRules {
    /// Appends a name: full-width forms as ASCII, composed, inner white space as one space.
    static func appendName(_ text: Span<UInt8>, to name: inout RawText) {
        var spaced = RawText(capacity: text.count)
        var isSpace = false
        var index = 0
        while index < text.count, let scalar = text.scalar(at: &index) {
            if CharacterClass.isWhiteSpace(scalar) {
                isSpace = true
                continue
            }
            if isSpace { spaced.append(0x20) }
            isSpace = false
            spaced.append(scalar: scalar)
        }
        spaced.read { name.appendComposed($0) }
    }

    /// Appends a number of a card or account: no white space and dashes, ASCII letters in upper
    /// case, digits and full-width forms as ASCII.
    static func appendToken(_ text: Span<UInt8>, to token: inout RawText) {
        var index = 0
        while index < text.count, let character = text.scalar(at: &index) {
            let scalar = CharacterClass.narrow(character)
            if CharacterClass.isWhiteSpace(scalar) || CharacterClass.isDash(scalar) { continue }
            if let digit = CharacterClass.digit(scalar) {
                token.append(0x30 + digit)
            } else if 0x61...0x7A ~= scalar {
                token.append(UInt8(scalar - 0x20))
            } else {
                token.append(scalar: scalar)
            }
        }
    }
}

/// A value that a producer has hashed already, without a key.
enum PresentedHash: Int {
    case sha256 = 64
    case sha1 = 40
    case md5 = 32

    /// Whether a value in lower case is one by its length and digits; of a name or the like, which
    /// only Meta's SDK takes for one, SHA-1 is none.
    init?(_ text: Span<UInt8>, _ type: IdentityType) {
        self.init(rawValue: text.count)
        if self == .sha1, type != .email, type != .phone { return nil }
        for index in text.indices where PresentedHash.nibble(text[index]) == nil { return nil }
    }

    /// The type of a graph key of it; `type` itself where that has none for hashes.
    func type(of type: IdentityType) -> IdentityType {
        switch (self, type) {
        case (.sha256, .email): .emailSHA256
        case (.sha1, .email): .emailSHA1
        case (.md5, .email): .emailMD5
        case (.sha256, .phone): .phoneSHA256
        case (.sha1, .phone): .phoneSHA1
        case (.md5, .phone): .phoneMD5
        default: type
        }
    }

    /// The bytes that a hash's digits spell, then zeros.
    static func bytes(_ text: Span<UInt8>) -> InlineArray<32, UInt8> {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in text.indices where index < 64 {
            bytes[index / 2] = bytes[index / 2] << 4 | (nibble(text[index]) ?? 0)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        if 0x30...0x39 ~= digit { return digit - 0x30 }
        return 0x61...0x66 ~= digit ? digit - 0x57 : nil
    }
}

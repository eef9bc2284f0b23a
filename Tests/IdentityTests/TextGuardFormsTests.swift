import Events
import Identity
import Testing

/// Ways in which one text is spelt, each of which a browser, an SDK or a person makes.
enum Spelling: CaseIterable, Sendable {
    case raw, lower, upper, padded, fullWidth, percent, percentAll, percentLower, percentTwice
    case escaped, escapedTwice, entities, base64, base64url, base64Unpadded, base64Padded
    case base64Percent, base64Twice, base64Escaped, zeroWidth, softHyphens, arabic

    /// Whether the whole value becomes the marker, and not the find in it alone.
    var isWhole: Bool {
        switch self {
        case .base64, .base64url, .base64Unpadded, .base64Padded, .base64Percent, .base64Twice,
            .base64Escaped:
            true
        default: false
        }
    }

    func of(_ text: String) -> String {
        let bytes = Array(text.utf8)
        func hexadecimal(_ byte: UInt8) -> String {
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        func each(_ spelt: (Unicode.Scalar) -> String) -> String {
            text.unicodeScalars.map(spelt).joined()
        }
        func spelt(_ scalar: Unicode.Scalar, _ backslashes: String) -> String {
            let digits = String(scalar.value, radix: 16)
            return backslashes + "u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        let encoded = String(decoding: Base64.text(bytes), as: UTF8.self)
        switch self {
        case .raw: return text
        case .lower: return text.lowercased()
        case .upper: return text.uppercased()
        case .padded: return "   " + text + "  "
        case .fullWidth:
            return each { scalar in
                guard 0x21...0x7E ~= scalar.value, let wide = Unicode.Scalar(scalar.value + 0xFEE0)
                else { return scalar == " " ? "\u{3000}" : String(scalar) }
                return String(wide)
            }
        case .percent:
            return each {
                "@+ ()/".unicodeScalars.contains($0)
                    ? "%" + hexadecimal(UInt8($0.value)) : String($0)
            }
        case .percentAll: return bytes.map { "%" + hexadecimal($0) }.joined()
        case .percentLower: return Self.percentAll.of(text).lowercased()
        case .percentTwice: return Self.percent.of(text).replacing("%", with: "%2525")
        case .escaped: return each { spelt($0, "\\") }
        case .escapedTwice: return each { spelt($0, "\\\\") }
        case .entities: return each { "&#\($0.value);" }
        case .base64: return encoded
        case .base64url: return String(decoding: Base64.urlText(bytes), as: UTF8.self)
        case .base64Unpadded: return encoded.replacing("=", with: "")
        case .base64Padded: return "  " + encoded + " "
        case .base64Percent:
            return encoded.replacing("=", with: "%3D").replacing("+", with: "%2B").replacing(
                "/", with: "%2F")
        case .base64Twice: return Self.base64.of(encoded)
        case .base64Escaped:
            return encoded.replacing("/", with: "\\/").replacing("=", with: "\\u003d")
        case .zeroWidth: return each { String($0) + "\u{200B}" }
        case .softHyphens: return each { "\u{AD}" + String($0) }
        case .arabic:
            return each { scalar in
                guard 48...57 ~= scalar.value, let digit = Unicode.Scalar(scalar.value + 0x630)
                else { return String(scalar) }
                return String(digit)
            }
        }
    }
}

@Suite struct `The text guard finds in any spelling` {
    private static let values: [(String, String)] = [
        ("anna.müller+x@example.com", "email"), ("o'brien@shop.example", "email"),
        ("+49 151 23456789", "phone"), ("(030) 1234-567", "phone"), ("0151 23456789", "phone"),
        ("+1 (650) 555-1212", "phone"), ("650.555.1212", "phone"), ("0049 151 23456789", "phone"),
        ("4111 1111 1111 1111", "card"), ("5555555555554444", "card"),
        ("3782 822463 10005", "card"),
        ("DE89 3704 0044 0532 0130 00", "iban"), ("GB82WEST12345698765432", "iban"),
    ]

    @Test(arguments: Spelling.allCases) func `what it finds in plain text`(_ spelling: Spelling) {
        for (value, kind) in Self.values {
            let text = spelling.of(value)
            let marker = "[\(kind)]"
            let isPadded = spelling == .padded || spelling == .base64Padded
            let trimmed = isPadded ? String(text.drop { $0 == " " }) : text
            let spaces = isPadded ? String(text.prefix { $0 == " " }) : ""
            let tail = String(trimmed.reversed().prefix { $0 == " " })
            let kept = guarded(text)
            // What has no width beyond a find belongs to nobody.
            let shown = String(kept.unicodeScalars.filter { $0 != "\u{200B}" && $0 != "\u{AD}" })
            #expect(shown == spaces + marker + tail, "\(value) as \(text)")
            guard !spelling.isWhole else { continue }
            let url = guarded("https://a.example/?q=x&c=" + text + "&n=12")
            let isSame = url.unicodeScalars.filter { $0 != "\u{200B}" && $0 != "\u{AD}" }
                .elementsEqual(
                    ("https://a.example/?q=x&c=" + spaces + marker + tail + "&n=12").unicodeScalars)
            #expect(isSame, "\(value) in \(url)")
        }
    }

    @Test func `the whole of what is encoded, and not what only looks so`() {
        #expect(guarded(Spelling.base64.of("call anna@example.com, or not")) == "[email]")
        #expect(
            guarded(Spelling.base64.of("nothing is in here"))
                == Spelling.base64.of("nothing is in here"))
        #expect(guarded("YUBiLmRl") == "YUBiLmRl")
        #expect(guarded("x " + Spelling.base64.of("anna@example.com")) != "x [email]")
    }

    @Test func `and leaves all else of the text as it was spelt`() {
        #expect(
            guarded(#"Gr\u00fc\u00dfe an \u0061@b.de\n50% &amp; mehr"#)
                == #"Gr\u00fc\u00dfe an [email]\n50% &amp; mehr"#)
        #expect(guarded("５％ für ａ@b.de und １２") == "５％ für [email] und １２")
        #expect(guarded(#"C:\\n\u0061@b.de\t\u0022"#) == #"C:\\n[email]\t\u0022"#)
        #expect(guarded("\u{FF20}\u{FF20}") == "\u{FF20}\u{FF20}")
        #expect(guarded("a%40b%2ede%20%E2%82%AC") == "[email]%20%E2%82%AC")
    }

    @Test func `only what is in its range`() {
        let bytes = Array("c@d.fr,a@b.de x,e@f.it".utf8)
        let found = TextGuard().rewrite(bytes, in: 7..<15)
        #expect(String(decoding: found?.bytes ?? [], as: UTF8.self) == "[email] x")
        #expect(found?.kinds == [.email])
        let wide = Array("c@d.fr,ａ@b.de x,e@f.it".utf8)
        let other = TextGuard().rewrite(wide, in: 7..<17)
        #expect(String(decoding: other?.bytes ?? [], as: UTF8.self) == "[email] x")
    }
}

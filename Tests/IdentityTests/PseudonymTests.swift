import Identity
import Testing

@Suite struct `A pseudonym` {
    private let key: IdentityKey

    init() throws { key = try #require(IdentityKey(Reference.key)) }

    private func pseudonym(_ type: IdentityType, _ value: String) -> String {
        String(decoding: key.pseudonym(type, of: Array(value.utf8)), as: UTF8.self)
    }

    // By `openssl dgst -sha256 -mac HMAC` and `base64`, under the key 00 01 … 1f.
    @Test(
        arguments: [
            (IdentityType.email, "jane@example.com", "gt2qx1NYJN0F0hE5ASac6oIz-dAwGtWyWLrcBnXGX-8"),
            (.phone, "+4915112345678", "NRa4gD1aqHwVfqiPt8VGRBQqfg_fPl7ZCxsUlthcqCw"),
            (.user, "shopper-42", "Zfag41mRwUk9UxnPbd6TKEKxpSHP9tNi4eBuekJ8Cqw"),
        ])
    func `is the type's word, two versions and the keyed hash`(
        _ type: IdentityType, _ value: String, _ code: String
    ) {
        #expect(pseudonym(type, value) == type.word.description + ":k1:n1:" + code)
        #expect(
            Reference.pseudonym(type.word.description, value)
                == type.word.description + ":k1:n1:" + code)
    }

    @Test(
        arguments: [
            ("jane@example.com", "jane@example.com"),
            ("  Jane@Example.COM\t\r\n", "jane@example.com"),
            ("\u{A0}\u{2003}JANE@EXAMPLE.COM\u{3000}", "jane@example.com"),
            ("ÄNNE@x.de", "änne@x.de"),
            ("a b@x", "a b@x"), ("Σ", "σ"), ("x", "x"), (" \t\n ", ""), ("", ""),
        ])
    func `of an email is that of the trimmed lower-case text`(_ value: String, _ normal: String) {
        #expect(pseudonym(.email, value) == Reference.pseudonym("email", normal))
    }

    @Test(
        arguments: [
            ("+4915112345678", "+4915112345678"), ("+49 (151) 123-456.78", "+4915112345678"),
            (" tel:+49 151 ", "+49151"), ("0049151", "0049151"), ("49+151", "49151"),
            ("++49", "+49"),
            ("+", ""), ("none", ""), ("", ""), ("٤٩", ""), ("1", "1"),
        ])
    func `of a phone number is that of its digits and a leading plus`(
        _ value: String, _ normal: String
    ) {
        #expect(pseudonym(.phone, value) == Reference.pseudonym("phone", normal))
    }

    @Test(arguments: [
        "Shopper-42", " shopper-42 ", "ä", "a\u{0}b", String(repeating: "x", count: 5000),
    ])
    func `of a user id is that of the text as it is`(_ value: String) {
        #expect(pseudonym(.user, value) == Reference.pseudonym("userId", value))
    }

    @Test func `differs by type, by key and by value`() throws {
        #expect(pseudonym(.email, "1") != pseudonym(.user, "1"))
        #expect(pseudonym(.email, "1").dropFirst(12) != pseudonym(.phone, "1").dropFirst(12))
        #expect(pseudonym(.user, "a") != pseudonym(.user, "A"))
        var other = Reference.key
        other[31] ^= 1
        let otherKey = try #require(IdentityKey(other))
        #expect(otherKey.pseudonym(.user, of: [0x61]) != key.pseudonym(.user, of: [0x61]))
    }

    @Test func `wants a key of 32 bytes`() {
        for count in [0, 16, 31, 33, 64] {
            #expect(IdentityKey([UInt8](repeating: 1, count: count)) == nil)
        }
    }
}

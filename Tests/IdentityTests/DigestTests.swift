import Events
import Identity
import Testing

private func bytes(_ hexadecimal: String) throws -> [UInt8] {
    try #require(Hexadecimal.bytes(Array(hexadecimal.utf8)[...]))
}

@Suite struct `SHA-256` {
    // FIPS 180-4's examples, as NIST publishes them.
    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                    + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func `of a published message is the published digest`(_ message: String, _ digest: String) {
        #expect(Hexadecimal.text(Digest.sha256(Array(message.utf8))) == digest)
        #expect(Hexadecimal.text(Reference.sha256(Array(message.utf8))) == digest)
    }

    @Test func `of a million letters is the published digest`() {
        #expect(
            Hexadecimal.text(Digest.sha256([UInt8](repeating: 0x61, count: 1_000_000)))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `of any length around a block is the reference's`() {
        let context = DigestContext()
        for count in Array(0...70) + Array(110...130) {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
            #expect(
                Hexadecimal.text(Digest.sha256(message))
                    == Hexadecimal.text(Reference.sha256(message)), "\(count) bytes")
            #expect(
                Hexadecimal.text(context.firstWord(of: message), digitCount: 16)
                    == Hexadecimal.text(Reference.sha256(message)).prefix(16), "\(count) bytes")
        }
    }
}

@Suite struct `HMAC-SHA-256` {
    private struct Vector: Sendable {
        var key: [UInt8]
        var message: [UInt8]
        var code: String
    }

    // RFC 4231 §4; of case 5 the RFC gives the first 128 bits.
    private static let vectors = [
        Vector(
            key: [UInt8](repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 20), message: [UInt8](repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            key: Array(1...25), message: [UInt8](repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            key: [UInt8](repeating: 0x0C, count: 20), message: Array("Test With Truncation".utf8),
            code: "a3b6167473100ee06e0c796c2955552b"),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size "
                    + "data. The key needs to be hashed before being used by the HMAC algorithm.")
                    .utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: 0..<vectors.count)
    func `of a published message is the published code`(_ index: Int) {
        let vector = Self.vectors[index]
        let code = Hexadecimal.text(Digest.authenticate(vector.message, key: vector.key))
        #expect(code.count == 64 && code.hasPrefix(vector.code))
        #expect(
            Hexadecimal.text(Reference.hmac(vector.message, key: vector.key)).hasPrefix(vector.code)
        )
    }

    @Test func `of nothing, or under no key, is the reference's`() {
        for (message, key) in [([], []), ([], [1]), ([1], [])] as [([UInt8], [UInt8])] {
            #expect(Digest.authenticate(message, key: key) == Reference.hmac(message, key: key))
        }
    }
}

@Suite struct `The comparison in constant time` {
    @Test func `finds every single difference`() {
        let text = Array("0123456789abcdef".utf8)
        #expect(Digest.isEqual(text, text))
        #expect(Digest.isEqual([], []))
        for index in text.indices {
            for bit in 0..<8 {
                var other = text
                other[index] ^= 1 << UInt8(bit)
                #expect(!Digest.isEqual(text, other))
            }
        }
        #expect(!Digest.isEqual(text, Array(text.dropLast())))
        #expect(!Digest.isEqual(text, []))
        #expect(!Digest.isEqual([], text))
    }
}

@Suite struct `Base64 text` {
    // RFC 4648 §10.
    private static let vectors = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]

    @Test(arguments: vectors)
    func `is RFC 4648's, with padding and without`(_ plain: String, _ coded: String) {
        let bare = coded.replacing("=", with: "")
        #expect(Base64.bytes(Array(coded.utf8)) == Array(plain.utf8))
        #expect(Base64.bytes(Array(bare.utf8)) == Array(plain.utf8))
        #expect(Base64.urlText(Array(plain.utf8)) == Array(bare.utf8))
    }

    @Test func `has the right two letters at the end of each alphabet`() {
        #expect(Base64.urlText([0xFB, 0xEF, 0xFF]) == Array("--__".utf8))
        #expect(Base64.bytes(Array("++//".utf8)) == [0xFB, 0xEF, 0xFF])
    }

    @Test func `gives every byte back at every place`() throws {
        for shift in 0..<3 {
            let plain = [UInt8](repeating: 7, count: shift) + Array(UInt8.min...UInt8.max)
            let standard = Base64.urlText(plain).map { byte in
                byte == UInt8(ascii: "-")
                    ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
            }
            #expect(Base64.bytes(standard) == plain)
        }
    }

    @Test(
        arguments: [
            "Z", "Zm9vY", "Zm9-", "Zm9_", "Zm 9v", "Zm9v\n", "Zg=x", "Z===", "=Zg=", "Zmé=",
        ])
    func `is nothing else`(_ text: String) {
        #expect(Base64.bytes(Array(text.utf8)) == nil)
    }
}

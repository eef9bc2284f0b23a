internal import Events
internal import Identity

/// Digests, keyed hashes and Base64, against published answers.
enum Digests {
    static func run(_ list: Checklist) {
        list.check("SHA-256 gives the answers of FIPS 180-4") { probe in
            probe.equal(
                Hexadecimal.text(Digest.sha256(probe.carrier.bytes("abc"))),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
            probe.equal(
                Hexadecimal.text(Digest.sha256(million)),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        }
        list.check("HMAC-SHA-256 gives the answers of RFC 4231") { probe in
            let text = probe.carrier.bytes("what do ya want for nothing?")
            probe.equal(
                Hexadecimal.text(Digest.authenticate(text, key: Array("Jefe".utf8))),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
            let longKey = [UInt8](repeating: 0xAA, count: 131)
            let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
            probe.equal(
                Hexadecimal.text(Digest.authenticate(message, key: longKey)),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        }
        list.check("Base64 gives the answers of RFC 4648") { probe in
            probe.equal(Base64.urlText(probe.carrier.bytes("foobar")), "Zm9vYmFy")
            probe.equal(Base64.urlText([0xFB, 0xFF, 0xFE]), "-__-")
            probe.equal(Base64.bytes(Array("+//+".utf8)) ?? [], [0xFB, 0xFF, 0xFE])
            probe.equal(Base64.bytes(Array("Zm9vYg==".utf8)) ?? [], "foob")
        }
        list.check("a pseudonym is the same on every device") { probe in
            let key = IdentityKey(Array(0..<32 as Range<UInt8>))
            let value = probe.carrier.bytes("\u{2003}ÄRGER@Example.COM ")
            probe.equal(key?.pseudonym(.email, of: value) ?? [], pseudonym)
        }
        list.check("secrets are compared to their last byte") { probe in
            let secret = Array("eight bytes and more".utf8)
            probe.isTrue(Digest.isEqual(probe.carrier.bytes(secret), secret), "both are equal")
        }
    }

    // HMAC-SHA-256 by Python's hmac over "email", a zero and "ärger@example.com".
    private static let pseudonym = "email:k1:n1:ZU1D6IP01N5OJvoTjOxHJu558nMOhyNbX5CPCGjv-0Q"
}

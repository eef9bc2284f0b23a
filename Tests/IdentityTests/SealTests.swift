import Events
import Testing

@testable import Identity

/// What is sealed is for the collector alone, and for its own event alone.
@Suite struct `A seal` {
    private let opener: SealOpener
    private let sealer: Sealer
    private let id = SealedID(
        device: "kiosk-1",
        stream: StreamID(high: 0xABAB_ABAB_ABAB_ABAB, low: 0xABAB_ABAB_ABAB_ABAB), epoch: 3,
        sequence: 9)
    private let who = Array("who".utf8)

    init() throws {
        opener = try #require(SealOpener(secret: Array(1...32)))
        sealer = Sealer(to: opener.key, seed: Array(100..<132))
    }

    private func sealed(_ plain: [UInt8], visit: UInt64 = 1) throws -> [UInt8] {
        try #require(sealer.seal(plain, for: id, visit: visit))
    }

    /// Made by another program of the published standards: X25519, HKDF over both public keys,
    /// ChaCha20-Poly1305 with a counter for a nonce.
    @Test func `is what the page says`() throws {
        #expect(opener.key.text == "x25519:B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9_AsrhtHHw")
        let head = "Aaqo__cDtQsiRzLSCogNpo2PNu7SRaXkioebYIGdUdEMyUdVWzRoM1wAAAA"
        for end in ["AhuyapRQqw_TH5gI7_PVihfWtPQ", "Bz1BQva5zHCko5OSMslKbvwoCUA"] {
            #expect(try String(decoding: sealed(who), as: UTF8.self) == head + end)
        }
    }

    @Test(arguments: [0, 1, 3, 15, 16, 17, 300, 5000])
    func `opens to what was sealed`(_ count: Int) throws {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(opener.open(try sealed(plain), for: id) == plain)
    }

    @Test func `opens for no other event`() throws {
        let text = try sealed(who)
        var others = [id, id, id, id, id]
        others[0].device = "kiosk-2"
        others[1].stream = StreamID(high: 1, low: 1)
        others[2].epoch = 4
        others[3].sequence = 10
        others[4].device = "kiosk-11"
        for other in others { #expect(opener.open(text, for: other) == nil) }
        #expect(opener.open(text, for: id) == who)
    }

    @Test func `opens to no other collector`() throws {
        let other = try #require(SealOpener(secret: Array(2...33)))
        let text = try sealed(who)
        #expect(other.open(text, for: id) == nil)
        #expect(SealOpener.keyName(of: text) == opener.key.name)
        #expect(other.key.name != opener.key.name)
    }

    @Test func `is refused with any character changed, taken or added`() throws {
        let text = try sealed(who)
        for index in text.indices {
            var changed = text
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 65
            // The last character has two bits that mean nothing.
            let isSame = Base64.urlBytes(changed) == Base64.urlBytes(text)
            #expect((opener.open(changed, for: id) == nil) == !isSame)
            #expect(opener.open(Array(text[..<index]), for: id) == nil)
        }
        #expect(opener.open(text + [65], for: id) == nil)
        #expect(opener.open([], for: id) == nil)
        #expect(opener.open(Array("!".utf8), for: id) == nil)
    }

    /// Version, key's name and ephemeral key are 41 bytes: 54 characters.
    private func keys(_ visits: [UInt64]) throws -> [ArraySlice<UInt8>] {
        let texts = try visits.map { try sealed(who, visit: $0) }
        #expect(Set(texts).count == texts.count)
        for text in texts { #expect(opener.open(text, for: id) == who) }
        return texts.map { $0.prefix(54) }
    }

    @Test func `has one key a visit, and never one nonce twice`() throws {
        let keys = try keys([1, 1, 2, 2, 1, 2, 1, 3, 1])
        #expect(keys[0] == keys[1] && keys[2] == keys[3] && keys[0] != keys[2])
        // Events that were kept back come between those of now.
        #expect(keys[4] == keys[0] && keys[5] == keys[2] && keys[6] == keys[0])
        #expect(keys[8] == keys[0] && Set(keys).count == 3)
    }

    @Test func `has another key after eight other visits`() throws {
        let keys = try keys([1] + Array(2...8) + [1] + Array(9...16) + [1])
        #expect(keys[8] == keys[0])
        #expect(keys[17] != keys[0])
        #expect(Set(keys).count == 17)
    }

    @Test func `is refused by a key that is none`() {
        #expect(SealOpener(secret: []) == nil)
        #expect(SealOpener(secret: Array(1...31)) == nil)
        for text in ["", "x25519:", "x25519:AAAA", "B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9_AsrhtHHw"] {
            #expect(CollectorKey(text: text) == nil)
        }
        #expect(CollectorKey(text: opener.key.text) == opener.key)
        // A key of small order would make every secret the same.
        let zero = CollectorKey([UInt8](repeating: 0, count: 32))
        #expect(
            zero.flatMap { Sealer(to: $0, seed: Array(1...32)).seal(who, for: id, visit: 1) } == nil
        )
    }
}

@Suite struct `Sealed claims` {
    private let claims = SealedClaims(
        keyVersion: 1, normaliserVersion: 2,
        claims: [
            .init(type: .email, keys: [(0, Array(0..<32)), (3, Array(32..<64))]),
            .init(type: .phone, keys: []),
            .init(type: .external, keys: [(0, Array(64..<96))]),
        ])

    @Test func `are read as they were written`() {
        #expect(SealedClaims(claims.bytes) == claims)
        #expect(claims.bytes.count == 3 + 2 + 66 + 2 + 2 + 33)
        #expect(Array(claims.bytes.prefix(6)) == [1, 1, 2, IdentityType.email.rawValue, 2, 0])
    }

    @Test func `are refused where they are cut or of another version`() {
        let bytes = claims.bytes
        // Behind a whole claim a cut cannot be told; the seal is what tells of it.
        let whole = [3, 71, 73, 108]
        for count in bytes.indices where !whole.contains(count) {
            #expect(SealedClaims(Array(bytes[..<count])) == nil, "\(count)")
        }
        #expect(SealedClaims([2] + bytes.dropFirst()) == nil)
        #expect(SealedClaims([1, 1, 2, 255, 0]) == nil)
    }
}

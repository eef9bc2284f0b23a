import Events
import Identity

/// SHA-256, HMAC and base64url once more, straight from their standards: the product uses libcrypto
/// and a writer of its own, and here nothing is shared with it.
enum Reference {
    /// FIPS 180-4 §6.2.
    static func sha256(_ message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bitCount = UInt64(message.count) * 8
        for shift in (0..<8 as Range<UInt64>).reversed() {
            padded.append(UInt8(truncatingIfNeeded: bitCount >> (8 * shift)))
        }
        var hash: [UInt32] = [2, 3, 5, 7, 11, 13, 17, 19].map { fraction(Double($0).squareRoot()) }
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(&hash, padded[start..<start + 64])
        }
        return hash.flatMap { word in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    /// RFC 2104 over SHA-256.
    static func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var block = key.count > 64 ? sha256(key) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        return sha256(block.map { $0 ^ 0x5C } + sha256(block.map { $0 ^ 0x36 } + message))
    }

    /// What a value becomes: `value` is normalised already, and an empty one stays empty.
    static func pseudonym(_ type: String, _ value: [UInt8]) -> String {
        guard !value.isEmpty else { return "" }
        return type + ":k1:n1:" + base64URL(hmac(Array(type.utf8) + [0] + value, key: key))
    }

    static func pseudonym(_ type: String, _ value: String) -> String {
        pseudonym(type, Array(value.utf8))
    }

    static let key = Array(UInt8(0)..<32)

    /// A guarded event as the centre puts it together again, by the product's keys.
    static func travelled(_ event: GuardedEvent, _ text: [UInt8]) -> [UInt8] {
        guard let key = IdentityKey(key) else { return [] }
        return IdentityGuard.restore(
            event.body, event.claims.map { key.pseudonym($0.type, of: $0.value.bytes(in: text)) })
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var bits = bytes.flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 } }
        while bits.count % 6 != 0 { bits.append(0) }
        return String(
            stride(from: 0, to: bits.count, by: 6).map { start in
                alphabet[bits[start..<start + 6].reduce(0) { $0 << 1 | Int($1) }]
            })
    }

    // The first 32 bits of the fractional part.
    private static func fraction(_ root: Double) -> UInt32 {
        UInt32((root - root.rounded(.down)) * 4_294_967_296)
    }

    private static let constants: [UInt32] = {
        let primes = (2...311).filter { number in
            (2..<number).allSatisfy { !number.isMultiple(of: $0) }
        }
        return primes.map { prime in
            // The cube root to the 32 bits wanted, by Newton's method.
            var root = Double(prime)
            for _ in 0..<60 { root -= (root * root * root - Double(prime)) / (3 * root * root) }
            return fraction(root)
        }
    }()

    private static func compress(_ hash: inout [UInt32], _ block: ArraySlice<UInt8>) {
        let bytes = Array(block)
        var schedule = (0..<16).map { index in
            bytes[4 * index..<4 * index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (early, late) = (schedule[index - 15], schedule[index - 2])
            schedule.append(
                (turn(late, 17) ^ turn(late, 19) ^ late >> 10) &+ schedule[index - 7]
                    &+ (turn(early, 7) ^ turn(early, 18) ^ early >> 3) &+ schedule[index - 16])
        }
        var state = hash
        for index in 0..<64 {
            let (a, e) = (state[0], state[4])
            let choice = e & state[5] ^ ~e & state[6]
            let first =
                state[7] &+ (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) &+ choice
                &+ constants[index] &+ schedule[index]
            let majority = a & state[1] ^ a & state[2] ^ state[1] & state[2]
            let second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) &+ majority
            state = [first &+ second] + state[0..<7]
            state[4] = state[4] &+ first
        }
        for index in 0..<8 { hash[index] = hash[index] &+ state[index] }
    }

    private static func turn(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }
}

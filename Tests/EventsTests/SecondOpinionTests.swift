import Events
import Foundation
import SeededText
import Testing

/// Another parser's verdict on texts that nobody thought of.
@Suite struct `Two readers of JSON` {
    /// What Foundation refuses, or takes, for reasons of its own: numbers that a Double cannot
    /// hold, surrogates that are no pair, encodings that it guesses, a comma behind the last
    /// element.
    private static func isBeyondFoundation(_ bytes: [UInt8]) -> Bool {
        if bytes.contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return true }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains(#/\\u[dD]|[eE][+\-]?[0-9]{3}|,\s*[\]}]/#)
    }

    private static func foundationTakes(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    @Test(arguments: 1...UInt64(40))
    func `agree on texts with a few bytes changed`(_ seed: UInt64) {
        var chance = Seeded(seed)
        let pool = Array(" \t\n{}[]:,\"\\/0123456789-+.eEtrufalsn\u{1F}\u{7F}é€😀".utf8)
        var agreed = (valid: 0, invalid: 0)
        for _ in 0..<100 {
            var bytes = JSONModel.random(&chance, levels: 3).sloppy(&chance)
            for _ in 0..<chance.below(3) where !bytes.isEmpty {
                let index = chance.below(bytes.count)
                switch chance.below(4) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(chance.pick(pool), at: index)
                case 2: bytes[index] = chance.pick(pool)
                default: bytes.swapAt(index, chance.below(bytes.count))
                }
            }
            if Self.isBeyondFoundation(bytes) { continue }
            let isValid = fault(bytes) == nil
            #expect(
                isValid == Self.foundationTakes(bytes), "\(String(decoding: bytes, as: UTF8.self))")
            if isValid { agreed.valid += 1 } else { agreed.invalid += 1 }
        }
        #expect(agreed.valid > 5 && agreed.invalid > 5)
    }
}

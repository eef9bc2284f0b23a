import Events
import Identity
import SeededText
import Testing

/// Counts what is read, since a clock would measure the machine.
@Suite struct `The text guard's work grows with the text alone` {
    /// Reads of one byte that no text may exceed.
    private static let stepsMost = 80

    @Test(
        arguments: [
            "@", "a@", "@a", "a@b.", "@.", "\"@", "\\\"@", "1", "1 ", "1-", "0 ", "4 ", "41 ",
            "4111 ", "01-",
            "+1 ", "(1", "+", "(", "%25", "%", "%4", "%40", "\\\\", "\\u0040", "\\u0025", "&#64;",
            "&#", "&#6666666",
            "DE89 ", "de89", "a1 ", "x.", "xn--", "-", "'", "＠", "０ ", "\u{200B}", "\u{AD}1",
            "0151 23456789 ",
            "YUBi", "4111 1111 1111 1112 ", "DE00 0000 0000 0000 0000 00 ", "M-1-1-", "9-", "AB-",
            "é", "é1",
            "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 a", "a@b.c-", "a@2x.", "+49 (0)30 ", "\\", "=",
            "%e2%25",
        ])
    func `whatever is repeated`(_ part: String) throws {
        let patterns = try [("M-#*-#*-#*-#", "a"), ("#*-#*-#*-x", "b"), ("?*-?*-?*-#", "c")].map {
            try #require(GuardPattern(name: Array($0.1.utf8), text: Array($0.0.utf8)))
        }
        for guardian in [TextGuard(), TextGuard(patterns: patterns)] {
            for count in [1 << 11, 1 << 15] {
                let text = Array(String(repeating: part, count: count / part.utf8.count).utf8)
                for use in [TextUse.text, .phone, .code] {
                    let most = Self.stepsMost * text.count
                    #expect(guardian.stepCount(text, use: use) <= most)
                }
            }
        }
    }

    @Test func `a mebibyte of digits, and Base64 within Base64`() {
        let digits = [UInt8](repeating: 52, count: 1 << 20)
        #expect(TextGuard().stepCount(digits) <= 8 * digits.count)
        var nested = Array("nothing but text in here".utf8)
        while nested.count < 1 << 17 { nested = Base64.text(nested) }
        #expect(TextGuard().stepCount(nested) <= Self.stepsMost * nested.count)
        var found = Array("write to anna@example.com".utf8)
        for _ in 0..<20 { found = Base64.text(found) }
        #expect(TextGuard().rewrite(found, in: 0..<found.count)?.bytes == Array("[email]".utf8))
    }

    @Test func `texts of such parts in any order`() {
        let parts = [
            "@", "a", "1", " ", "-", ".", "%25", "%40", "\\u0030", "0151", "+49", "(", ")", "DE89",
            "\"", "＠",
        ]
        for seed in 0..<40 as Range<UInt64> {
            var chance = Seeded(seed)
            let few = (0..<1 + chance.below(4)).map { _ in chance.pick(parts) }
            let text = Array((0..<8000).map { _ in chance.pick(few) }.joined().utf8)
            #expect(TextGuard().stepCount(text) <= Self.stepsMost * text.count)
        }
    }
}

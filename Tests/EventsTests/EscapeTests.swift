import Events
import Testing

@Suite struct `A JSON string's inside` {
    private func isEqual(_ inside: String, to name: StaticString) -> Bool {
        let bytes = Array("<\(inside)>".utf8)
        return JSONEscape.isEqual(bytes, in: 1..<bytes.count - 1, to: name)
    }

    @Test(
        arguments: [
            "email", #"\u0065mail"#, #"emai\u006C"#, #"emai\u006c"#,
            #"\u0065\u006d\u0061\u0069\u006c"#,
        ])
    func `is a name however it is escaped`(_ inside: String) {
        #expect(isEqual(inside, to: "email"))
    }

    @Test(
        arguments: [
            "", "e", "Email", "emai", "emails", "emaiI", #"email\u0000"#, #"emai\u004C"#,
            #"\\u0065mail"#,
            "e\u{0301}mail", #"e-mail"#, "ｅmail",
        ])
    func `is no other name`(_ inside: String) {
        #expect(!isEqual(inside, to: "email"))
    }

    @Test func `is a name with a slash, a quotation mark or beyond ASCII`() {
        #expect(isEqual(#"a\/b"#, to: "a/b"))
        #expect(isEqual(#"a\"b"#, to: "a\"b"))
        #expect(isEqual("é", to: "é"))
        #expect(isEqual(#"\u00E9"#, to: "é"))
        #expect(isEqual(#"\ud83d\uDE00"#, to: "😀"))
        #expect(isEqual("", to: ""))
    }

    private func decoded(_ inside: String) -> [UInt8] {
        let bytes = Array(inside.utf8)
        return JSONEscape.decode(bytes, in: 0..<bytes.count)
    }

    @Test func `is read with every escape undone`() {
        #expect(decoded(#"\"\\\/\b\f\n\r\t"#) == Array("\"\\/\u{8}\u{C}\n\r\t".utf8))
        #expect(decoded(#"a\u0000b\u00e9\u20ac\ud83d\ude00ß"#) == Array("a\u{0}bé€😀ß".utf8))
    }

    @Test func `keeps surrogates without a partner apart from each other`() {
        let lone = [#"\ud800"#, #"\ud801"#, #"\udfff"#, #"\ufffd"#, #"\ud800\ud800"#]
        for (index, left) in lone.enumerated() {
            for right in lone[(index + 1)...] { #expect(decoded(left) != decoded(right)) }
        }
        #expect(decoded(#"\ud800"#) == [0xED, 0xA0, 0x80])
        #expect(decoded(#"\ud83d\ude00"#) != decoded(#"\ud83d"#) + decoded(#"\ude00"#))
    }

    @Test func `shows a surrogate without a partner as U+FFFD where text is wanted`() throws {
        let bytes = Array(#""a\ud800b""#.utf8)
        var cursor = JSONCursor(bytes)
        let scalar = JSONScalar(token: cursor.next())
        #expect(scalar.isString && !scalar.isNumber)
        #expect(scalar.string(in: bytes).hasPrefix("a\u{FFFD}"))
        #expect(scalar.string(in: bytes).hasSuffix("b"))
    }
}

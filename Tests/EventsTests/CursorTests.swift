import Events
import Testing

@Suite struct `The JSON cursor` {
    private func tokens(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var cursor = JSONCursor(bytes)
        var tokens: [String] = []
        while true {
            let token = cursor.next()
            let part = String(decoding: bytes[token.range], as: UTF8.self)
            tokens.append("\(token.kind) \(part)")
            if token.kind == .end { return tokens }
        }
    }

    @Test func `reads every token, of strings what is between the quotation marks`() {
        #expect(
            tokens(#" { "a" : [ -1.5e+3 , "x\"y" , true,false,null ] , "b\\":{} } "#) == [
                "objectStart {", "key a", "arrayStart [", "number -1.5e+3", #"string x\"y"#,
                "true true", "false false", "null null", "arrayEnd ]", #"key b\\"#, "objectStart {",
                "objectEnd }", "objectEnd }", "end ",
            ])
    }

    @Test func `tells a name from a string by the colon alone`() {
        #expect(
            tokens(#"{"a" :"b","c":"d:"}"#) == [
                "objectStart {", "key a", "string b", "key c", "string d:", "objectEnd }", "end ",
            ])
        #expect(
            tokens(#"[":",":"]"#) == ["arrayStart [", "string :", "string :", "arrayEnd ]", "end "])
    }

    @Test func `knows which tokens are values without parts`() {
        let bytes = Array(#"{"a":[1,"s",true,false,null]}"#.utf8)
        var cursor = JSONCursor(bytes)
        var scalars: [JSONToken.Kind] = []
        while true {
            let token = cursor.next()
            if token.kind == .end { break }
            if token.isScalar { scalars.append(token.kind) }
        }
        #expect(scalars == [.number, .string, .true, .false, .null])
    }

    @Test(
        arguments: [
            ("1", 0), (#""[[[""#, 0), ("[]", 1), ("{}", 1), ("[[]]", 2), (#"{"a":[{}]}"#, 3),
            (#"[[],[[]],[]]"#, 3), (#"{"[":"{","a":{"b":"[[[["}}"#, 2),
        ])
    func `passes over a value and says how deep it nests`(_ text: String, _ levels: Int) {
        let bytes = Array((text + " ,\"behind\"").utf8)
        var cursor = JSONCursor(bytes)
        #expect(cursor.skip(cursor.next()) == levels)
        #expect(cursor.position == text.utf8.count)
        #expect(cursor.next().kind == .string)
    }

    @Test func `passes over a hundred thousand levels`() {
        let count = 100_000
        let bytes = [UInt8](repeating: 0x5B, count: count) + [UInt8](repeating: 0x5D, count: count)
        var cursor = JSONCursor(bytes)
        #expect(cursor.skip(cursor.next()) == count)
        #expect(cursor.position == bytes.count)
    }

    @Test func `stays within its range, on whatever bytes`() {
        let whole = Array(#"{"a":1,"b":[2]}"#.utf8)
        var cursor = JSONCursor(whole, in: 11..<14)
        #expect(cursor.next().kind == .arrayStart)
        #expect(cursor.next().range == 12..<13)
        #expect(cursor.next().kind == .arrayEnd)
        for _ in 0..<2 {
            let token = cursor.next()
            #expect(token.kind == .end && token.range == 14..<14)
        }
        for text in ["\"abc", "\"ab\\", "tr", "[[", "{\"a\":", "\u{1}", "é", "\"a\"  ", "nul"] {
            let bytes = Array(text.utf8)
            for end in 0...bytes.count {
                var cursor = JSONCursor(bytes, in: 0..<end)
                var count = 0
                while count <= bytes.count {
                    let token = cursor.next()
                    #expect(token.range.upperBound <= end)
                    if token.kind == .end { break }
                    count += 1
                }
                #expect(count <= bytes.count, "\(text) up to \(end) comes to an end")
            }
        }
    }
}

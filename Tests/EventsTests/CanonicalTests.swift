import Events
import SeededText
import Testing

/// The text, token by token through the writer: as every station rewrites it.
func canonical(_ text: [UInt8]) -> [UInt8] {
    var cursor = JSONCursor(text)
    var writer = JSONWriter()
    while true {
        let token = cursor.next()
        guard token.kind != .end else { return writer.bytes }
        writer.copy(token, of: text)
    }
}

func canonical(_ text: String) -> String {
    String(decoding: canonical(Array(text.utf8)), as: UTF8.self)
}

@Suite struct `The canonical text` {
    @Test func `has no white space outside of strings`() {
        #expect(
            canonical(" {\n\t\"a b\" :\r\n [ 1 , \" x \" , { } , [ ] ] , \"c\" : null } ")
                == #"{"a b":[1," x ",{},[]],"c":null}"#)
    }

    @Test func `keeps the order of names, and duplicates as sent`() {
        let text = #"{"b":1,"a":2,"b":3,"":{"z":1,"y":2,"z":3}}"#
        #expect(canonical(text) == text)
    }

    @Test(
        arguments: [
            "0", "-0", "1.0", "1.50", "100", "1e2", "1E2", "1e+2", "1E-02", "-0.0e-0",
            "123456789012345678901234567890.123456789012345678901234567890",
        ])
    func `keeps a number's text`(_ number: String) {
        #expect(canonical(" " + number + " ") == number)
        #expect(canonical("[\(number) ,{\"a\": \(number)}]") == "[\(number),{\"a\":\(number)}]")
    }

    @Test(
        arguments: [
            (#""\u0041\u00e9\u20AC\uD83D\ude00""#, "\"Aé€😀\""), (#""\/\u002F/""#, #""///""#),
            (#""\u0022\u005c""#, #""\"\\""#),
            (#""\u0008\u0009\u000A\u000C\u000D""#, #""\b\t\n\f\r""#),
            (#""\b\t\n\f\r\"\\""#, #""\b\t\n\f\r\"\\""#),
            (#""\u0000\u001F\u000B""#, #""\u0000\u001f\u000b""#),
            (#""\u007f\u0080""#, "\"\u{7F}\u{80}\""),
            (#""\u2028\u2029\uFEFF\uFFFF""#, "\"\u{2028}\u{2029}\u{FEFF}\u{FFFF}\""),
            (#""\uD800""#, #""\ud800""#), (#""\uDFFFx""#, #""\udfffx""#),
            (#""\uD83Dx\uDE00""#, #""\ud83dx\ude00""#), (#""\uDE00\uD83D""#, #""\ude00\ud83d""#),
            (#""\uD83D\uD83D\uDE00""#, "\"\\ud83d😀\""), (#""\uD83D\n""#, #""\ud83d\n""#),
            (#""\uD83D\\uDE00""#, #""\ud83d\\uDE00""#), (#""\\u0041""#, #""\\u0041""#),
        ])
    func `has each character at its shortest`(_ sent: String, _ shortest: String) {
        #expect(canonical(sent) == shortest)
        #expect(canonical("{\(sent):1}") == "{\(shortest):1}")
    }

    @Test(arguments: 1...UInt64(200))
    func `of a random value is what another writer makes of it, and its own canonical text`(
        _ seed: UInt64
    ) {
        var chance = Seeded(seed)
        for _ in 0..<20 {
            let model = JSONModel.random(&chance, levels: 4)
            let sloppy = model.sloppy(&chance)
            #expect(fault(sloppy) == nil)
            let text = canonical(sloppy)
            #expect(text == model.canonical, "\(String(decoding: sloppy, as: UTF8.self))")
            #expect(fault(text) == nil)
            #expect(canonical(text) == text)
        }
    }
}

@Suite struct `The JSON writer` {
    @Test func `puts commas and colons where they belong`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a\"\\\n\u{1}é")
        writer.string("x\u{7F}\t")
        writer.key("n")
        writer.number(.min)
        writer.key("list")
        writer.beginArray()
        writer.boolean(true)
        writer.boolean(false)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.raw(Array("1.50".utf8))
        writer.endArray()
        writer.key("ranges")
        writer.ranges([SequenceRange(0, 9), SequenceRange(12, 12)])
        writer.key("none")
        writer.ranges([])
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a\"\\\n\u0001é":"x"# + "\u{7F}"
                + #"\t","n":-9223372036854775808,"list":[true,false,null,{},1.50],"#
                + #""ranges":[[0,9],[12,12]],"none":[]}"#)
    }

    @Test(arguments: 1...UInt64(50))
    func `quotes any text so that it means the same`(_ seed: UInt64) {
        var chance = Seeded(seed)
        let points = JSONModel.points(&chance).filter { Unicode.Scalar($0) != nil }
        let text = points.compactMap { Unicode.Scalar($0) }.map { String($0) }.joined()
        var writer = JSONWriter()
        writer.string(text)
        #expect(writer.bytes == JSONModel.string(points).canonical)
    }
}

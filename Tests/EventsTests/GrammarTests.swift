import Events
import Testing

/// What `JSONCheck` has against a text; nil where it passes.
func fault(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
        try JSONCheck.check(bytes, in: 0..<bytes.count)
        return nil
    } catch {
        return error
    }
}

func fault(_ text: String) -> JSONError? { fault(Array(text.utf8)) }

/// RFC 8259, grammar by grammar rule.
@Suite struct `A JSON text` {
    @Test(
        arguments: [
            "null", "true", "false", "0", "\"\"", "[]", "{}", " \t\r\n1 \t\r\n", "[1,2]", "[[],{}]",
            "{\"a\":1}", "{\"a\":1,\"a\":2}", "{\"\":{\"\":[{}]}}", " { \"a\" : [ 1 , null ] } ",
            "{\"__proto__\":1}", "[\"\u{7F}\",\"\u{80}\",\"\u{FEFF}\",\"\u{FFFF}\",\"\u{10FFFF}\"]",
            #""\"\\\/\b\f\n\r\t""#, #""\u0000\uFFFF\uabCD""#, #""\uD834\uDD1E""#,
        ])
    func `passes`(_ text: String) {
        #expect(fault(text) == nil)
    }

    @Test(
        arguments: [
            #""\uD800""#, #""\uDC00""#, #""\uDBFF\uDBFF""#, #""\uDC00\uD800""#, #""\uD800x""#,
            #""\ud800\n""#, #"{"\uDFFF":0}"#,
        ])
    func `passes with surrogate escapes that have no partner`(_ text: String) {
        #expect(fault(text) == nil)
    }

    @Test(
        arguments: [
            "0", "-0", "10", "-10", "1234567890", "0.0", "-0.5", "1.000", "0e0", "0E0", "1e5",
            "1E+5",
            "1e-5", "1.5e300", "1e999999", "-0.0e-0", "123456789012345678901234567890.5", "0e00012",
        ])
    func `passes as a number`(_ text: String) {
        #expect(fault(text) == nil)
        #expect(fault("[" + text + "]") == nil)
        #expect(fault("{\"a\":" + text + "}") == nil)
    }

    @Test(
        arguments: [
            ("01", JSONError.Reason.unexpectedByte, 1), ("-01", .unexpectedByte, 2),
            ("00", .unexpectedByte, 1), ("-", .truncated, 1), ("+1", .unexpectedByte, 0),
            ("-x", .badNumber, 1), ("--1", .badNumber, 1), ("-.5", .badNumber, 1),
            (".5", .unexpectedByte, 0), ("1.", .truncated, 2), ("1. ", .badNumber, 2),
            ("1.e5", .badNumber, 2), ("1..2", .badNumber, 2), ("1.2.3", .unexpectedByte, 3),
            ("1e", .truncated, 2), ("1e+", .truncated, 3), ("1e+x", .badNumber, 3),
            ("1e5.5", .unexpectedByte, 3), ("1ee5", .badNumber, 2), ("0x10", .unexpectedByte, 1),
            ("1_000", .unexpectedByte, 1), ("1,0", .unexpectedByte, 1), ("NaN", .unexpectedByte, 0),
            ("Infinity", .unexpectedByte, 0), ("-Infinity", .badNumber, 1),
            ("1f", .unexpectedByte, 1),
            ("1 2", .unexpectedByte, 2), ("\u{661}", .unexpectedByte, 0),
            ("1\u{661}", .unexpectedByte, 1),
        ])
    func `is refused for its number`(_ text: String, _ reason: JSONError.Reason, _ offset: Int) {
        #expect(fault(text) == JSONError(reason, offset: offset))
    }

    @Test(
        arguments: [
            ("", JSONError.Reason.truncated, 0), ("  ", .truncated, 2), ("]", .unexpectedByte, 0),
            ("}", .unexpectedByte, 0), (",", .unexpectedByte, 0), (":", .unexpectedByte, 0),
            ("[", .truncated, 1), ("{", .truncated, 1), ("[1", .truncated, 2),
            ("[1,", .truncated, 3),
            ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1),
            ("[1 2]", .unexpectedByte, 3),
            ("[1}", .unexpectedByte, 2), ("[1:2]", .unexpectedByte, 2), ("[]]", .unexpectedByte, 2),
            ("[],", .unexpectedByte, 2), ("{}{}", .unexpectedByte, 2), ("{]", .unexpectedByte, 1),
            ("{1:2}", .unexpectedByte, 1), ("{\"a\"}", .unexpectedByte, 4),
            ("{\"a\"", .truncated, 4),
            ("{\"a\":", .truncated, 5), ("{\"a\":}", .unexpectedByte, 5),
            ("{\"a\":1", .truncated, 6),
            ("{\"a\":1,", .truncated, 7), ("{\"a\":1,}", .unexpectedByte, 7),
            ("{,}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5),
            ("{\"a\":1 \"b\":2}", .unexpectedByte, 7), ("{\"a\":1]", .unexpectedByte, 6),
            ("{\"a\":1:2}", .unexpectedByte, 6), ("{'a':1}", .unexpectedByte, 1),
            ("{a:1}", .unexpectedByte, 1), ("{null:1}", .unexpectedByte, 1),
            ("tru", .truncated, 3), ("trux", .unexpectedByte, 3), ("True", .unexpectedByte, 0),
            ("truefalse", .unexpectedByte, 4), ("nul", .truncated, 3),
            ("fals\"", .unexpectedByte, 4),
            ("undefined", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0),
            ("// a\n1", .unexpectedByte, 0), ("1 /* a */", .unexpectedByte, 2),
            ("\u{FEFF}1", .unexpectedByte, 0), ("1\u{A0}", .unexpectedByte, 1),
            ("[1\u{0B}]", .unexpectedByte, 2), ("\u{0C}1", .unexpectedByte, 0),
            ("1\u{0}", .unexpectedByte, 1), ("\u{0}", .unexpectedByte, 0),
        ])
    func `is refused for its structure`(_ text: String, _ reason: JSONError.Reason, _ offset: Int) {
        #expect(fault(text) == JSONError(reason, offset: offset))
    }

    @Test(
        arguments: [
            (#"""#, JSONError.Reason.truncated, 1), (#""a"#, .truncated, 2),
            (#""\"#, .truncated, 1),
            (#""\""#, .truncated, 3), (#""\u"#, .truncated, 1), (#""\u12"#, .truncated, 1),
            (#""\u12""#, .badEscape, 1), (#""\u12G4""#, .badEscape, 1),
            (#""ab\x41""#, .badEscape, 3),
            (#""\U0041""#, .badEscape, 1), (#""\'""#, .badEscape, 1), (#""\0""#, .badEscape, 1),
            (#""\a""#, .badEscape, 1), (#""\v""#, .badEscape, 1), (#""\u{41}""#, .badEscape, 1),
            (#""\u+041""#, .badEscape, 1), (#""\u 041""#, .badEscape, 1),
            (#""a"b"#, .unexpectedByte, 3),
        ])
    func `is refused for its string`(_ text: String, _ reason: JSONError.Reason, _ offset: Int) {
        #expect(fault(text) == JSONError(reason, offset: offset))
    }

    @Test(arguments: 0..<UInt8(0x20))
    func `holds no control character in a string, in a name neither`(_ byte: UInt8) {
        #expect(fault([0x22, 0x61, byte, 0x22]) == JSONError(.controlCharacter, offset: 2))
        #expect(
            fault(Array("{\"a".utf8) + [byte] + Array("\":1}".utf8))
                == JSONError(.controlCharacter, offset: 3))
    }

    @Test func `is refused wherever it is cut, and passes whole`() {
        let text = Array(
            #" {"näme":[-1.5e+3,"\u00e9\ud83d\ude00\n",true,false,null,{"€":{}},[[]],"😀"]}"#.utf8)
        #expect(fault(text) == nil)
        for end in 0..<text.count {
            let cut = fault(Array(text[..<end]))
            #expect(cut != nil && (cut?.offset ?? .max) <= end, "cut at \(end)")
            #expect(cut?.reason == .truncated || cut?.reason == .notUTF8, "cut at \(end)")
        }
    }

    @Test func `is looked at within its range alone, and offsets count from there`() throws {
        let text = Array("}}[1,x]{{".utf8)
        #expect(throws: JSONError(.unexpectedByte, offset: 3)) {
            try JSONCheck.check(text, in: 2..<7)
        }
        try JSONCheck.check(text, in: 3..<4)
        #expect(throws: JSONError(.truncated, offset: 2)) {
            try JSONCheck.check(text, in: 2..<4)
        }
        #expect(throws: JSONError(.notUTF8, offset: 1)) {
            try JSONCheck.check(Array("\"€\"".utf8), in: 0..<3)
        }
    }

    @Test func `nests a hundred thousand deep, and not one bracket short`() {
        let count = 100_000
        let arrays = Array(repeating: UInt8(ascii: "["), count: count)
        let closing = Array(repeating: UInt8(ascii: "]"), count: count)
        #expect(fault(arrays + closing) == nil)
        #expect(fault(arrays) == JSONError(.truncated, offset: count))
        #expect(fault(arrays + closing.dropLast()) == JSONError(.truncated, offset: 2 * count - 1))
        #expect(
            fault(arrays + closing + [UInt8(ascii: "]")])
                == JSONError(.unexpectedByte, offset: 2 * count))
        var mixed: [UInt8] = []
        for _ in 0..<count / 2 { mixed += "{\"a\":[".utf8 }
        let opened = mixed.count
        for _ in 0..<count / 2 { mixed += "]}".utf8 }
        #expect(fault(mixed) == nil)
        mixed[opened + 64] = UInt8(ascii: "}")
        #expect(fault(mixed) == JSONError(.unexpectedByte, offset: opened + 64))
    }
}

internal import Events

/// Numbers in JSON, which keep their text whatever their size.
enum JSONNumbers {
    static func run(_ list: Checklist) {
        texts(list)
        words(list)
        list.check("objects nest beyond one word of 64 levels") { probe in
            var text: [UInt8] = []
            for level in 0..<200 { text += Array((level % 3 == 0 ? "[" : "{\"a\":").utf8) }
            text.append(UInt8(ascii: "1"))
            for level in (0..<200).reversed() {
                text.append(UInt8(ascii: level % 3 == 0 ? "]" : "}"))
            }
            let carried = probe.carrier.bytes(text)
            var cursor = JSONCursor(carried)
            probe.isTrue(isJSON(carried), "it is JSON")
            probe.equal(cursor.skip(cursor.next()), 200)
        }
        list.check("an escape beyond 16 bits is four bytes of UTF-8") { probe in
            let text = Array(#"["\ud83d\ud"#.utf8) + probe.carrier.bytes("eaf") + Array("\"]".utf8)
            probe.equal(canonical(text), "[\"\u{1F6AF}\"]")
        }
    }

    private static func texts(_ list: Checklist) {
        list.check("a number's text is kept beyond 32, 53 and 64 bits") { probe in
            let c = probe.carrier
            let text =
                "[" + c.text(2_147_483_648) + ", " + c.text(4_294_967_296) + " , "
                + c.text(-9_223_372_036_854_775_808) + "," + c.text(9_007_199_254_740_993)
                + ".50, 18446744073709551616, 1e400]"
            probe.equal(
                canonical(Array(text.utf8)),
                "[2147483648,4294967296,-9223372036854775808,9007199254740993.50,"
                    + "18446744073709551616,1e400]")
        }
        list.check("a writer writes all of Int64") { probe in
            var writer = JSONWriter()
            writer.beginArray()
            for value: Int64 in [
                2_147_483_647, 2_147_483_648, -2_147_483_649, 4_294_967_295, 4_294_967_296,
                9_007_199_254_740_993, .max, .min,
            ] {
                writer.number(probe.carrier.number(value))
            }
            writer.endArray()
            probe.equal(
                writer.bytes,
                "[2147483647,2147483648,-2147483649,4294967295,4294967296,9007199254740993,"
                    + "9223372036854775807,-9223372036854775808]")
        }
        list.check("a writer writes ranges of 32-bit numbers") { probe in
            let range = probe.carrier.range(2_147_483_648, 4_294_967_294)
            var writer = JSONWriter()
            writer.ranges([SequenceRange(range.first, range.last)])
            probe.equal(writer.bytes, "[[2147483648,4294967294]]")
        }
        list.check("an event's members keep numbers beyond 32 bits") { probe in
            let c = probe.carrier
            let text = Array(
                ("{\"event\":\"Order Completed\",\"properties\":{\"revenue\":"
                    + c.text(4_294_967_296) + ".05,\"total\":" + c.text(2_147_483_648) + "}}").utf8)
            let fields = EventFields(text)
            probe.equal(fields?.revenue?.string(in: text) ?? "nothing", "4294967296.05")
            probe.equal(fields?.total?.string(in: text) ?? "nothing", "2147483648")
        }
    }

    private static func words(_ list: Checklist) {
        list.check("hexadecimal text holds words of 64 bits, both ways") { probe in
            let word = probe.carrier.number(0xFEDC_BA98_7654_3210 as UInt64)
            probe.equal(Hexadecimal.text(word, digitCount: 16), "fedcba9876543210")
            let digits = Array(Hexadecimal.text(word, digitCount: 16).utf8)
            probe.equal(Hexadecimal.value(digits[...]), 0xFEDC_BA98_7654_3210)
        }
    }

    private static func canonical(_ text: [UInt8]) -> [UInt8] {
        guard isJSON(text) else { return Array("no JSON".utf8) }
        var cursor = JSONCursor(text)
        var writer = JSONWriter()
        while true {
            let token = cursor.next()
            if token.kind == .end { return writer.bytes }
            writer.copy(token, of: text)
        }
    }

    private static func isJSON(_ text: [UInt8]) -> Bool {
        do throws(JSONError) {
            try JSONCheck.check(text, in: 0..<text.count)
            return true
        } catch { return false }
    }
}

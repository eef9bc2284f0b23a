import Identity
import Testing

/// What the guard does to one text.
func guarded(_ text: String, use: TextUse = .text, patterns: [GuardPattern] = []) -> String {
    let bytes = Array(text.utf8)
    let found = TextGuard(patterns: patterns).rewrite(bytes, in: 0..<bytes.count, use: use)
    return String(decoding: found?.bytes ?? bytes, as: UTF8.self)
}

@Suite struct `The text guard finds` {
    @Test(
        arguments: [
            ("anna@example.com", "[email]"), ("a@b.de", "[email]"),
            ("Write to anna@example.com, please", "Write to [email], please"),
            ("<anna@example.com>", "<[email]>"), ("mailto:anna@example.com.", "mailto:[email]."),
            ("Anna.Maria+shop@mail.Example.CO.UK!", "[email]!"),
            ("o'brien@example.ie", "[email]"), ("'anna@example.com'", "'[email]'"),
            ("x-y_z@my-shop.example", "[email]"), ("jörg@müller.de", "[email]"),
            ("анна@пример.рф", "[email]"), ("info@xn--mller-kva.xn--p1ai", "[email]"),
            ("anna@163.com", "[email]"), ("a@b.de,c@d.fr", "[email],[email]"),
            (#"\"john doe\"@example.com"#, "[email]"),
            (
                "https://x.example/p?email=anna@example.com&y=1",
                "https://x.example/p?email=[email]&y=1"
            ),
            ("https://u:p@host.example/a", "https://u:[email]/a"),
            ("015123456789@web.example", "[email]"), ("+4915123456789@web.example", "[email]"),
            ("4111 1111 1111 1111@x.example", "[email]"),
            ("anna@example.com-2026", "[email]-2026"), ("😀anna@example.com😀", "😀[email]😀"),
            ("„anna@example.com“", "„[email]“"), ("@@anna@example.com", "@@[email]"),
        ])
    func `addresses`(_ text: String, _ kept: String) { #expect(guarded(text) == kept) }

    @Test(
        arguments: [
            "+49 151 23456789", "+4915123456789", "+49 (0)151 2345678", "0049 151 23456789",
            "004915123456789", "(030) 1234-567", "030/123456", "0151 23456789", "0151-23456789",
            "+44 (0)20 7946 0958", "020 7946 0958", "+44 20 7946 0958", "(650) 555-1212",
            "650-555-1212", "650.555.1212", "650 555 1212", "+1 650-555-1212", "1-650-555-1212",
            "+1 (650) 555.1212", "01 23 45 67 89", "01.23.45.67.89", "+33 1 23 45 67 89",
            "+43 1 12345678", "0151 234 567 89", "015123456789", "07911123456", "0611223343",
            "+7 912 345-67-89", "(11) 91234-5678", "030 / 1234567", "+86 138 0013 8000",
            "(0151) 23456789", "0151.23456789",
        ])
    func `telephone numbers`(_ text: String) {
        #expect(guarded(text) == "[phone]")
        #expect(guarded("Call \(text), now") == "Call [phone], now")
        #expect(guarded("Tel:\(text)") == "Tel:[phone]")
        #expect(guarded("?tel=\(text)&x=1") == "?tel=[phone]&x=1")
        #expect(guarded("{\\\"tel\\\":\\\"\(text)\\\"}") == "{\\\"tel\\\":\\\"[phone]\\\"}")
    }

    @Test func `telephone numbers beside each other`() {
        #expect(guarded("030 1234567 / 0151 2345678") == "[phone] / [phone]")
        #expect(guarded("+49 30 1234567 +49 151 2345678") == "[phone] [phone]")
        #expect(guarded("0151 23456789 2026-03-02") == "[phone] 2026-03-02")
        #expect(guarded("q=call+0151+23456789+now") == "q=call+[phone]+now")
    }

    @Test(
        arguments: [
            "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444",
            "5555 5555 5555 4444", "2223003122003222", "378282246310005", "3782 822463 10005",
            "3714-496353-98431", "6011111111111117", "6011 1111 1111 1117", "3530111333300000",
            "38520000023237", "3056 930902 5904", "4222 2222 2222 2", "6212345678901232",
            "6759649826438453", "4111.1111.1111.1111",
        ])
    func `payment cards`(_ text: String) {
        #expect(guarded(text) == "[card]")
        #expect(guarded("paid by \(text) today") == "paid by [card] today")
        #expect(guarded("card=\(text)&x=1") == "card=[card]&x=1")
        #expect(guarded("7 \(text) 12/28") == "7 [card] 12/28")
    }

    @Test(
        arguments: [
            "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "de89 3704 0044 0532 0130 00",
            "GB82WEST12345698765432", "GB82 WEST 1234 5698 7654 32", "FR1420041010050500013M02606",
            "NL91ABNA0417164300", "NO9386011117947", "MT84MALT011000012345MTLCAST001S",
            "CH93 0076 2011 6238 5295 7", "DE89-3704-0044-0532-0130-00", "AT611904300234573201",
            "PL61109010140000071219812874", "ES9121000418450200051332",
        ])
    func `bank accounts`(_ text: String) {
        #expect(guarded(text) == "[iban]")
        #expect(guarded("IBAN \(text) is mine") == "IBAN [iban] is mine")
        #expect(guarded("iban=\(text)&x=1") == "iban=[iban]&x=1")
    }

    @Test func `telephone numbers of any spelling in a telephone's place`() {
        for text in ["123456", "1512345678", "555-1212", "12 34 56 78", "0012345678905"] {
            #expect(guarded(text, use: .phone) == "[phone]")
            #expect(guarded(text) == text)
        }
        #expect(guarded("4111111111111111", use: .phone) == "[card]")
    }

    @Test func `payment cards and telephones that are JSON numbers`() {
        func kind(_ text: String, _ name: String = "value") -> FoundKind? {
            let bytes = Array((name + text).utf8)
            let count = name.utf8.count
            return TextGuard().kind(
                ofNumber: bytes, in: count..<bytes.count, named: 0..<count)
        }
        #expect(kind("4111111111111111") == .card)
        #expect(kind("378282246310005") == .card)
        #expect(kind("4111111111111111", "orderId") == nil)
        #expect(kind("4111111111111112") == nil)
        #expect(kind("4111111111111111.5") == nil)
        #expect(kind("38520000023237") == nil)
        #expect(kind("1772438400000") == nil)
        #expect(kind("1772438400000000") == nil)
        #expect(kind("4915123456789", "contact_phone") == .phone)
        #expect(kind("4915123456789") == nil)
    }

    @Test func `names, strings and numbers of an event`() {
        let text = Array(
            #"{"a@b.de":{"x":["+49 151 23456789",4111111111111111]},"tel":1512345678,"id":1512345678}"#
                .utf8)
        let guarded = IdentityGuard().rewrite(text, in: 0..<text.count)
        #expect(
            String(decoding: guarded.body, as: UTF8.self)
                == #"{"[email]":{"x":["[phone]","[card]"]},"tel":"[phone]","id":1512345678}"#)
        #expect(guarded.found == [.email, .phone, .card, .phone])
        #expect(IdentityGuard(nil).rewrite(text, in: 0..<text.count).body == text)
    }
}

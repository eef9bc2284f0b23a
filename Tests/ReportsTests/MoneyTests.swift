import Testing

@testable import Reports

@Suite struct `An amount of money` {
    @Test(arguments: [
        ("12.50", 2, 1250), ("12.5", 2, 1250), ("12", 2, 1200), ("0", 2, 0), ("-0", 2, 0),
        ("0.005", 2, 1), ("-0.005", 2, -1), ("0.0049999999999999999999", 2, 0),
        ("2.675", 2, 268), ("1.005", 2, 101), ("-1.005", 2, -101), ("0.994", 2, 99),
        ("0.995", 2, 100), ("9.995", 2, 1000), ("99999.995", 2, 10_000_000),
        ("1e2", 2, 10_000), ("1E+2", 2, 10_000), ("1.5e-1", 2, 15), ("5e-3", 2, 1),
        ("4e-3", 2, 0), ("1e-999999999999", 2, 0), ("0e999999999999", 2, 0),
        ("1200", 0, 1200), ("1200.5", 0, 1201), ("-1200.5", 0, -1201), ("1200.4", 0, 1200),
        ("1.2345", 3, 1235), ("0.0005", 3, 1), ("1.00005", 4, 10_001),
        ("007.50", 2, 750), (".5", 2, 50), ("5.", 2, 500), ("+5", 2, 500), (" 5\t", 2, 500),
        ("90071992547409.91", 2, 9_007_199_254_740_991),
        ("-90071992547409.91", 2, -9_007_199_254_740_991),
        ("9007199254740991", 0, 9_007_199_254_740_991),
        ("0.0000000000000000000000000000000000000001e42", 2, 10_000),
    ])
    func `becomes whole minor units, half a unit away from zero`(
        text: String, digits: Int, minorUnits: Int64
    ) {
        #expect(MinorUnits.of(decimal: Array(text.utf8), digits: digits) == minorUnits)
    }

    @Test(arguments: [
        "", " ", "-", "+", ".", "e5", "1e", "1e+", "1e5x", "1,50", "1.2.3", "--1", "1 2", "12 EUR",
        "$12", "0x10", "NaN", "Infinity", "1e400", "1e17", "90071992547409.92",
        "90071992547409.915", "123456789012345678901234567890", "\u{0663}",
    ])
    func `that is no number, or too large, is unreadable`(text: String) {
        #expect(MinorUnits.of(decimal: Array(text.utf8), digits: 2) == nil)
    }

    @Test func `of a million digits is read in one pass`() {
        let text = Array(String(repeating: "1", count: 1_000_000).utf8)
        #expect(MinorUnits.of(decimal: text, digits: 2) == nil)
        #expect(MinorUnits.of(decimal: Array("0.".utf8) + text, digits: 2) == 11)
    }

    @Test(arguments: [
        (Int128(0), 2, "0.00"), (5, 2, "0.05"), (-5, 2, "-0.05"), (1250, 2, "12.50"),
        (-1250, 2, "-12.50"), (1200, 0, "1200"), (1, 3, "0.001"), (100_000, 4, "10.0000"),
        (Int128(Int64.max) * 10, 2, "922337203685477580.70"),
    ])
    func `is written with all digits of its minor unit`(
        minorUnits: Int128, digits: Int, text: String
    ) {
        #expect(MinorUnits.text(minorUnits, digits: digits) == text)
    }

    @Test(arguments: [
        ("EUR", 2), ("USD", 2), ("GBP", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("KWD", 3),
        ("BHD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4), ("CLP", 0), ("UYU", 2), ("MRU", 2),
        ("HUF", 2), ("XOF", 0), ("XXX", 2),
    ])
    func `has the digits that ISO 4217 gives its currency`(code: String, digits: Int) {
        #expect(Currency.digits(of: code) == digits)
    }

    @Test(arguments: ["", "EU", "EURO", "eur", "XAU", "XTS", "ABC", "E R", "\u{20AC}"])
    func `has no digits in what is no currency with a minor unit`(code: String) {
        #expect(Currency.digits(of: code) == nil)
    }

    private func said(_ text: String?) -> Money.Said {
        text.map { .text(Array($0.utf8)) } ?? .nothing
    }

    @Test func `is revenue, else total`() {
        #expect(
            Money(revenue: said("1"), total: said("2"), currency: said("EUR"))
                == .amount(currency: "EUR", minorUnits: 100))
        #expect(
            Money(revenue: .nothing, total: said("2"), currency: said("EUR"))
                == .amount(currency: "EUR", minorUnits: 200))
        #expect(Money(revenue: .nothing, total: .nothing, currency: said("EUR")) == .missing)
        #expect(
            Money(revenue: said("ten"), total: said("2"), currency: said("EUR")) == .unreadable)
        #expect(Money(revenue: .other, total: said("2"), currency: said("EUR")) == .unreadable)
    }

    @Test func `takes the minor unit of its currency, in any case`() {
        #expect(
            Money(revenue: said("1.5"), total: .nothing, currency: said("jpy"))
                == .amount(currency: "JPY", minorUnits: 2))
        #expect(
            Money(revenue: said("1.5"), total: .nothing, currency: said("Kwd"))
                == .amount(currency: "KWD", minorUnits: 1500))
    }

    @Test func `without a currency is in XXX, with an unknown one unreadable`() {
        for currency in [Money.Said.nothing, said("")] {
            #expect(
                Money(revenue: said("1.5"), total: .nothing, currency: currency)
                    == .amount(currency: "XXX", minorUnits: 150))
        }
        for currency in [said("EURO"), said("ABC"), said("\u{DF}R"), .other] {
            #expect(Money(revenue: said("1.5"), total: .nothing, currency: currency) == .unreadable)
        }
    }
}

/// The currencies of ISO 4217 and how many decimal digits each one's minor unit has.
///
/// List One as of 2026, with the codes withdrawn since 2021 that a late event may still carry.
/// Codes without a minor unit (metals, funds, test codes) are absent: no amount in them can be told
/// in whole minor units.
public enum Currency {
    /// The row of amounts that came without a currency; two digits by our own rule.
    public static let none = "XXX"

    /// How many decimal digits the minor unit of a currency has; nil for a text that is no code.
    public static func digits(of code: String) -> Int? { table[code] }

    private static let table: [String: Int] = {
        let codes: [(digits: Int, codes: String)] = [
            (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (4, "CLF UYW"),
            (2, twoDigits),
            (2, "ANG BGN CUC HRK SLE SLL ZWL"),
            (2, none),
        ]
        var table: [String: Int] = [:]
        for row in codes {
            for code in row.codes.split(separator: " ") { table[String(code)] = row.digits }
        }
        return table
    }()

    private static let twoDigits = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
        CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
        GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK \
        LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO \
        NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SOS SRD \
        SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD \
        XCD XCG YER ZAR ZMW ZWG
        """
}

import Testing

@testable import Identity

/// A spelling, the site's region, and E.164 or why it is none.
typealias PhoneSpelling = (text: String, region: String, number: String)

@Suite struct `A telephone number` {
    // From the numbering plans and from what people type.
    static let spellings: [PhoneSpelling] = [
        // Written for the whole world: the region does not matter.
        ("+4915112345678", "", "+4915112345678"), ("+49 (151) 123-456.78", "US", "+4915112345678"),
        ("0049 151 123 456 78", "", "+4915112345678"), ("＋４９１５１１２３４５６７８", "", "+4915112345678"),
        ("+٤٩١٥١١٢٣٤٥٦٧٨", "", "+4915112345678"), ("(+49) 151/12345678", "", "+4915112345678"),
        ("\u{202A}+49\u{A0}151\u{2011}12345678\u{202C}", "", "+4915112345678"),
        ("+44 (0)20 7946 0958", "", "+442079460958"), ("+44 020 7946 0958", "DE", "+442079460958"),
        ("0044 (0) 7700 900123", "FR", "+447700900123"), ("+12345678901", "", "+12345678901"),
        ("+39 06 6982 1234", "", "+390669821234"), ("+39 (0)6 6982 1234", "", "+390669821234"),
        ("+7 912 345-67-89", "", "+79123456789"), ("+225 07 08 09 10 11", "", "+2250708091011"),
        // By each region's own way abroad.
        ("011 44 20 7946 0958", "US", "+442079460958"), ("0011 49 30 901820", "AU", "+4930901820"),
        ("8~10".replacing("~", with: "-") + " 49 30 901820", "RU", "+4930901820"),
        ("010 1 650 555 1212", "JP", "+16505551212"),
        ("001 44 20 7946 0958", "HK", "+442079460958"),
        ("002 81 3 1234 5678", "TW", "+81312345678"),
        ("009 44 20 7946 0958", "NG", "+442079460958"),
        ("000 44 20 7946 0958", "KE", "+442079460958"),
        ("119 34 912 345 678", "CU", "+34912345678"),
        ("0049 30 901820", "US", "+4930901820"),
        // At home, with the trunk prefix.
        ("0151 12345678", "DE", "+4915112345678"), ("030 901820", "DE", "+4930901820"),
        ("020 7946 0958", "GB", "+442079460958"), ("07700 900123", "gb", "+447700900123"),
        ("01 42 68 53 00", "FR", "+33142685300"), ("02 9374 4000", "AU", "+61293744000"),
        ("044 668 18 00", "CH", "+41446681800"), ("03-1234-5678", "JP", "+81312345678"),
        ("06 1 234 5678", "HU", "+3612345678"), ("06 20 123 4567", "HU", "+36201234567"),
        ("8 (912) 345-67-89", "RU", "+79123456789"), ("8 701 234 5678", "KZ", "+77012345678"),
        ("8 029 123 45 67", "BY", "+375291234567"), ("8 612 34567", "LT", "+37061234567"),
        ("0 612 34567", "LT", "+37061234567"), ("1 (650) 555-1212", "US", "+16505551212"),
        ("011 98765-4321", "BR", "+5511987654321"), ("010 1234 5678", "KR", "+821012345678"),
        ("09123456789", "IR", "+989123456789"), ("0532 123 45 67", "TR", "+905321234567"),
        ("098765 43210", "IN", "+919876543210"), ("0912 345 678", "VN", "+84912345678"),
        ("0712 345678", "KE", "+254712345678"), ("011 15 1234", "AR", "refused:length"),
        // At home, where nothing is dialled before it, or it may be left out.
        ("(650) 555-1212", "US", "+16505551212"), ("650.555.1212", "CA", "+16505551212"),
        ("06 6982 1234", "IT", "+390669821234"), ("333 123 4567", "IT", "+393331234567"),
        ("912 345 678", "ES", "+34912345678"), ("55 1234 5678", "MX", "+525512345678"),
        ("20 12 34 56", "DK", "+4520123456"), ("612 345 678", "PL", "+48612345678"),
        ("210 123 4567", "GR", "+302101234567"), ("9123 4567", "SG", "+6591234567"),
        ("07 08 09 10 11", "CI", "+2250708091011"), ("(11) 98765-4321", "BR", "+5511987654321"),
        ("138 0013 8000", "CN", "+8613800138000"), ("9876543210", "IN", "+919876543210"),
        ("912 345 67 89", "RU", "+79123456789"), ("7700 900123", "GB", "+447700900123"),
        ("800 123 45 67", "RU", "+78001234567"), ("11 2345 6789", "AR", "+541123456789"),
        // None, or none for certain.
        ("0151 12345678", "", "refused:no_region"), ("(650)555-1212", "", "refused:no_region"),
        ("15112345678", "DE", "refused:trunk"), ("901820", "DE", "refused:trunk"),
        ("447700900123", "GB", "refused:length"), ("79123456789", "RU", "refused:length"),
        ("+1 650 555 121", "", "refused:length"), ("+44 20 7946 09589", "", "refused:length"),
        ("+1 150 555 1212", "", "refused:format"), ("+800 1234 5678", "", "refused:calling_code"),
        ("+999 123 456 789", "", "refused:calling_code"),
        ("+49 00 151 1234", "", "refused:trunk"), ("tel:+4915112345678", "", "refused:characters"),
        ("+1 650 CALL NOW", "", "refused:characters"), ("+", "", "refused:empty"),
        ("49+151 123456", "DE", "refused:characters"),
    ]

    @Test(arguments: spellings)
    func `is E.164 or nothing`(_ spelling: PhoneSpelling) {
        let keys = Keys(spelling.text, .phone, region: spelling.region)
        let isNumber = spelling.number.hasPrefix("+")
        let (number, digits) = (spelling.number, String(spelling.number.dropFirst()))
        #expect(
            keys[.google1] == (isNumber ? Reference.hexadecimal(number) : number),
            "\(spelling.text) in \(spelling.region)")
        #expect(keys[.graph] == (isNumber ? Reference.graph(.phone, number) : number))
        #expect(keys[.uid2].count == (isNumber ? 44 : number.count))
        if isNumber { #expect(keys[.metaE164] == Reference.hexadecimal(digits)) }
    }

    @Test func `is the same by E.164 again`() {
        for spelling in Self.spellings where spelling.number.hasPrefix("+") {
            #expect(
                Keys(spelling.number, .phone)[.graph]
                    == Keys(spelling.text, .phone, region: spelling.region)[.graph],
                "\(spelling.text)")
        }
    }

    @Test(
        arguments: [
            "+1 650 555 1212 x12", "+1 650 555 1212 ext. 12", "+16505551212;ext=12",
            "+1 650 555 1212 #12", "+7 495 123-45-67 доб. 12", "+1 650 555 1212,,12",
            "030 901820 EXT 7", "+33 1 42 68 53 00 poste 12", "+49 30 901820 Ｘ ١٢",
        ])
    func `with an extension is refused by all`(_ text: String) {
        let keys = Keys(text, .phone, region: "DE")
        #expect(keys.rules == [] && keys.refusal == "extension")
        #expect(keys[.metaSDK] == "refused:extension" && keys[.uid2] == "refused:extension")
    }

    @Test(
        arguments: [
            "1111111111", "+1 111 111 1111", "+49 99999999", "0000000", "000-000-0000",
            "1234567890",
            "123 4567", "0123456789", "+1 1234567890", "０００", "٩٩٩٩٩٩٩٩", "-1", "0", "7",
        ])
    func `that nobody has is refused by all`(_ text: String) {
        for region in ["", "US", "DE"] {
            let keys = Keys(text, .phone, region: region)
            #expect(keys.rules == [] && keys.refusal == "blocked", "\(text) in \(region)")
        }
    }

    // Meta takes what its SDK takes, E.164 or not: the digits are those that the SDK leaves.
    @Test(
        arguments: [
            ("(650)555-1212", "", "6505551212"), ("+44 (0)20 7946 0958", "", "4402079460958"),
            ("001-44-20-7031-3000", "", "1442070313000"), ("0151 12345678", "DE", "15112345678"),
            ("٠٩٢٣٤٥٦٧٨", "", "٠٩٢٣٤٥٦٧٨"), ("+00+001234568", "", "1234568"),
        ])
    func `is to Meta what its SDK makes of it`(_ text: String, _ region: String, _ digits: String) {
        #expect(Keys(text, .phone, region: region)[.metaSDK] == Reference.hexadecimal(digits))
    }

    @Test func `has a region only where there is one`() {
        for code in ["", "D", "DEU", "ZZ", "00", "D ", "\u{0}\u{0}"] {
            #expect(Region(Array(code.utf8).span) == nil, "\(code)")
        }
        var codes = 0
        for first in UInt8(ascii: "A")...UInt8(ascii: "Z") {
            for second in UInt8(ascii: "a")...UInt8(ascii: "z") {
                guard let region = Region([first, second].span) else { continue }
                codes += 1
                #expect(region.callingCode > 0 && region.lengths.upperBound <= 13)
                #expect(region.lengths.upperBound <= 15 - UInt8(region.callingCodeLength))
                let standard = [first | 0x20, second].span
                #expect(Region.isInStandard(standard) == !(first == 0x58 && second == 0x6B))
            }
        }
        // Those of ISO 3166-1, and Kosovo.
        #expect(codes == 250)
    }

    @Test func `has the same lengths wherever a calling code is shared`() {
        var lengths: [UInt16: ClosedRange<UInt8>] = [:]
        for first in UInt8(ascii: "A")...UInt8(ascii: "Z") {
            for second in UInt8(ascii: "A")...UInt8(ascii: "Z") {
                guard let region = Region([first, second].span) else { continue }
                #expect(lengths[region.callingCode, default: region.lengths] == region.lengths)
                lengths[region.callingCode] = region.lengths
            }
        }
        // No calling code begins with another: the first that fits is the one.
        for code in lengths.keys {
            #expect(lengths[code / 10] == nil && lengths[code / 100] == nil, "\(code)")
        }
    }
}

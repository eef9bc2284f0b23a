import Identity
import SeededText
import Testing

@Suite struct `The text guard keeps` {
    @Test(
        arguments: [
            "", "x", "Product Viewed", "Kiosk Heartbeat", "gift for mum", "SPRING10", "85123A",
            "22633",
            "K017-000123", "ksk-lon-0107", "promo-mothers-day", "cat-lights", "0029a001", "2.14.0",
            "6.6.31-rt", "Europe/London", "en-GB", "Pack Of 72 Retrospot Cake Cases", "3 for 2",
            "Order K017-000123 of 2026-03-02 08:00", "£12.50", "1,234.56", "1.234.567,89",
            "100 000 000",
            "1 234 567 890", "-48", "1080x1920", "1920 x 1080", "12:30:45", "100%",
            "50% off & more",
        ])
    func `what events are made of`(_ text: String) { #expect(guarded(text) == text) }

    @Test(
        arguments: [
            "2026-03-02T08:00:00.123Z", "2026-03-02T08:00:00+01:00", "2026-03-02T08:00:00+0100",
            "2026-03-02 08:00", "2026-03-02 08:00:00", "2026-03-02 08-00-00", "02.03.2026 08:30",
            "01.02.2026 08.30", "01/02/2026 14:30", "1.2.2026", "02-03-2026 0830", "20260302080000",
            "20260302T080000Z", "1772438400", "1772438400000", "1772438400000000",
            "1772438400000000000", "Mon, 02 Mar 2026 08:00:00 GMT", "09.00 - 18.00 10.00 - 16.00",
            "08:00-18:00", "2026/03/02/08/00",
        ])
    func `times`(_ text: String) { #expect(guarded(text) == text) }

    @Test(
        arguments: [
            "00491512-3456-4abc-8def-0123456789ab",
            "67339899-4062-4898-b86a-4e37e99e4c80", "45987592-5989-4161-8205-98429caed57d",
            "487877f4-f190-40bd-be72-9522555dd46d", "ORD-67339899-4062-4898-B",
            "x/67339899-4062-4898-B86A-4E37E99E4C80?y", "123e4567-e89b-12d3-a456-426614174000",
            "00112233-4455-6677-8899-001122334455",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "d41d8cd98f00b204e9800998ecf8427e", "192.168.100.200", "10.0.0.1:8080",
            "255.255.255.255",
            "010.020.030.040", "fe80::1234:5678:9abc:def0", "52.520008, 13.404954", "0.123456789",
            "52.520008 13.404954", "-0.127758", "+52.520008", "1.2.3.4567890", "v2026.03.02.1234",
            "4006381333931", "4012345678901", "5901234123457", "0049000042566", "049000042566",
            "00012345678905", "9783161484100", "978-3-16-148410-0", "0306406152", "30012345678906",
            "ORD-4111111111111111", "order4111111111111111", "#4111111111111111", "ORD-0151-234567",
            "4111111111111112", "4111 1111 1111 1112", "1234567812345670", "#0151234567",
            "https://shop.example/p/0123456789", "https://shop.example/p/015123456789?x=1",
            "K0151234567", "0151234567-AB", "0000012345", "41111111111111111111111111",
        ])
    func `ids, numbers and places`(_ text: String) { #expect(guarded(text) == text) }

    @Test(
        arguments: [
            "@anna", "anna@", "anna@localhost", "anna @ example.com", "@", "a@b", "a@b.c",
            "@example.com",
            "https://cdn.example/hero@2x.png", "react@18.2.0", "user@host:22", "3@1.50", "a@.com",
            "git@host", "@media (min-width: 100px)", "5 @ 2.99",
        ])
    func `what is no address`(_ text: String) { #expect(guarded(text) == text) }

    @Test(
        arguments: [
            "DE89370400440532013001", "DE8937040044053201300", "DE893704004405320130000",
            "XX89370400440532013000", "ADE89370400440532013000", "DE00370400440532013000",
        ])
    func `what is no bank account`(_ text: String) { #expect(guarded(text) == text) }

    @Test func `digits in the place of an id`() {
        for text in ["4111111111111111", "015123456789", "0151-23456789", "650-555-1212"] {
            #expect(guarded(text, use: .code) == text)
            #expect(guarded(text) != text)
        }
        for text in ["a@b.de", "+49 151 23456789", "0151 23456789", "4111 1111 1111 1111"] {
            #expect(guarded(text, use: .code) != text)
        }
    }

    @Test(
        arguments: [
            ("phone", TextUse.phone), ("contactPhone", .phone), ("tel_no", .phone), ("TEL", .phone),
            ("mobileNumber", .phone), ("whatsapp", .phone), ("phone_id", .code),
            ("order_id", .code),
            ("orderId", .code), ("SKU", .code), ("gtin13", .text), ("hotel", .text),
            ("model", .text),
            ("", .text), ("id", .code), ("idea", .text), ("order-number", .code),
            ("updated_at", .code),
            ("orderContactPhone", .phone), ("comment", .text), ("telé", .text),
        ])
    func `by the last word of a name that says what it is`(_ name: String, _ use: TextUse) {
        let bytes = Array(("\"" + name + "\"").utf8)
        #expect(TextUse(of: bytes, in: 1..<bytes.count - 1) == use)
    }
}

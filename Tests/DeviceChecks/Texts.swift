internal import Identity

/// What the guard finds in a text, and what it leaves: the same on every processor.
enum Texts {
    static func run(_ list: Checklist) {
        list.check("the guard finds who somebody is, however it is spelt") { probe in
            let guardian = TextGuard()
            for (text, kept) in texts {
                let bytes = probe.carrier.bytes(text)
                let found = guardian.rewrite(bytes, in: 0..<bytes.count)
                probe.equal(found?.bytes ?? bytes, kept)
            }
        }
    }

    private static let texts = [
        ("write to \u{E4}nna@example.com, please", "write to [email], please"),
        ("\u{FF0B}49 151 23456789", "[phone]"), ("call%20030%2F123456", "call%20[phone]"),
        ("4111 1111 1111 1111", "[card]"), ("de89 3704 0044 0532 0130 00!", "[iban]!"),
        ("\\u0061\\u0040b.de", "[email]"), ("YW5uYUBleGFtcGxlLmNvbQ==", "[email]"),
        ("67339899-4062-4898-b86a-4e37e99e4c80", "67339899-4062-4898-b86a-4e37e99e4c80"),
        ("2026-03-02T08:00:00.123Z", "2026-03-02T08:00:00.123Z"),
        ("4006381333931", "4006381333931"),
    ]
}

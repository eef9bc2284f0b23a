internal import SeededText

/// What producers say: events that can be told apart for ever, and what is none.
enum Composition {
    private static let names = [
        "Product Viewed", "Product Viewed", "Product Added", "Order Completed", "Payment Started",
        "Consent Given", "Heartbeat", "Heartbeat", "Promotion Viewed", "Banner Impression",
    ]

    /// The text of event `number`, under a message id where it is given one.
    static func event(
        _ number: Int, messageID: String?, isPoison: Bool, padBytes: Int, _ chance: inout Seeded
    ) -> [UInt8] {
        let name = chance.pick(names)
        var text = #"{"type":"track","event":"\#(name)","#
        if let messageID { text += #""messageId":"\#(messageID)","# }
        text += #""properties":{"n":\#(number)"#
        if isPoison { text += #","poison":true"# }
        text += #","pad":""#
        var bytes = Array(text.utf8)
        // Text that deflate does not make nothing of.
        var word: UInt64 = 0
        for index in 0..<padBytes {
            if index % 10 == 0 { word = chance.next() }
            bytes.append(0x30 + UInt8(word & 63) % 74)
            // No escape, and nothing that a guard takes for somebody's address.
            switch bytes[bytes.count - 1] {
            case 0x5C, 0x40: bytes[bytes.count - 1] = 0x2E
            default: break
            }
            word >>= 6
        }
        return bytes + Array(#""}}"#.utf8)
    }

    /// Whether a simulated collector refuses an event for good.
    static func isPoison(_ text: [UInt8]) -> Bool {
        Text.end(of: Array("\"poison\":true".utf8), in: text) != nil
    }

    /// JSON that is no event: it gets a number, and goes to the quarantine.
    static func bad(_ chance: inout Seeded) -> [UInt8] {
        Array(
            chance.pick([
                "5", "[]", "null", #""text""#, "{}", #"{"type":"track"}"#, #"{"type":"dance"}"#,
                #"{"type":"track","event":""}"#,
                String(repeating: "[", count: 90)
                    + String(repeating: "]", count: 90),
            ]).utf8)
    }

    /// Bytes that are not even that.
    static func garbage(_ chance: inout Seeded) -> [UInt8] {
        let count = 1 + chance.below(300)
        return (0..<count).map { _ in
            let byte = UInt8(truncatingIfNeeded: chance.next())
            return byte == 0x0A ? 0x20 : byte
        }
    }

    /// A request with a batch of events.
    static func request(_ events: [[UInt8]], key: String) -> [UInt8] {
        var body = Array(#"{"batch":["#.utf8)
        for (index, event) in events.enumerated() {
            if index > 0 { body.append(0x2C) }
            body += event
        }
        body += Array(#"],"writeKey":"\#(key)"}"#.utf8)
        return Array(
            "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\r\n"
                .utf8) + body
    }

    /// A request that no door takes.
    static func badRequest(_ chance: inout Seeded) -> [UInt8] {
        Array(
            chance.pick([
                "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{\"batch\":",
                "POST /v1/batch HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 2\r\n\r\n{}",
                "GET /v1/batch HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /v1/dance HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
                "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                "\u{1}\u{2}\u{3} nonsense\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
            ]).utf8)
    }
}

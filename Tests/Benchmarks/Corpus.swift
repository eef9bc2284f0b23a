internal import Platform
internal import SeededText

/// Events as kiosks send them, a line each, round and round.
struct Corpus {
    private var lines: [[UInt8]]
    private var index = 0
    private var messageCount: Int?
    /// Where they come from, for whoever reads the figures.
    let text: String

    /// Reads the lines of a file, else makes twenty thousand of its own.
    init(file: String?) throws {
        if let file {
            let bytes = try FileContents(readingAt: file, limitInBytes: 1 << 28).bytes
            lines = bytes.split(separator: 0x0A).map { Array($0) + [0x0A] }
            guard !lines.isEmpty else { throw BenchError("\(file) holds no events") }
        } else {
            var events = SeededEvents()
            lines = (0..<20_000).map { Array(events.next(number: $0 + 1).utf8) + [0x0A] }
        }
        let bytes = lines.reduce(0) { $0 + $1.count - 1 }
        text =
            (file == nil ? "the seeded generator's" : "make_events.py --profile kiosk --ids seq")
            + ", \(lines.count) of \(bytes / lines.count) bytes on average"
    }

    /// The next event's line.
    mutating func next() -> [UInt8] {
        defer { index = (index + 1) % lines.count }
        guard let count = messageCount else { return lines[index] }
        messageCount = count + 1
        return Array("{\"messageId\":\"message-\(count)\",".utf8) + lines[index].dropFirst()
    }

    /// The same events, each with a message id that no other has, as an SDK sends them.
    func identified() -> Corpus {
        var corpus = self
        corpus.messageCount = 0
        return corpus
    }
}

/// A shop's day in events of about 410 bytes, from a seed: for where no better ones are at hand.
private struct SeededEvents {
    private static let products = [
        "Vintage Union Jack Bunting", "Red Hanging Heart T-Light Holder", "Jumbo Bag Pink Polkadot",
        "Regency Cakestand 3 Tier", "Set Of 3 Cake Tins Pantry Design", "Assorted Colour Bird",
        "Lunch Bag Black Skull", "Spotty Bunting", "Wooden Frame Antique White", "Paper Chain Kit",
    ]
    private static let campaigns = [
        #""source":"google","medium":"cpc","name":"spring-26-brand","content":"rsa-a""#,
        #""source":"instore","medium":"qr","name":"window-poster-0226","content":"aisle-4""#,
        #""source":"newsletter","medium":"email","name":"nl-2026-w10","content":"hero""#,
    ]
    private var seeded = Seeded(2026)
    private var visitor = ""
    private var visit = 0

    mutating func next(number: Int) -> String {
        if number % 25 == 1 { enter() }
        if number % 13 == 0 { return heartbeat(number) }
        let name = seeded.pick(Self.products)
        let price = "\(1 + seeded.below(30)).\(10 + seeded.below(90))"
        return "{\"type\":\"track\",\"anonymousId\":\"\(visitor)\",\(time(number)),"
            + "\"event\":\"\(seeded.pick(["Product Viewed", "Product Viewed", "Product Added"]))\","
            + "\"properties\":{\"sku\":\"\(20_000 + seeded.below(4000))\",\"name\":\"\(name)\","
            + "\"category\":\"gifts\",\"price\":\(price),\"currency\":\"GBP\","
            + "\"position\":\(1 + seeded.below(24))},\"stage\":\"consideration\",\"context\":{"
            + "\"device\":{\"id\":\"ksk-lon-0100\"},\"campaign\":{"
            + Self.campaigns[visit % Self.campaigns.count]
            + "},\"consent\":\"am\",\"locale\":\"en-GB\",\"session\":\(visit)}}"
    }

    private mutating func enter() {
        visit += 1
        let digits = Array("0123456789abcdef")
        visitor = ""
        for length in [8, 4, 4, 4, 12] {
            visitor += (visitor.isEmpty ? "" : "-")
            for _ in 0..<length { visitor.append(seeded.pick(digits)) }
        }
    }

    private mutating func heartbeat(_ number: Int) -> String {
        "{\"type\":\"track\",\(time(number)),\"event\":\"Kiosk Heartbeat\",\"properties\":{"
            + "\"uptime_s\":\(number * 38),\"cpu_temp_c\":4\(seeded.below(10)).\(seeded.below(10)),"
            + "\"mem_free_mb\":\(380 + seeded.below(60)),\"rssi\":-\(48 + seeded.below(25))},"
            + "\"context\":{\"device\":{\"id\":\"ksk-lon-0100\"}}}"
    }

    private mutating func time(_ number: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let second = number * 12
        let (hour, minute) = (second / 3600 % 24, second / 60 % 60)
        return "\"timestamp\":\"2026-03-\(two(1 + second / 86_400 % 28))T\(two(hour)):"
            + "\(two(minute)):\(two(second % 60)).\(100 + seeded.below(900))Z\","
            + "\"seq\":\(number),\"boot\":41"
    }
}

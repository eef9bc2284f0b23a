import Events
import Foundation
import Identity
import SeededText
import Testing

/// The members whose values the guard must leave as they are, in any event.
private let kept: Set<String> = [
    "sku", "product_id", "order_id", "price", "total", "revenue", "value", "timestamp",
]

/// Events of a shop's day, of our own making.
private struct Sales {
    private var seeded = Seeded(2009)

    /// Digits, the first no zero.
    private mutating func digits(_ count: Int) -> String {
        (0..<count).map { "\($0 == 0 ? 1 + seeded.below(9) : seeded.below(10))" }.joined()
    }

    /// An article's number in one of the forms that shops have: barcodes too, UPC to GTIN-14.
    private mutating func sku() -> String {
        let kind = seeded.below(6)
        let number = digits([5, 5, 8, 12, 13, 14][kind])
        return kind == 1 ? number + seeded.pick(["A", "B", "BL", "-L"]) : number
    }

    private mutating func orderID() -> String {
        switch seeded.below(4) {
        case 0: digits(6)
        case 1: "C" + digits(6)
        case 2: "2026-" + digits(8)
        default: digits(12)
        }
    }

    private mutating func price() -> String { "\(seeded.below(500)).\(digits(2))" }

    private mutating func two(_ bound: Int, from first: Int = 0) -> String {
        let number = first + seeded.below(bound)
        return number < 10 ? "0\(number)" : "\(number)"
    }

    /// An event; every third completes an order, every twentieth says who somebody is.
    mutating func next(_ number: Int) -> String {
        let time =
            "2026-\(two(12, from: 1))-\(two(28, from: 1))T"
            + "\(two(24)):\(two(60)):\(two(60)).\(digits(3))Z"
        let head = #"{"type":"track","messageId":"m-\#(number)","timestamp":"\#(time)","#
        let person = #""traits":{"email":"p\#(number)@example.org"},"#
        let product = #""sku":"\#(sku())","price":\#(price())"#
        guard number.isMultiple(of: 3) else {
            return head + (number.isMultiple(of: 20) ? person : "")
                + #""event":"Product Viewed","properties":{\#(product),"currency":"GBP"}}"#
        }
        return head + #""event":"Order Completed","properties":{"order_id":"\#(orderID())","#
            + #""total":\#(price()),"products":[{\#(product)},{"product_id":"\#(sku())","#
            + #""price":"\#(price())"}]}}"#
    }
}

@Suite struct `The guard's law` {
    /// The values of the members that must stay, by name, in their order.
    private func values(_ text: [UInt8]) -> [String] {
        var cursor = JSONCursor(text)
        var values: [String] = []
        var name = ""
        while true {
            let token = cursor.next()
            switch token.kind {
            case .end: return values
            case .key: name = String(decoding: text[token.range], as: UTF8.self)
            case .string, .number:
                if kept.contains(name) {
                    values.append(name + "=" + String(decoding: text[token.range], as: UTF8.self))
                }
            default: break
            }
        }
    }

    /// How many values of each name were held against what the guard made of them.
    private func check(_ lines: [[UInt8]]) -> [String: Int] {
        let identity = IdentityGuard()
        var counts: [String: Int] = [:]
        for line in lines {
            let before = values(line)
            let after = values(identity.rewrite(line, in: 0..<line.count).body)
            #expect(before == after, "\(String(decoding: line, as: UTF8.self))")
            for value in before {
                counts[String(value.prefix { $0 != "=" }), default: 0] += 1
            }
        }
        return counts
    }

    @Test func `no article, order, price or time of 20,000 events is changed`() {
        var sales = Sales()
        let counts = check((0..<20_000).map { Array(sales.next($0).utf8) })
        #expect(counts["timestamp"] == 20_000 && counts["sku"] == 20_000)
        #expect(counts["order_id"] == 6667 && counts["product_id"] == 6667)
        #expect(counts["total"] == 6667 && counts["price"] == 26_667)
    }

    private static let data = ProcessInfo.processInfo.environment["FOOTFALL_DATA"]

    // Another author's events, from real baskets: where FOOTFALL_DATA names them.
    @Test(arguments: data == nil ? [] : ["kiosk", "lean", "rich"])
    func `nor one of another author's events`(_ profile: String) throws {
        let folder = try #require(Self.data)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-B", folder + "/tools/make_events.py", "-n", "20000", "--profile", profile,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = [UInt8](text).split(separator: 0x0A).map { Array($0) }
        #expect(lines.count == 20_000)
        let counts = check(lines)
        #expect(counts["timestamp"] == 20_000)
        for name in ["sku", "order_id", "price"] {
            #expect(counts[name, default: 0] > 100, "\(name)")
        }
    }
}

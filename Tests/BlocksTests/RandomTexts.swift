import SeededText

/// Texts of events as producers, broken or hostile ones among them, may send them.
struct RandomTexts {
    private var chance: Seeded
    /// What comes again in a block: otherwise nothing would.
    private var keys: [String] = []

    init(_ chance: Seeded) {
        self.chance = chance
        keys = (0..<12).map { _ in self.key() } + ["type", "event", "name", "context", "sku"]
    }

    /// The text of one event.
    mutating func text() -> String {
        switch chance.below(40) {
        case 0: return chance.pick(Self.broken)
        case 1: return "{ \"spaced\" : \(value(2)) }"
        case 2: return "{\"deep\":" + deep(chance.pick([62, 63, 64, 65, 200])) + "}"
        default: return typical()
        }
    }

    private mutating func typical() -> String {
        var members = ["\"type\":\"\(chance.pick(["track", "page"]))\""]
        if chance.oneIn(2) { members.append("\"anonymousId\":\"\(uuid("4"))\"") }
        if chance.oneIn(2) { members.append("\"userId\":\"\(hash())\"") }
        members.append("\"properties\":\(object(3))")
        if chance.oneIn(2) { members.append("\"context\":\(object(2))") }
        for _ in 0..<chance.below(4) { members.append("\"\(chance.pick(keys))\":\(value(3))") }
        if chance.oneIn(9) { members.shuffle(using: &chance) }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func value(_ levels: Int) -> String {
        switch chance.below(levels > 0 ? 9 : 6) {
        case 0: return chance.pick(["true", "false", "null"])
        case 1, 2: return number()
        case 3, 4, 5: return "\"" + string() + "\""
        case 6:
            return "[" + (0..<chance.below(6)).map { _ in value(levels - 1) }.joined(separator: ",")
                + "]"
        default: return object(levels - 1)
        }
    }

    private mutating func object(_ levels: Int) -> String {
        let members = (0..<chance.below(7)).map { _ in
            let name = chance.oneIn(6) ? key() : chance.pick(keys + Self.products)
            return "\"\(name)\":\(value(levels))"
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func deep(_ levels: Int) -> String {
        let isObject = (0..<levels).map { _ in chance.oneIn(2) }
        return isObject.map { $0 ? "{\"a\":" : "[" }.joined() + "1"
            + isObject.reversed().map { $0 ? "}" : "]" }.joined()
    }

    private mutating func number() -> String {
        switch chance.below(5) {
        case 0: return chance.pick(Self.numbers)
        case 1: return "\(Int64(bitPattern: chance.next()) >> Int64(chance.below(64)))"
        case 2: return "\(chance.below(1000)).\(chance.below(10))\(chance.below(10))"
        case 3: return "\(chance.below(30)).\(chance.pick(["0", "5", "25", "250", "00"]))"
        default: return "\(chance.below(100))"
        }
    }

    private mutating func string() -> String {
        switch chance.below(12) {
        case 0: return time()
        case 1: return chance.pick(Self.times)
        case 2: return uuid(chance.pick(["4", "7"]))
        case 3: return uuid("7").uppercased()
        case 4: return hash()
        case 5: return digits("0123456789abcdef", 2 * chance.below(20) + chance.below(2))
        case 6: return digits("0123456789", 1 + chance.below(20))
        case 7: return chance.pick(Self.strings)
        default: return key()
        }
    }

    private mutating func key() -> String {
        let quoted = JSONModel.string(JSONModel.points(&chance)).canonical
        return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }

    private mutating func digits(_ set: String, _ count: Int) -> String {
        let set = Array(set)
        return String((0..<count).map { _ in chance.pick(set) })
    }

    private mutating func uuid(_ version: String) -> String {
        let digits = digits("0123456789abcdef", 31)
        func part(_ first: Int, _ count: Int) -> Substring { digits.dropFirst(first).prefix(count) }
        let time = version == "7" && !chance.oneIn(9) ? "019caed8" : String(part(0, 8))
        return "\(time)-\(part(8, 4))-\(version)\(part(12, 3))-\(part(15, 4))-\(part(19, 12))"
    }

    /// An identity as the agent writes it; now and then with bits that no 32 bytes have.
    private mutating func hash() -> String {
        let last = chance.oneIn(9) ? "B" : chance.pick(["A", "E", "w", "8"])
        let set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return (chance.oneIn(9) ? "email:k1:n1:" : "userId:k1:n1:") + digits(set, 42) + last
    }

    private mutating func time() -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "20\(10 + chance.below(80))-\(two(1 + chance.below(12)))-\(two(1 + chance.below(31)))T"
            + "\(two(chance.below(24))):\(two(chance.below(60))):\(two(chance.below(60)))"
            + ".\(100 + chance.below(900))Z"
    }
}

extension RandomTexts {
    private static let products = ["sku", "name", "price", "currency", "brand"]
    private static let numbers = [
        "0", "-0", "0.0", "-0.0", "1.50", "1e5", "1E+05", "-2.25e-308", "1e400", "0.1e1", "00",
        "1.",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "99999999999999999", "100000000000000000", "9007199254740993",
        "0.000000000000001", "0.0000000000000001", "12345678901234567890123456789.5", "NaN",
    ]
    private static let strings = [
        "", " ", "a\\u0000b", "\\ud800", "\\udc00\\ud800", "\\ud83d\\ude00", "\\\"", "\\\\",
        "Grüße",
        "0", "00", "01", "007", "-1", "1.5", "999999999999999999", "1000000000000000000",
    ]
    private static let times = [
        "2024-02-29T00:00:00.000Z", "2023-02-29T00:00:00.000Z", "2024-02-30T00:00:00.000Z",
        "2000-02-29T00:00:00.000Z", "2100-02-29T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2024-01-01T24:00:00.000Z",
        "2024-06-31T12:00:00.000Z", "2024-13-01T12:00:00.000Z", "2024-00-01T12:00:00.000Z",
        "2024-01-01T12:00:60.000Z", "2024-01-01T12:60:00.000Z", "2024-01-01t12:00:00.000z",
        "2024-01-01T12:00:00.0000", "2024-01-01T12:00:00.000+", "0000-01-01T00:00:00.000Z",
    ]
    private static let broken = [
        "{}", "{}}", "{not JSON}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}",
        "{\"a\":[1,]}",
        "{\"a\":[,]}", "{\"a\":tru}", "{\"a\":nulll}", "{\"a\":\"b}", "{\"a\":1}{\"b\":2}",
        "{\"a\":1\t}", "{\"a\" :1}", "{\"a\\\":1}", "{\"a\":\"\\\"}", "{\"a\":[}", "{\"a\":{}",
        "{\"a\":[1}]}", "{\"a\":[[]}", "{\u{FEFF}}", "{\"a\":\u{7F}}", "{\"a\":1 2}", "{\0}",
    ]
}

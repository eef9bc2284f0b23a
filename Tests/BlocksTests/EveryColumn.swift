import Events

/// Events that between them fill every kind of column in every form and mode.
enum EveryColumn {
    static let events: [Event] = texts.enumerated().map { index, text in
        var event = Fixture.event(
            UInt32(100 + 3 * index), .track, Stage(rawValue: UInt8(index % 5)))
        event.body = Array(text.utf8)
        event.time.wallMilliseconds = wall + Int64(1000 * index)
        event.time.monotonic = Instant(milliseconds: 5000 + Int64(999 * index))
        event.time.quality = index % 4 == 3 ? .unsynchronised : .synchronised
        event.producer = index % 3 == 0 ? 7 : .max
        return event
    }

    /// 2026-03-02T08:00:00.000Z.
    private static let wall: Int64 = 1_772_438_400_000

    private static let visitors = [
        "2367a376-be46-4dd7-84b8-d9b986fe037c", "8c1d0a52-1111-4222-9333-0123456789ab",
    ]
    private static let hashes = [
        "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]
    private static let names = ["Product Viewed", "Product Added", "Liked \\\"it\\\""]

    private static let texts =
        (0..<12).map(text) + ["{ \"spaced\" : 1 }", "{not JSON}"]

    private static func text(_ index: Int) -> String {
        let digit = index % 10
        let isEven = index % 2 == 0
        let second = index < 10 ? "0\(index)" : "\(index)"
        return "{\"type\":\"track\",\"anonymousId\":\"\(visitors[index / 5 % 2])\","
            + "\"userId\":\"userId:k1:n1:\(hashes[index / 6])\",\"messageId\":\"019cae"
            + "\(isEven ? "d8" : "d9")-b80\(digit)-7abc-8def-00112233445\(digit)\","
            + "\"timestamp\":\"2026-03-02T08:00:\(second).\(100 + index)Z\","
            + "\"seq\":\(107 + 3 * index),\"event\":\"\(names[index % 3])\","
            + "\"properties\":{\"sku\":\"\(22_000 + index % 4)\",\"name\":\"Grüße \(index % 4)\","
            + "\"price\":\(["1.5", "12.25", "3.75", "0.5"][index % 4]),\"fixed\":\(index).50,"
            + "\"one\":\(isEven ? "2.0" : "2.25"),\"own\":\(isEven ? "2.10" : "7"),"
            + "\"ticks\":\(1_000_000 + index),\"odd\":\(isEven ? "1e5" : "-0"),"
            + "\"trace\":\"00ff00ff00ff00f\(digit)\",\"on\":\(isEven),\"none\":null,"
            + "\"seen\":\"2031-0\(1 + index % 9)-28T23:59:59.999Z\","
            + "\"products\":[{\"sku\":\"a\",\"q\":\(index)},"
            + "{\"sku\":\"b\",\"tags\":[\"x\",[],1,true]}],\"empty\":{},\"\":\"\"},"
            + "\"context\":{\"locale\":\"en-GB\",\"session\":\(index / 5)}}"
    }
}

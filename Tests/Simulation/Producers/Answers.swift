internal import Platform

/// What a door's answers say of the events that wait for them.
enum Answers {
    /// The first whole answer, how many of the group it is about, and how long it is.
    static func next(
        in bytes: [UInt8], _ door: Door, groupCount: Int
    ) -> (told: SimulatedProducer.Told, count: Int, length: Int)? {
        switch door {
        case .http: http(bytes, groupCount)
        case .ingest: ingest(bytes)
        case .control: control(bytes, groupCount)
        case .ring: nil
        }
    }

    /// One request holds the whole group: it is stored at 200, and at nothing else.
    private static func http(
        _ bytes: [UInt8], _ groupCount: Int
    ) -> (SimulatedProducer.Told, Int, Int)? {
        guard let body = Text.end(of: Array("\r\n\r\n".utf8), in: bytes),
            let status = Text.integer(after: Array("HTTP/1.1 ".utf8), in: bytes)
        else { return nil }
        let length =
            Text.integer(after: Array("content-length: ".utf8), in: Array(bytes[..<body])) ?? 0
        guard bytes.count >= body + length else { return nil }
        return (status == 200 ? .stored : .failed, groupCount, body + length)
    }

    /// A line of answer is about so many lines of events.
    private static func ingest(_ bytes: [UInt8]) -> (SimulatedProducer.Told, Int, Int)? {
        guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
        let line = Array(bytes[...end])
        let count = Text.integer(after: Array("\"lines\":".utf8), in: line) ?? 0
        let hasFailed = Text.end(of: Array("\"error\":".utf8), in: line) != nil
        return (hasFailed ? .failed : .stored, count, end + 1)
    }

    private static func control(
        _ bytes: [UInt8], _ groupCount: Int
    ) -> (SimulatedProducer.Told, Int, Int)? {
        guard bytes.contains(0x0A) else { return nil }
        let exitCode = Text.integer(after: [], in: bytes) ?? 75
        return (exitCode <= 1 ? .stored : .failed, groupCount, bytes.count)
    }
}

internal import Blocks
internal import Events
internal import Identity
internal import Platform

/// The world around one agent: a clock that is set by hand, a producer at the ingest door, and a
/// collector that takes everything, when asked to.
final class Shop: World {
    static let writeKey = "write-key"
    private static let pieceBytes = 64 << 10
    private static let producer = ConnectionID(1)

    private var now = Instant(milliseconds: 1_000_000)
    private var inputs: [Input] = [.opened(ConnectionID(1), .ingest, nil)]
    private var taken = 0
    private var chance: UInt64 = 0
    /// What the agent has sent and nobody has answered.
    private(set) var exchange: Exchange?
    /// Events that the collector has acknowledged.
    private(set) var deliveredCount: Int64 = 0

    /// Whether everything that happened has been seen.
    var isQuiet: Bool { taken == inputs.count }

    func pass(milliseconds: Int64) { now = now.advanced(byMilliseconds: milliseconds) }

    /// A producer hands over lines, each with its line feed, which meet the agent together.
    func handOver(_ lines: [UInt8]) {
        var start = 0
        while start < lines.count {
            let end = min(start + Self.pieceBytes, lines.count)
            inputs.append(.received(Self.producer, Array(lines[start..<end])))
            start = end
        }
    }

    /// The operator stops the agent, which commits what waits.
    func terminate() { inputs.append(.terminate) }

    /// The collector takes what was sent, and says so.
    func answer() throws {
        guard let exchange else { return }
        self.exchange = nil
        let block = try BlockReader.read(exchange.body)
        var ranges: [SequenceRange] = []
        for event in block.events { SequenceRange.append(event.sequence, to: &ranges) }
        let ids = ranges.map { "[\($0.first),\($0.last)]" }.joined(separator: ",")
        let nonce = HTTPField.first("footfall-nonce", in: exchange.headers) ?? ""
        let body = Array(
            ("{\"status\":200,\"device\":\"\(block.header.device)\","
                + "\"stream\":\"\(block.header.stream.hexadecimal)\","
                + "\"epoch\":\(block.header.epoch),\"nonce\":\"\(nonce)\","
                + "\"sha256\":\"\(Hexadecimal.text(Digest.sha256(exchange.body)))\","
                + "\"ids\":[\(ids)],\"count\":\(block.events.count),\"new\":\(block.events.count),"
                + "\"known\":0,\"conflict\":[],\"refused\":[],"
                + "\"tombstones\":\(block.header.tombstones.count)}").utf8)
        let code = Digest.authenticate(body, key: Array(Self.writeKey.utf8))
        inputs.append(
            .answered(
                ExchangeAnswer(
                    number: exchange.number,
                    outcome: .response(
                        status: 200,
                        headers: [HTTPField("footfall-signature", Hexadecimal.text(code))],
                        body: body))))
        deliveredCount += Int64(block.events.count)
    }

    // MARK: World

    func monotonicNow() -> Instant { now }

    func wallNow() -> WallTime {
        WallTime(
            milliseconds: 1_772_438_400_000 + now.milliseconds, quality: .synchronised)
    }

    func random() -> UInt64 {
        chance &+= 0x9E37_79B9_7F4A_7C15
        return chance
    }

    func nextInput() -> Input? {
        if isQuiet {
            inputs.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        defer { taken += 1 }
        return inputs[taken]
    }

    func wait(until deadline: Instant) { now = max(now, deadline) }
    func send(_ bytes: [UInt8], to connection: ConnectionID) {}
    func setReading(_ isReading: Bool, of connection: ConnectionID) {}
    func close(_ connection: ConnectionID) {}
    func submit(_ exchange: Exchange) { self.exchange = exchange }
    func keep(_ descriptor: FileDescriptor, as name: String) {}
    func forgetKept(_ name: String) {}
    func abandonExchange() { exchange = nil }

    func releaseMemory() {}
}

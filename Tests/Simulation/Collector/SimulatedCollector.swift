internal import Blocks
internal import Events
internal import Identity
internal import Platform

/// A collector by the protocol's page, in memory.
///
/// It shares no code with the real one but the block reader; the real one has tests of its own.
final class SimulatedCollector {
    /// How it refuses what it will not have, which a simulation chooses once.
    enum Strictness: CaseIterable { case byEvent, byBlock }

    static let writeKey = Array("simulated-write-key".utf8)

    var state = CollectorState()
    var strictness = Strictness.byEvent
    /// A planted fault: whether its answers are signed.
    var signs = true
    private(set) var blockCount = 0
    /// What its clock shows, in Unix milliseconds.
    var time: () -> Int64 = { 0 }
    /// Told of what a request says of the device's clocks; nil where that cannot be read.
    var onClock: ([ClockAnchor]?) -> Void = { _ in }
    /// Told of each event that is new to the collector.
    var onArrival: (Event, EventID) -> Void = { _, _ in }

    /// Takes a request, and answers it as the protocol says.
    func answer(_ exchange: Exchange) -> (status: Int, headers: [HTTPField], body: [UInt8]) {
        let (status, text) = take(exchange)
        let body = Array(text.utf8)
        let key = signs ? Self.writeKey : []
        let code = Hexadecimal.text(Digest.authenticate(body, key: key))
        return (
            status,
            [
                HTTPField("content-type", "application/json"),
                HTTPField("footfall-signature", code),
            ], body
        )
    }

    private func take(_ exchange: Exchange) -> (status: Int, body: String) {
        blockCount += 1
        let device = HTTPField.first("footfall-device", in: exchange.headers) ?? ""
        let nonce = HTTPField.first("footfall-nonce", in: exchange.headers) ?? ""
        if let clock = HTTPField.first("footfall-clock", in: exchange.headers) {
            onClock(ClockAnchor.Text.read(clock))
        }
        let common =
            "\"time\":\(time()),\"device\":\"\(device)\",\"nonce\":\"\(nonce)\","
            + "\"sha256\":\"\(Hexadecimal.text(Digest.sha256(exchange.body)))\""
        let block: Block
        do throws(BlockError) {
            block = try read(exchange, from: device)
        } catch {
            return (422, "{\"status\":422,\(common),\"reason\":\"\(error.word)\"}")
        }
        if strictness == .byBlock, block.events.contains(where: { Composition.isPoison($0.body) }) {
            return (422, "{\"status\":422,\(common),\"reason\":\"poison\"}")
        }
        return (
            200, "{\"status\":200,\(common),\(receipt(block))\(dictionary(of: exchange, device))}"
        )
    }

    private func read(_ exchange: Exchange, from device: String) throws(BlockError) -> Block {
        try BlockReader.read(exchange.body, with: earlier(exchange, device))
    }

    private func earlier(
        _ exchange: Exchange, _ device: String
    ) throws(BlockError) -> BlockDictionary? {
        guard let name = try BlockReader.dictionaryName(of: exchange.body) else { return nil }
        return state.dictionaries[device]?.first { $0.name == name }
    }

    /// The receipt's last member, where the device wants a dictionary kept.
    private func dictionary(of exchange: Exchange, _ device: String) -> String {
        guard HTTPField.first("footfall-dictionary", in: exchange.headers) == "keep" else {
            return ""
        }
        do throws(BlockError) {
            let earlier = try earlier(exchange, device)
            guard
                let left = try BlockDictionary.left(
                    by: exchange.body, earlier, digest: Digest.sha256)
            else { return "" }
            state.dictionaries[device] = [left] + [earlier].compactMap { $0 }
            return ",\"dictionary\":\"\(Hexadecimal.text(left.name, digitCount: 16))\""
        } catch {
            return ""
        }
    }

    private func receipt(_ block: Block) -> String {
        var (ids, conflict): ([SequenceRange], [SequenceRange]) = ([], [])
        var refused: [String] = []
        state.take(block.header)
        for event in block.events {
            if strictness == .byEvent, Composition.isPoison(event.body) {
                refused.append("{\"id\":\(event.sequence),\"reason\":\"poison\"}")
                continue
            }
            switch state.take(event, block.header) {
            case .conflict: SequenceRange.append(event.sequence, to: &conflict)
            case .known: SequenceRange.append(event.sequence, to: &ids)
            case .new:
                SequenceRange.append(event.sequence, to: &ids)
                let header = block.header
                onArrival(
                    event,
                    EventID(stream: header.stream, epoch: header.epoch, sequence: event.sequence))
            }
        }
        func text(_ ranges: [SequenceRange]) -> String {
            "[" + ranges.map { "[\($0.first),\($0.last)]" }.joined(separator: ",") + "]"
        }
        return "\"stream\":\"\(block.header.stream.hexadecimal)\",\"epoch\":\(block.header.epoch),"
            + "\"ids\":\(text(ids)),\"count\":\(ids.reduce(0) { $0 + $1.count }),"
            + "\"conflict\":\(text(conflict)),\"refused\":[\(refused.joined(separator: ","))],"
            + "\"tombstones\":\(block.header.tombstones.count)"
    }
}

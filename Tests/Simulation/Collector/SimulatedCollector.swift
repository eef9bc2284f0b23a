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
        let common =
            "\"device\":\"\(device)\",\"nonce\":\"\(nonce)\","
            + "\"sha256\":\"\(Hexadecimal.text(Digest.sha256(exchange.body)))\""
        let block: Block
        do throws(BlockError) {
            block = try BlockReader.read(exchange.body)
        } catch {
            return (422, "{\"status\":422,\(common),\"reason\":\"\(error.word)\"}")
        }
        if strictness == .byBlock, block.events.contains(where: { Composition.isPoison($0.body) }) {
            return (422, "{\"status\":422,\(common),\"reason\":\"poison\"}")
        }
        return (200, "{\"status\":200,\(common),\(receipt(block))}")
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

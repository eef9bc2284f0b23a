import Blocks
import Events
import Identity
import Platform
import Testing

/// A collector in memory: what it holds, and how it answers.
final class CollectorDouble {
    /// What becomes of a request.
    enum Mood {
        /// Taken, and answered as the protocol says.
        case well
        /// Not reached.
        case down
        /// Neither answered nor taken.
        case silent
        /// Taken, but the answer is lost.
        case deaf
        /// Somebody else answers.
        case stranger(status: Int, headers: [HTTPField], body: String)
        /// Taken, and answered under another key.
        case wrongKey
        /// Behind a proxy that passes no more bytes at once.
        case narrow(bytesMost: Int)
    }

    var mood = Mood.well
    /// Why a block is refused whole; nil where it is taken.
    var blockFault: (Block) -> String? = { _ in nil }
    /// Why an event is refused for good; nil where it is taken.
    var eventFault: (Event) -> String? = { _ in nil }
    /// Spoils a receipt before it is signed.
    var spoil: (String) -> String = { $0 }
    /// From how many bytes on the line is too slow for a request, and what becomes of it then.
    var slowFromBytes = Int.max
    var slowOutcome = ExchangeAnswer.Outcome.failure(.slow, code: 110)
    /// The lengths of the requests that it was too slow for.
    private(set) var slowByteCounts: [Int] = []
    private(set) var held: [EventID: [UInt8]] = [:]
    /// The events in the order in which they first came.
    private(set) var events: [(id: EventID, time: EventTime, text: String)] = []
    private(set) var tombstones: [Tombstone] = []
    private(set) var blockCount = 0
    /// What was sent, byte for byte, whether it was answered or not.
    private(set) var bodies: [[UInt8]] = []
    private(set) var largestBlock = 0
    /// Whether it keeps what blocks leave to those after them.
    var keepsDictionaries = true
    private(set) var dictionaries: [UInt64: BlockDictionary] = [:]
    /// The dictionaries that blocks were written with, nil where with none.
    private(set) var dictionaryNames: [UInt64?] = []

    static let key = "write-key"

    /// Events' texts without their envelopes, in the order of arrival.
    var texts: [String] { events.map { $0.text } }

    private static func text(of event: Event) -> String {
        var body = event.body
        if EventEnvelope.remove(from: &body) == nil { return "without an envelope" }
        return String(decoding: body, as: UTF8.self)
    }

    /// As a backup would have it that is older than all of them.
    func forgetDictionaries() { dictionaries = [:] }

    /// Puts what somebody else delivered under an id.
    func hold(_ id: EventID, _ content: String) { held[id] = Array(content.utf8) }

    /// What comes of a request; nil while nothing does.
    func answer(_ exchange: Exchange) -> ExchangeAnswer.Outcome? {
        if exchange.body.count >= slowFromBytes {
            slowByteCounts.append(exchange.body.count)
            return slowOutcome
        }
        switch mood {
        case .down: return .failure(.connect, code: 111)
        case .silent: return nil
        case .stranger(let status, let headers, let body):
            return .response(status: status, headers: headers, body: Array(body.utf8))
        case .deaf:
            _ = take(exchange)
            return .failure(.receive, code: 110)
        case .narrow(let bytesMost) where exchange.body.count > bytesMost:
            return .response(status: 413, headers: [], body: Array("<html>".utf8))
        case .well, .narrow: return signed(take(exchange), Self.key)
        case .wrongKey: return signed(take(exchange), "other-key")
        }
    }

    private func signed(
        _ answer: (status: Int, body: String), _ key: String
    ) -> ExchangeAnswer.Outcome {
        let body = Array(spoil(answer.body).utf8)
        let code = Hexadecimal.text(Digest.authenticate(body, key: Array(key.utf8)))
        return .response(
            status: answer.status,
            headers: [
                HTTPField("content-type", "application/json"),
                HTTPField("footfall-signature", code),
            ], body: body)
    }

    private func take(_ exchange: Exchange) -> (status: Int, body: String) {
        func header(_ name: String) -> String { HTTPField.first(name, in: exchange.headers) ?? "" }
        #expect(exchange.path == "/v1/blocks")
        #expect(header("authorization") == "Bearer " + Self.key)
        #expect(header("content-type") == "application/vnd.footfall.block")
        #expect(header("footfall-nonce").utf8.count == 32)
        blockCount += 1
        let device = header("footfall-device")
        let common =
            "\"device\":\"\(device)\",\"nonce\":\"\(header("footfall-nonce"))\","
            + "\"sha256\":\"\(Hexadecimal.text(Digest.sha256(exchange.body)))\""
        let block: Block
        do throws(BlockError) {
            let name = try BlockReader.dictionaryName(of: exchange.body)
            dictionaryNames.append(name)
            block = try BlockReader.read(exchange.body, with: name.flatMap { dictionaries[$0] })
            bodies.append(exchange.body)
        } catch {
            return (422, "{\"status\":422,\(common),\"reason\":\"\(error.word)\"}")
        }
        #expect(device == block.header.device)
        largestBlock = max(largestBlock, block.events.count)
        if let reason = blockFault(block) {
            return (422, "{\"status\":422,\(common),\"reason\":\"\(reason)\"}")
        }
        return (200, "{\"status\":200,\(common),\(receipt(block))\(dictionary(of: exchange))}")
    }

    /// The receipt's last member, where the device wants a dictionary kept.
    private func dictionary(of exchange: Exchange) -> String {
        guard keepsDictionaries,
            HTTPField.first("footfall-dictionary", in: exchange.headers) == "keep"
        else { return "" }
        do throws(BlockError) {
            let name = try BlockReader.dictionaryName(of: exchange.body)
            let left = try BlockDictionary.left(
                by: exchange.body, name.flatMap { dictionaries[$0] }, digest: Digest.sha256)
            guard let left else { return "" }
            dictionaries[left.name] = left
            return ",\"dictionary\":\"\(Hexadecimal.text(left.name, digitCount: 16))\""
        } catch {
            Issue.record("a block leaves no dictionary: \(error)")
            return ""
        }
    }

    private func receipt(_ block: Block) -> String {
        var (ids, conflict): ([SequenceRange], [SequenceRange]) = ([], [])
        var refused: [String] = []
        for event in block.events {
            let id = EventID(
                stream: block.header.stream, epoch: block.header.epoch, sequence: event.sequence)
            let line = BlockWriter.line(of: event)
            if let reason = eventFault(event) {
                refused.append("{\"id\":\(event.sequence),\"reason\":\"\(reason)\"}")
            } else if let known = held[id], known != line {
                SequenceRange.append(event.sequence, to: &conflict)
            } else {
                SequenceRange.append(event.sequence, to: &ids)
                if held.updateValue(line, forKey: id) == nil {
                    events.append((id, event.time, Self.text(of: event)))
                }
            }
        }
        for tombstone in block.header.tombstones where !tombstones.contains(tombstone) {
            tombstones.append(tombstone)
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

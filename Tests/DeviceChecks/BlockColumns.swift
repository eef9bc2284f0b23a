internal import Blocks
internal import Events
internal import Identity

/// Events as columns, whose numbers, times and identifiers have 64 bits on every processor.
enum BlockColumns {
    static func run(_ list: Checklist) {
        list.check("three hundred texts of every kind come back from a block") { probe in
            var chance = Chance(state: 20_260_302)
            let events = (0..<300).map { index in
                event(UInt32(index) + 4_294_966_000, text(&chance))
            }
            do throws(BlockError) {
                var writer = BlockWriter()
                let block = try writer.write(header, events)
                let back = try BlockReader.read(probe.carrier.bytes(block)).events
                probe.equal(back.count, events.count)
                for (one, other) in zip(events, back) {
                    probe.equal(BlockWriter.line(of: other), BlockWriter.line(of: one))
                }
            } catch { probe.differ(error.word, "a block") }
        }
        list.check("with a dictionary they come back shorter, without it not at all") { probe in
            let lines = (0..<60).flatMap { index in
                BlockWriter.line(of: event(UInt32(index), ware(index)))
            }
            do throws(BlockError) {
                var writer = BlockWriter()
                let plain = try writer.write(header, lines: lines, eventCount: 60)
                let made = try BlockDictionary.left(
                    by: probe.carrier.bytes(plain), nil, digest: Digest.sha256)
                let dictionary = BlockDictionary(made?.bytes ?? [], digest: Digest.sha256)
                let short = try writer.write(
                    header, lines: lines, eventCount: 60, with: dictionary)
                probe.equal(short.count * 3 < plain.count * 2 ? 1 : 0, 1)
                let back = try BlockReader.read(probe.carrier.bytes(short), with: dictionary)
                probe.equal(back.events.flatMap { BlockWriter.line(of: $0) }, lines)
                probe.equal(refusal(of: short), "block_dictionary")
            } catch { probe.differ(error.word, "a block") }
        }
        list.check("a block that left a device is read to the same lines") { probe in
            do throws(BlockError) {
                let block = Hexadecimal.bytes(Array(fixture.utf8)[...]) ?? []
                var lines: [UInt8] = []
                for event in try BlockReader.read(probe.carrier.bytes(block)).events {
                    lines += BlockWriter.line(of: event)
                }
                probe.equal(Hexadecimal.text(Digest.sha256(lines)), linesDigest)
            } catch { probe.differ(error.word, "a block") }
        }
    }

    private static let header = BlockHeader(
        device: "kiosk-1", stream: StreamID(high: .max, low: 1), lane: .normal, epoch: 268_435_455,
        boot: StreamID(high: 2, low: .max), previous: EpochEnd(epoch: 268_435_454, end: .max),
        tombstones: [])

    private static func event(_ sequence: UInt32, _ text: String) -> Event {
        Event(
            sequence: sequence, kind: .track, lane: .normal, stage: .loyalty,
            time: EventTime(
                monotonic: Instant(milliseconds: 4_294_967_296 + Int64(sequence)),
                wallMilliseconds: 1_772_434_105_033 + Int64(sequence), quality: .synchronised),
            producer: .max - UInt64(sequence % 3), body: Array(text.utf8))
    }

    private static func ware(_ index: Int) -> String {
        "{\"event\":\"Product Viewed\",\"sku\":\"SKU-\(index * 7919 % 97)\",\"name\":\"No. "
            + "\(index % 13) of the season\",\"price\":\(index % 40).99}"
    }

    private static func refusal(of block: [UInt8]) -> String {
        do throws(BlockError) {
            _ = try BlockReader.read(block)
            return "none"
        } catch { return error.word }
    }

    // By a program of a few lines of Python that shares nothing with this one.
    private static let linesDigest =
        "ef903f883eaae65e7d72053a6e2e9e3069d7c3f153bc52242422f5fae347ce6c"

    /// Four events with a column of each kind, the last kept as it stands.
    private static let fixture =
        "4646424b01000000830100007e02000004000000f1f17c42010123456789abcdeffedcba98765432"
        + "100000000000000001000000000000000203076b696f736b2d3102e80700593f034501d80ca4c087"
        + "973189257905f9f9791929391590b226b5d030d554d700c2b1ca36b4ca33b4aa565002b6dcac1494"
        + "324b1480aec84b295652a83dbc07006a3b358a510e80300c42e1b59b36feeefe67b5cb944002e485"
        + "8cb9d383f590c584e1cf17a4b71b295b96c49ad8847a8b0a36d904d98f377472147f955f73615bf0"
        + "ffff7f7e5959d9860d7f6f4c4d6f00020504f17ffddf1b5fd3fe0295c8230846a6a60d27447e9fdf"
        + "fe5a9ee11b63d7b9a6e5af44990e30ee056a5800d4a3b086c948a20bc461ec6164e6e0606978d1d1"
        + "eeccc9c0ccc4cacb20cac0c4c00400fffffffffffffffffffffffffffffffefffffffffffffffdff"
        + "fffffffffffffc2367a376be464dd784b8d9b986fe037c7abc8def0011223344517abc8def001122"
        + "33445280ff00ff00ff00ff7f80ff00ff00ff00abcdef1234567890abcdef1234567890abcdef1234"
        + "567890abcdef1234567890"
}

/// Texts that the same seed makes everywhere.
extension BlockColumns {
    /// A multiplicative generator (Lehmer's, modulo 2^31 - 1): enough to mix kinds.
    private struct Chance {
        var state: Int64

        mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
            state = state * 48_271 % 2_147_483_647
            return choices[Int(state % Int64(choices.count))]
        }
    }

    private static func text(_ chance: inout Chance) -> String {
        var text = "{\"type\":\"track\""
        for _ in 0..<chance.pick([0, 1, 3, 6]) {
            text += ",\"" + chance.pick(keys) + "\":" + value(&chance, levels: 2)
        }
        // One in six is none that columns could hold.
        return text + chance.pick(["}", "}", "}", "}", "}", " }"])
    }

    private static func value(_ chance: inout Chance, levels: Int) -> String {
        switch chance.pick(levels > 0 ? [0, 0, 1, 1, 2, 3] : [0, 1]) {
        case 0: return chance.pick(words)
        case 1: return "\"" + chance.pick(strings) + "\""
        case 2:
            var list = "["
            for index in 0..<chance.pick([0, 1, 2, 5]) {
                list += (index > 0 ? "," : "") + value(&chance, levels: levels - 1)
            }
            return list + "]"
        default:
            return "{\"" + chance.pick(keys) + "\":" + value(&chance, levels: levels - 1) + "}"
        }
    }

    private static let keys = ["sku", "name", "price", "context", "properties", "", "größe"]
    private static let words = [
        "0", "-0", "1.50", "2.5", "12", "-7", "1e5", "2147483648", "-2147483649", "4294967296",
        "4294967296.05", "9007199254740993", "9223372036854775808", "0.000000000000001",
        "99999999999999999", "true", "false", "null",
    ]
    private static let strings = [
        "", "a", "\\ud800", "Grüße \\n", "18446744073709551616", "999999999999999999", "4294967296",
        "1970-01-01T00:00:00.000Z", "2038-01-19T03:14:08.000Z", "9999-12-31T23:59:59.999Z",
        "1969-12-31T23:59:59.999Z", "2026-02-29T00:00:00.000Z", "80ff00ff00ff00ff",
        "ffffffffffffffffffff", "2367a376-be46-4dd7-84b8-d9b986fe037c",
        "019caed8-b801-7abc-8def-001122334451", "ffffffff-ffff-7fff-bfff-ffffffffffff",
        "userId:k1:n1:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA",
        "userId:k1:n1:_-8vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA",
    ]
}

import Blocks
import Events
import Foundation
import Sync
import Testing

@testable import Collector

@Suite struct `A receipt` {
    private let events = [
        Fixture.event(0), Fixture.event(1, #"{"event":"Y"}"#), Fixture.event(2, "{]}"),
        Fixture.event(5),
    ]
    private let sequences = [SequenceRange(0, 2), SequenceRange(5, 5)]

    @Test func `is believed by the device that sent the block`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.event(1)])
        let body = try Fixture.block(
            events,
            tombstones: [
                Tombstone(
                    stream: Fixture.stream, epoch: 1, sequences: [SequenceRange(3, 4)],
                    reason: "evicted")
            ])
        let answer = await temporary.desk().take(body, from: Fixture.sender())
        guard
            case .receipt(let receipt) = Fixture.verdict(
                answer, of: body, sequences: sequences, tombstoneCount: 1)
        else {
            Issue.record("no receipt: \(String(decoding: answer.body, as: UTF8.self))")
            return
        }
        #expect(receipt.held == [SequenceRange(0, 0), SequenceRange(5, 5)])
        #expect(receipt.conflicting == [SequenceRange(1, 1)])
        #expect(receipt.refused.map(\.sequence) == [2])
        #expect(receipt.refused.map(\.reason) == ["not_json"])
    }

    @Test func `says each of its members as the contract does`() async throws {
        let temporary = try TemporaryArchive()
        let body = try Fixture.block([Fixture.event(0), Fixture.event(1)])
        let answer = await temporary.desk().take(body, from: Fixture.sender())
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "status", "device", "stream", "epoch", "nonce", "sha256", "ids", "count", "new",
                "known", "conflict", "refused", "tombstones", "time",
            ])
        #expect(object["status"] as? Int == 200)
        #expect(object["ids"] as? [[Int]] == [[0, 1]])
        #expect(object["count"] as? Int == 2)
        #expect(object["new"] as? Int == 2)
        #expect(object["stream"] as? String == Fixture.stream.hexadecimal)
    }

    @Test func `is not believed under another key or for another block`() async throws {
        let temporary = try TemporaryArchive()
        let body = try Fixture.block([Fixture.event(0)])
        let answer = await temporary.desk().take(body, from: Fixture.sender())
        let range = [SequenceRange(0, 0)]
        #expect(
            Fixture.verdict(answer, of: body, sequences: range, key: "other")
                == .captive(status: 200))
        #expect(
            Fixture.verdict(answer, of: body + [0], sequences: range) == .captive(status: 200))
        #expect(
            Fixture.verdict(answer, of: body, sequences: [SequenceRange(0, 1)])
                == .captive(status: 200))
    }

    @Test func `for a refused block is signed and moves nothing`() async throws {
        let temporary = try TemporaryArchive()
        let body = try Fixture.block([Fixture.event(0)])
        var damaged = body
        damaged[body.count - 1] ^= 1
        var newer = body
        newer[4] = 9
        let desk = temporary.desk()
        for (body, status, reason) in [
            (damaged, 400, "block_checksum"), ([], 400, "block_short"),
            (Array(body.dropLast()), 400, "block_length"),
        ] {
            let answer = await desk.take(body, from: Fixture.sender())
            #expect(
                Fixture.verdict(answer, of: body, sequences: [])
                    == .refused(status: status, reason: reason))
        }
        let answer = await desk.take(newer, from: Fixture.sender())
        #expect(Fixture.verdict(answer, of: newer, sequences: []) == .outdated(status: 422))
        #expect(try temporary.count("device") == 0)
    }

    @Test func `for a body over the bound is a signed 413`() async throws {
        let body = [UInt8](repeating: 65, count: BlockDesk.bodyBytesMax + 1)
        let answer = await (try TemporaryArchive()).desk().take(body, from: Fixture.sender())
        #expect(
            Fixture.verdict(answer, of: body, sequences: [])
                == .refused(status: 413, reason: "too_large"))
    }

    @Test func `is refused to a block of another device than its sender`() async throws {
        let temporary = try TemporaryArchive()
        let body = try Fixture.block([Fixture.event(0)], device: "kiosk-2")
        let answer = await temporary.desk().take(body, from: Fixture.sender())
        #expect(answer.status == 403)
        #expect(answer.signature == nil)
        #expect(try temporary.count("event") == 0)
    }
}

@Suite struct `An event's text` {
    @Test(arguments: [
        ("{]}", "not_json"), ("{\"a\":01}", "not_json"), ("{\"a\":1}}", "not_json"),
        ("{\"a\":\"\u{1}\"}", "not_json"), ("[]", "not_object"), ("1", "not_object"),
    ])
    func `that is no JSON object is refused alone`(text: String, reason: String) async throws {
        let temporary = try TemporaryArchive()
        let outcome = try await temporary.take([
            Fixture.event(0), Fixture.event(1, text), Fixture.event(2),
        ])
        #expect(outcome.held == [SequenceRange(0, 0), SequenceRange(2, 2)])
        #expect(outcome.refused == [BlockOutcome.Refusal(sequence: 1, reason: reason)])
        let again = try await temporary.take([Fixture.event(1, text)])
        #expect(again.refused == outcome.refused)
        #expect(try temporary.count("refusal") == 1)
    }

    @Test func `of bytes that are not UTF-8 is refused alone`() async throws {
        let temporary = try TemporaryArchive()
        var event = Fixture.event(0)
        event.body = Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)
        #expect(try await temporary.take([event]).refused.map(\.reason) == ["not_utf8"])
    }

    @Test func `comes out of the export byte for byte`() async throws {
        let temporary = try TemporaryArchive()
        let texts = [
            #"{"messageId":"a\u0000\"\\b","big":1e400,"n":1.50,"lone":"\ud800","a":1,"a":2}"#,
            #"{"messageId":"ünï","deep":[[[[{}]]]],"text":"é😀\n"}"#, #"{}"#,
        ]
        try await temporary.take(
            texts.enumerated().map { Fixture.event(UInt32($0.offset), $0.element) })
        let prefix =
            #"{"device":"kiosk-1","stream":"\#(Fixture.stream.hexadecimal)","epoch":1,"seq":"#
        let time =
            #","time":{"ms":1700000000000,"lower":1699999999000,"upper":1700000001000,"#
            + #""quality":"synchronised"},"event":"#
        #expect(
            try temporary.export() == [
                prefix + #"0,"messageId":"a\u0000\"\\b""# + time + texts[0] + "}\n",
                prefix + #"1,"messageId":"ünï""# + time + texts[1] + "}\n",
                prefix + #"2,"messageId":null"# + time + texts[2] + "}\n",
            ])
    }
}

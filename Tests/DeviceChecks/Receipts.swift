internal import Events
internal import Sync

/// Answers of a collector: what they hold, and numbers that are not what they seem.
enum Receipts {
    static func run(_ list: Checklist) {
        list.check("a receipt parts 32-bit numbers exactly") { probe in
            let receipt = receipt(read(answer(), probe.carrier))
            probe.equal(receipt?.held.first?.first, 2_147_483_648)
            probe.equal(receipt?.held.first?.last, 4_294_967_292)
            probe.equal(receipt?.conflicting.first?.first, 4_294_967_293)
            probe.equal(receipt?.refused.first?.sequence, 4_294_967_294)
        }
        list.check("a receipt of other numbers in the same low 31 bits is none") { probe in
            let range = probe.carrier.range(2_147_483_648, 2_147_483_657)
            let sent = sent([SequenceRange(range.first, range.last)])
            let body = answer(held: "[[0,9]]", count: "10", conflicting: "", refused: "")
            probe.isTrue(receipt(read(body, sent)) == nil, "there is no receipt")
        }
        list.check("a number beyond 32 bits is none of an event's") { probe in
            let low = probe.carrier.text(4_294_967_296)
            let body = answer(
                held: "[[" + low + ",9]]", count: "10", conflicting: "", refused: "")
            let verdict = read(body, sent([SequenceRange(0, 9)]))
            probe.isTrue(receipt(verdict) == nil, "there is no receipt")
        }
        list.check("status, epoch and counts are held against all 64 bits") { probe in
            let c = probe.carrier
            let bodies = [
                answer(status: c.text(4_294_967_496)), answer(epoch: c.text(4_563_402_751)),
                answer(count: c.text(6_442_450_941)), answer(tombstones: c.text(4_294_967_296)),
            ]
            for body in bodies {
                probe.isTrue(receipt(read(body, sent(all))) == nil, "there is no receipt")
            }
        }
        list.check("a Retry-After of 2^31 seconds and more is read as a day") { probe in
            for text: Int64 in [2_147_483_648, 4_294_967_296, .max] {
                let verdict = Verdict.read(
                    status: 503, body: [], isSigned: false,
                    retryAfter: RetryAfter.seconds(probe.carrier.text(text), date: nil),
                    sent: sent([]))
                guard case .failing(_, let asked) = verdict else {
                    return probe.differ(verdict.word, "failing")
                }
                probe.equal(asked, 86_400)
            }
        }
    }

    private static let all = [SequenceRange(2_147_483_648, 4_294_967_294)]

    private static func sent(_ sequences: [SequenceRange]) -> Sent {
        Sent(
            device: "kiosk-1", stream: StreamID(high: 0x8899_AABB_CCDD_EEFF, low: 1),
            epoch: 268_435_455, sequences: sequences, tombstoneCount: 0, nonce: "00",
            bodyDigest: "11")
    }

    private static func answer(
        status: String = "200", epoch: String = "268435455",
        held: String = "[[2147483648,4294967292]]", count: String = "2147483645",
        conflicting: String = "[4294967293,4294967293]",
        refused: String = "{\"id\":4294967294,\"reason\":\"too_old\"}", tombstones: String = "0"
    ) -> String {
        "{\"status\":" + status
            + ",\"device\":\"kiosk-1\",\"stream\":\"8899aabbccddeeff0000000000000001\""
            + ",\"epoch\":" + epoch + ",\"nonce\":\"00\",\"sha256\":\"11\",\"ids\":" + held
            + ",\"count\":" + count + ",\"conflict\":[" + conflicting + "],\"refused\":[" + refused
            + "],\"tombstones\":" + tombstones + "}"
    }

    /// Reads an answer to a block whose numbers passed through the carrier.
    private static func read(_ body: String, _ carrier: Carrier) -> Verdict {
        let range = carrier.range(2_147_483_648, 4_294_967_294)
        return read(body, sent([SequenceRange(range.first, range.last)]))
    }

    private static func read(_ body: String, _ sent: Sent) -> Verdict {
        Verdict.read(
            status: 200, body: Array(body.utf8), isSigned: true, retryAfter: nil, sent: sent)
    }

    private static func receipt(_ verdict: Verdict) -> Receipt? {
        if case .receipt(let receipt) = verdict { receipt } else { nil }
    }
}

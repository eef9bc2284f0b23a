import Events
import Sync

/// What was sent in most of these tests: 21 events in three ranges, two tombstones.
let sent = Sent(
    device: "kiosk-1", stream: StreamID(high: 0xAB, low: 0xCD), epoch: 3,
    sequences: [SequenceRange(0, 9), SequenceRange(12, 12), SequenceRange(20, 29)],
    tombstoneCount: 2, nonce: "00112233445566778899aabbccddeeff",
    bodyDigest: String(repeating: "5e", count: 32))

/// A collector's answer, spelt out; as it stands it takes everything of `sent`.
struct Answer {
    var status = "200"
    var device = "kiosk-1"
    var stream = "00000000000000ab00000000000000cd"
    var epoch = "3"
    var nonce = "00112233445566778899aabbccddeeff"
    var digest = String(repeating: "5e", count: 32)
    var held = "[[0,9],[12,12],[20,29]]"
    var count = "21"
    var conflict = "[]"
    var refused = "[]"
    var tombstones = "2"

    var text: String {
        """
        {"status":\(status),"device":"\(device)","stream":"\(stream)","epoch":\(epoch),\
        "nonce":"\(nonce)","sha256":"\(digest)","ids":\(held),"count":\(count),"new":1,"known":20,\
        "conflict":\(conflict),"refused":\(refused),"tombstones":\(tombstones)}
        """
    }

    static func with(_ change: (inout Answer) -> Void) -> Answer {
        var answer = Answer()
        change(&answer)
        return answer
    }
}

func verdict(
    _ body: String, status: Int = 200, isSigned: Bool = true, retryAfter: Int64? = nil,
    sent: Sent = sent
) -> Verdict {
    .read(
        status: status, body: Array(body.utf8), isSigned: isSigned, retryAfter: retryAfter,
        sent: sent)
}

func receipt(_ answer: Answer, sent: Sent = sent) -> Receipt? {
    guard case .receipt(let receipt) = verdict(answer.text, sent: sent) else { return nil }
    return receipt
}

internal import Blocks
internal import Events
internal import Identity
internal import Intake

/// One afternoon's events from a request to a block: the same bytes on every processor and in
/// every mode.
enum FixedBytes {
    static func run(_ list: Checklist) {
        list.check("a request becomes a block of the same events everywhere") { probe in
            guard let block = block(probe.carrier.bytes(request), probe) else { return }
            do throws(BlockError) {
                var lines: [UInt8] = []
                for event in try BlockReader.read(block).events {
                    lines += BlockWriter.line(of: event)
                }
                probe.equal(Hexadecimal.text(Digest.sha256(lines)), linesDigest)
            } catch { probe.differ(error.word, "a block") }
        }
    }

    /// Texts of up to 15 bytes are kept within a reference's tag: nothing may take that off.
    static func runShort(_ list: Checklist) {
        list.check("a score of a few bytes is cut at its point") { probe in
            for (score, isPromoter) in [
                ("8", false), ("9", true), ("9.99", true), ("10", true), ("10.0", true),
                ("10.5", false), ("90", false), ("0", false),
            ] {
                let carried = String(decoding: probe.carrier.bytes(score), as: UTF8.self)
                let text = "{\"event\":\"Survey Answered\",\"properties\":{\"nps\":\(carried)}}"
                do throws(Fault) {
                    let decision = try Admission(stages: StageRule())
                        .decide(Array(text.utf8), kind: .track)
                    probe.isTrue((decision.stage == .advocacy) == isPromoter, score)
                } catch { probe.differ(error.word, "a decision") }
            }
        }
    }

    // By a program of a few lines of Python that shares nothing with this one.
    private static let linesDigest =
        "631f559bfcc473dc71d330ad9df0ae5e24f81206df9212128e5f546ce268b731"

    private static let request = #"""
        {"batch": [
          {"type": "track", "event": "Product Viewed", "messageId": "m\u002d1",
           "properties": {"price": 4294967296.5, "email": " Anna@Example.com"}},
          {"type": "identify", "userId": "ann\u00e4", "traits": {"phone": "+49 (30) 1234"}},
          {"type": "track", "event": "Order Completed", "properties": {"revenue": 9007199254740993,
           "currency": "EUR", "products": [{"sku": "\ud83d\uded2", "quantity": 2147483648}]}},
          {"type": "screen", "name": "Attract", "context": {"stage": "interest"}},
          {"type": "track", "event": "Referral Sent", "properties": {"nps": 9.75, "x": null}}
        ], "writeKey": "k"}
        """#

    private static func block(_ request: [UInt8], _ probe: Probe) -> [UInt8]? {
        guard let key = IdentityKey([UInt8](repeating: 7, count: 32)) else { return nil }
        let identity = IdentityGuard()
        let admission = Admission(stages: StageRule())
        var lines: [UInt8] = []
        var sequence: UInt32 = 4_294_967_200
        do throws(IntakeError) {
            for proposal in try SegmentDialect(request, kind: nil).proposals {
                let guarded = identity.rewrite(request, in: proposal.range)
                let body = IdentityGuard.restore(
                    guarded.body,
                    guarded.claims.map { key.pseudonym($0.type, of: $0.value.bytes(in: request)) })
                guard let decision = decide(admission, body) else { continue }
                let event = Event(
                    sequence: sequence, kind: decision.kind, lane: .normal, stage: decision.stage,
                    time: EventTime(
                        monotonic: Instant(milliseconds: 4_294_967_296 + Int64(sequence)),
                        wallMilliseconds: 1_795_341_600_000, quality: .synchronised),
                    producer: 0xFEDC_BA98_7654_3210, body: body)
                lines += BlockWriter.line(of: event)
                sequence += 1
            }
        } catch {
            probe.differ("a refused request", "a request")
            return nil
        }
        return block(of: lines, probe)
    }

    private static func block(of lines: [UInt8], _ probe: Probe) -> [UInt8]? {
        let header = BlockHeader(
            device: "kiosk-1", stream: StreamID(high: 0x8899_AABB_CCDD_EEFF, low: 1),
            lane: .normal, epoch: 268_435_455, boot: StreamID(high: 2, low: .max),
            previous: EpochEnd(epoch: 268_435_454, end: .max), tombstones: [])
        var writer = BlockWriter()
        do throws(BlockError) {
            return try writer.write(header, lines: lines, eventCount: 5)
        } catch {
            probe.differ(error.word, "a block")
            return nil
        }
    }

    private static func decide(_ admission: Admission, _ body: [UInt8]) -> Admission.Decision? {
        do throws(Fault) {
            return try admission.decide(body, kind: nil)
        } catch { return nil }
    }
}

internal import Blocks
internal import Events

/// A block read and weighed, so that the transaction need only compare and insert.
struct PreparedBlock: Sendable {
    enum Verdict: Sendable {
        case facts(EventFacts)
        /// One word for why the event is refused for good.
        case refusal(String)
    }

    var block: Block
    /// One for each event of the block.
    var verdicts: [Verdict]

    init(_ block: Block) {
        self.block = block
        verdicts = block.events.map(Self.weigh)
    }

    private static func weigh(_ event: Event) -> Verdict {
        do throws(JSONError) {
            try JSONCheck.check(event.body, in: 0..<event.body.count)
        } catch {
            return .refusal(error.reason == .notUTF8 ? "not_utf8" : "not_json")
        }
        guard let fields = EventFields(event.body) else { return .refusal("not_object") }
        return .facts(EventFacts(event, fields))
    }
}

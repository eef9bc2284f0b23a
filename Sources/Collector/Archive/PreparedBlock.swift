internal import Blocks
internal import Events
internal import Identity

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
    /// The dictionary that it leaves, where the device wants it kept.
    var dictionary: BlockDictionary?
    /// The name of the one that it was written with.
    var earlierDictionary: UInt64?
    /// What the device said of its clocks along with it.
    var anchors: [ClockAnchor] = []
    /// Whether that could not be read.
    var isClockUnreadable = false

    init(_ block: Block, opening keys: SealKeyRing = .empty) {
        self.block = block
        verdicts = block.events.map { Self.weigh($0, block.header, keys) }
    }

    /// Reads a block that was written with `earlier`, or with none.
    init(
        reading bytes: [UInt8], with earlier: BlockDictionary?, keepsDictionary: Bool,
        opening keys: SealKeyRing = .empty
    ) throws(BlockError) {
        self.init(try BlockReader.read(bytes, with: earlier), opening: keys)
        guard keepsDictionary else { return }
        dictionary = try BlockDictionary.left(by: bytes, earlier, digest: Digest.sha256)
        earlierDictionary = earlier?.name
    }

    /// Takes what came in the header `Footfall-Clock`; what cannot be read refuses no block.
    mutating func heed(clock text: String?) {
        guard let text else { return }
        guard let anchors = ClockAnchor.Text.read(text) else {
            isClockUnreadable = true
            return
        }
        self.anchors = anchors
    }

    /// What the events' own readings say of the device's clocks.
    var toldAnchors: [ClockAnchor] {
        block.events.compactMap { ClockAnchor(boot: block.header.boot, synchronised: $0.time) }
    }

    private static func weigh(
        _ event: Event, _ header: BlockHeader, _ keys: SealKeyRing
    ) -> Verdict {
        do throws(JSONError) {
            try JSONCheck.check(event.body, in: 0..<event.body.count)
        } catch {
            return .refusal(error.reason == .notUTF8 ? "not_utf8" : "not_json")
        }
        let opened = OpenedEvent(event, header, keys)
        guard let fields = EventFields(opened.body) else { return .refusal("not_object") }
        return .facts(EventFacts(event, opened, fields))
    }
}

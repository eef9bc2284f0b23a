internal import Blocks
internal import Events
internal import Identity
internal import Reports

/// What the archive keeps of one event beside its text, worked out before the transaction.
struct EventFacts {
    /// SHA-256 over the event's whole line in the block: the same id with another is a conflict.
    var content: [UInt8]
    /// What stands between its quotation marks in the text.
    var messageID: String?
    /// Tells messages of one device apart: 16 bytes of SHA-256 over producer and message id.
    var message: [UInt8]?
    /// SHA-256 of the text without what two sendings of one message may differ in.
    var messageContent: [UInt8] = []
    var name: String?
    /// The producer's own timestamp.
    var statedMilliseconds: Int64?
    var visitor: String?
    var userID: String?
    var orderKind: OrderKind?
    var money: Money?
    /// The event's own text, without what the agent added to it.
    var body: [UInt8]
    /// Epoch << 32 | sequence of the event that opened its visit, 0 for none; nil of an agent that
    /// knows no visits.
    var visit: Int64?
    var actor: Int64?
    /// Who it was as it came; its keys for other platforms are in there alone.
    var sealed: String?
    var sealedOrigin: String?
    /// Whether what is sealed was opened; nil where nothing is.
    var isOpened: Bool?

    /// Whether an order was completed or given back.
    enum OrderKind: Int64 {
        case completed = 1
        case refunded = 2
    }

    /// Reads an event, whose text must be one JSON object.
    init(_ event: Event, _ opened: OpenedEvent, _ fields: EventFields) {
        let text = opened.body
        // As it stands in the canonical text, escapes kept: exact, and free of NUL.
        func string(_ scalar: JSONScalar?) -> String? {
            guard let scalar, scalar.isString || scalar.isNumber, !scalar.token.range.isEmpty
            else { return nil }
            return String(decoding: text[scalar.token.range], as: UTF8.self)
        }
        content = Digest.sha256(BlockWriter.line(of: event))
        body = text
        visit = opened.envelope.map { Int64(clamping: $0.visit) }
        actor = opened.envelope.map { Int64($0.actor.rawValue) }
        if let envelope = opened.envelope, !envelope.sealed.isEmpty {
            sealed = String(decoding: envelope.sealed, as: UTF8.self)
            isOpened = !opened.isUnopened
            if !envelope.origin.isEmpty {
                sealedOrigin = String(decoding: envelope.origin, as: UTF8.self)
            }
        }
        if let scalar = fields.messageID, scalar.isString, let messageID = string(scalar) {
            self.messageID = messageID
            message = Array(
                Digest.sha256(Self.key(event.producer, scalar, text)).prefix(16))
            let marked = opened.isRestored ? EventFields(opened.marked) ?? fields : fields
            messageContent = Digest.sha256(marked.comparable(opened.marked))
        }
        name = string(event.kind == .track ? fields.event : fields.name)
        statedMilliseconds = Self.stated(text, fields)
        // One prefix each: an anonymous id never meets a session's number of the same text.
        visitor =
            string(fields.anonymousID).map { "a:" + $0 }
            ?? string(fields.sessionID).map { "s:" + $0 }
        // Where a marker stayed, nobody is named, and a stale name is another's.
        userID = string(fields.userID).flatMap { userID in
            guard let envelope = opened.envelope else { return userID }
            let isMarker = Array(userID.utf8) == IdentityGuard.userMarker
            return envelope.isStale || isMarker ? nil : userID
        }
        guard event.kind == .track else { return }
        switch name {
        case "Order Completed": orderKind = .completed
        case "Order Refunded": orderKind = .refunded
        default: return
        }
        money = Money(
            revenue: Self.said(fields.revenue, in: text), total: Self.said(fields.total, in: text),
            currency: Self.saidCurrency(fields.currency, in: text))
    }

    private static func stated(_ text: [UInt8], _ fields: EventFields) -> Int64? {
        for scalar in [fields.timestamp, fields.originalTimestamp] {
            if let scalar, scalar.isString,
                let milliseconds = RFC3339.milliseconds(scalar.bytes(in: text))
            {
                return milliseconds
            }
        }
        return nil
    }

    private static func said(_ scalar: JSONScalar?, in text: [UInt8]) -> Money.Said {
        guard let scalar, scalar.token.kind != .null else { return .nothing }
        return scalar.isString || scalar.isNumber ? .text(scalar.bytes(in: text)) : .other
    }

    private static func saidCurrency(_ scalar: JSONScalar?, in text: [UInt8]) -> Money.Said {
        guard let scalar, scalar.token.kind != .null else { return .nothing }
        return scalar.isString ? .text(scalar.bytes(in: text)) : .other
    }

    private static func key(
        _ producer: UInt64, _ messageID: JSONScalar, _ text: [UInt8]
    ) -> [UInt8] {
        var key = Array(Hexadecimal.text(producer, digitCount: 16).utf8)
        key += messageID.bytes(in: text)
        return key
    }
}

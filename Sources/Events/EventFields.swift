/// A scalar that stands somewhere in an event's text.
public struct JSONScalar: Equatable, Sendable {
    /// The token that it is.
    public var token: JSONToken

    /// Takes a token that `isScalar`.
    public init(token: JSONToken) { self.token = token }

    /// A string's meaning, escapes undone; a number's or word's text as it stands.
    public func bytes(in text: [UInt8]) -> [UInt8] {
        token.kind == .string
            ? JSONEscape.decode(text, in: token.range) : Array(text[token.range])
    }

    /// The same as text; what has no UTF-8 (a lone surrogate) shows as U+FFFD.
    public func string(in text: [UInt8]) -> String {
        String(decoding: bytes(in: text), as: UTF8.self)
    }

    /// Whether it is a string.
    public var isString: Bool { token.kind == .string }
    /// Whether it is a number.
    public var isNumber: Bool { token.kind == .number }
}

/// The members of an event that stations look at, found in one pass over its canonical text.
///
/// Of duplicate names the last counts, while the text keeps them all. Members that are no scalar
/// are nil.
public struct EventFields: Sendable {
    /// `type`.
    public private(set) var type: JSONScalar?
    /// `event`, the name of a track call.
    public private(set) var event: JSONScalar?
    /// `name`, of a page or screen call.
    public private(set) var name: JSONScalar?
    /// `messageId`.
    public private(set) var messageID: JSONScalar?
    /// `userId`.
    public private(set) var userID: JSONScalar?
    /// `anonymousId`.
    public private(set) var anonymousID: JSONScalar?
    /// `timestamp`.
    public private(set) var timestamp: JSONScalar?
    /// `originalTimestamp`.
    public private(set) var originalTimestamp: JSONScalar?
    /// `stage` at top level.
    public private(set) var stage: JSONScalar?
    /// `context.stage`.
    public private(set) var contextStage: JSONScalar?
    /// `context.sessionId`.
    public private(set) var sessionID: JSONScalar?
    /// `context.actor`.
    public private(set) var contextActor: JSONScalar?
    /// `properties.actor`.
    public private(set) var propertiesActor: JSONScalar?
    /// `properties.stage`.
    public private(set) var propertiesStage: JSONScalar?
    /// `properties.revenue`.
    public private(set) var revenue: JSONScalar?
    /// `properties.total`.
    public private(set) var total: JSONScalar?
    /// `properties.currency`.
    public private(set) var currency: JSONScalar?
    /// `properties.nps`.
    public private(set) var nps: JSONScalar?
    /// Where `sentAt` and retry marks stand, ascending: what two sendings of an event may differ
    /// in.
    public private(set) var retryMarks: [Range<Int>] = []

    private enum Place { case top, context, properties }

    /// Reads one object; nil where the text is no object.
    public init?(_ text: [UInt8]) {
        var cursor = JSONCursor(text)
        guard cursor.next().kind == .objectStart else { return nil }
        read(&cursor, .top)
    }

    private mutating func read(_ cursor: inout JSONCursor, _ place: Place) {
        while true {
            let key = cursor.next()
            guard key.kind == .key else { return }
            let value = cursor.next()
            switch place {
            case .top: if !top(key, value, &cursor) { cursor.skip(value) }
            case .context:
                context(key, value, cursor.text)
                cursor.skip(value)
            case .properties:
                properties(key, value, cursor.text)
                cursor.skip(value)
            }
            if isRetryMark(key, place, cursor.text) {
                retryMarks.append(key.range.lowerBound - 1..<cursor.position)
            }
        }
    }

    private func isRetryMark(_ key: JSONToken, _ place: Place, _ text: [UInt8]) -> Bool {
        func named(_ name: StaticString) -> Bool {
            JSONEscape.isEqual(text, in: key.range, to: name)
        }
        return switch place {
        case .top: named("sentAt") || named("retryCount") || named("_metadata")
        case .context: named("sentAt") || named("retryCount")
        case .properties: false
        }
    }

    /// Takes one member of the event; true where the value has been read to its end.
    private mutating func top(
        _ key: JSONToken, _ value: JSONToken, _ cursor: inout JSONCursor
    ) -> Bool {
        let text = cursor.text
        func named(_ name: StaticString) -> Bool {
            JSONEscape.isEqual(text, in: key.range, to: name)
        }
        let scalar = value.isScalar ? JSONScalar(token: value) : nil
        switch true {
        case named("type"): type = scalar
        case named("event"): event = scalar
        case named("name"): name = scalar
        case named("messageId"): messageID = scalar
        case named("userId"): userID = scalar
        case named("anonymousId"): anonymousID = scalar
        case named("timestamp"): timestamp = scalar
        case named("originalTimestamp"): originalTimestamp = scalar
        case named("stage"): stage = scalar
        case named("context"):
            (contextStage, sessionID, contextActor) = (nil, nil, nil)
            guard value.kind == .objectStart else { return false }
            read(&cursor, .context)
            return true
        case named("properties"):
            (propertiesStage, revenue, total, currency, nps) = (nil, nil, nil, nil, nil)
            propertiesActor = nil
            guard value.kind == .objectStart else { return false }
            read(&cursor, .properties)
            return true
        default: break
        }
        return false
    }

    private mutating func context(_ key: JSONToken, _ value: JSONToken, _ text: [UInt8]) {
        let scalar = value.isScalar ? JSONScalar(token: value) : nil
        if JSONEscape.isEqual(text, in: key.range, to: "stage") { contextStage = scalar }
        if JSONEscape.isEqual(text, in: key.range, to: "sessionId") { sessionID = scalar }
        if JSONEscape.isEqual(text, in: key.range, to: "actor") { contextActor = scalar }
    }

    private mutating func properties(_ key: JSONToken, _ value: JSONToken, _ text: [UInt8]) {
        func named(_ name: StaticString) -> Bool {
            JSONEscape.isEqual(text, in: key.range, to: name)
        }
        let scalar = value.isScalar ? JSONScalar(token: value) : nil
        switch true {
        case named("stage"): propertiesStage = scalar
        case named("revenue"): revenue = scalar
        case named("total"): total = scalar
        case named("currency"): currency = scalar
        case named("nps"): nps = scalar
        case named("actor"): propertiesActor = scalar
        default: break
        }
    }

    /// The text without `sentAt` and retry marks: equal for two sendings of one event.
    ///
    /// Marks may come or go with their comma, so commas next to a mark are left out too.
    public func comparable(_ text: [UInt8]) -> [UInt8] {
        guard !retryMarks.isEmpty else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var index = 0
        for mark in retryMarks {
            out.append(contentsOf: text[index..<mark.lowerBound])
            index = mark.upperBound
            // A member leaves with one comma: the one behind it, else the one before it.
            if index < text.count, text[index] == UInt8(ascii: ",") {
                index += 1
            } else if out.last == UInt8(ascii: ",") {
                out.removeLast()
            }
        }
        out.append(contentsOf: text[index...])
        return out
    }
}

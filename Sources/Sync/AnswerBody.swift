internal import Events

/// The members of a collector's answer, not yet held against anything.
public struct AnswerBody: Sendable {
    var status: Int64?
    var device = ""
    var stream = ""
    var epoch: Int64?
    var nonce = ""
    var digest = ""
    var reason = ""
    var dictionary = ""
    var held: [SequenceRange] = []
    var conflicting: [SequenceRange] = []
    var refused: [Receipt.Refusal] = []
    var count: Int64?
    var tombstoneCount: Int64?
    /// What the collector's clock showed between request and answer, in Unix milliseconds; nil
    /// where it does not say.
    public private(set) var timeMilliseconds: Int64?

    /// Reads one JSON object; nil for anything else, or where a list is malformed.
    public init?(_ body: [UInt8]) {
        do throws(JSONError) {
            try JSONCheck.check(body, in: 0..<body.count)
        } catch {
            return nil
        }
        var cursor = JSONCursor(body)
        guard cursor.next().kind == .objectStart else { return nil }
        while true {
            let key = cursor.next()
            guard key.kind == .key else { return }
            guard take(key, &cursor) else { return nil }
        }
    }

    private mutating func take(_ key: JSONToken, _ cursor: inout JSONCursor) -> Bool {
        let text = cursor.text
        func named(_ name: StaticString) -> Bool {
            JSONEscape.isEqual(text, in: key.range, to: name)
        }
        let value = cursor.next()
        if named("ids") || named("conflict") {
            guard let ranges = Self.ranges(value, &cursor) else { return false }
            if named("ids") { held = ranges } else { conflicting = ranges }
            return true
        }
        if named("refused") {
            guard let refusals = Self.refusals(value, &cursor) else { return false }
            refused = refusals
            return true
        }
        defer { cursor.skip(value) }
        guard value.isScalar else { return true }
        let word = JSONScalar(token: value).string(in: text)
        if named("status") { status = Int64(word) }
        if named("device") { device = word }
        if named("stream") { stream = word }
        if named("epoch") { epoch = Int64(word) }
        if named("nonce") { nonce = word }
        if named("sha256") { digest = word }
        if named("reason") { reason = word }
        if named("dictionary") { dictionary = word }
        if named("count") { count = Int64(word) }
        if named("tombstones") { tombstoneCount = Int64(word) }
        if named("time") { timeMilliseconds = Int64(word) }
        return true
    }

    private static func ranges(
        _ first: JSONToken, _ cursor: inout JSONCursor
    ) -> [SequenceRange]? {
        guard first.kind == .arrayStart else { return nil }
        var ranges: [SequenceRange] = []
        while true {
            let token = cursor.next()
            if token.kind == .arrayEnd { return ranges }
            guard token.kind == .arrayStart, let low = number(cursor.next(), cursor.text),
                let high = number(cursor.next(), cursor.text), cursor.next().kind == .arrayEnd
            else { return nil }
            ranges.append(SequenceRange(low, high))
        }
    }

    private static func refusals(
        _ first: JSONToken, _ cursor: inout JSONCursor
    ) -> [Receipt.Refusal]? {
        guard first.kind == .arrayStart else { return nil }
        var refusals: [Receipt.Refusal] = []
        while true {
            let token = cursor.next()
            if token.kind == .arrayEnd { return refusals }
            guard token.kind == .objectStart else { return nil }
            var sequence: UInt32?
            var reason = ""
            while true {
                let key = cursor.next()
                guard key.kind == .key else { break }
                let value = cursor.next()
                if JSONEscape.isEqual(cursor.text, in: key.range, to: "id") {
                    sequence = number(value, cursor.text)
                } else if JSONEscape.isEqual(cursor.text, in: key.range, to: "reason") {
                    reason = JSONScalar(token: value).string(in: cursor.text)
                }
                cursor.skip(value)
            }
            guard let sequence else { return nil }
            refusals.append(Receipt.Refusal(sequence: sequence, reason: reason))
        }
    }

    private static func number(_ token: JSONToken, _ text: [UInt8]) -> UInt32? {
        guard token.kind == .number else { return nil }
        return UInt32(JSONScalar(token: token).string(in: text))
    }
}

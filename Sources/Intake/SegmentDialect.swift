public import Events

/// Why a whole request is refused with 400 and nothing of it stored.
public enum IntakeError: Error, Equatable, Sendable {
    /// The body is no JSON text.
    case notJSON(JSONError)
    /// The body is JSON, but no object.
    case notObject
    /// The body of `/v1/batch` has no array `batch`.
    case noBatch
    /// More than `Limits.requestEvents` events.
    case tooManyEvents
}

/// The Segment tracking API: what a request's body holds, told apart and not yet judged.
public struct SegmentDialect: Sendable {
    /// The events, in the producer's order.
    public private(set) var proposals: [Proposal] = []
    /// The body's `writeKey`, which SDKs send beside or instead of Basic authorization.
    public private(set) var writeKey: [UInt8]?

    /// Reads the body of `/v1/batch` (kind nil) or of a path that names one call.
    ///
    /// A single call's body is the event itself.
    public init(_ body: [UInt8], kind: Kind?) throws(IntakeError) {
        do throws(JSONError) {
            try JSONCheck.check(body, in: 0..<body.count)
        } catch {
            throw .notJSON(error)
        }
        var cursor = JSONCursor(body)
        let first = cursor.next()
        guard first.kind == .objectStart else { throw .notObject }
        if let kind {
            readSingle(&cursor, from: first.range.lowerBound, kind)
        } else {
            try readBatch(&cursor)
        }
    }

    private mutating func readSingle(_ cursor: inout JSONCursor, from start: Int, _ kind: Kind) {
        var levels = 1
        while true {
            let key = cursor.next()
            guard key.kind == .key else { break }
            let value = cursor.next()
            takeWriteKey(key, value, cursor.text)
            levels = max(levels, 1 + cursor.skip(value))
        }
        propose(start..<cursor.position, levels, kind)
    }

    private mutating func readBatch(_ cursor: inout JSONCursor) throws(IntakeError) {
        var isFound = false
        while true {
            let key = cursor.next()
            guard key.kind == .key else { break }
            let value = cursor.next()
            takeWriteKey(key, value, cursor.text)
            guard JSONEscape.isEqual(cursor.text, in: key.range, to: "batch") else {
                cursor.skip(value)
                continue
            }
            // Of duplicate names the last counts.
            proposals.removeAll(keepingCapacity: true)
            isFound = value.kind == .arrayStart
            guard isFound else {
                cursor.skip(value)
                continue
            }
            try readElements(&cursor)
        }
        guard isFound else { throw .noBatch }
    }

    private mutating func readElements(_ cursor: inout JSONCursor) throws(IntakeError) {
        while true {
            let element = cursor.next()
            guard element.kind != .arrayEnd, element.kind != .end else { return }
            guard proposals.count < Limits.requestEvents else { throw .tooManyEvents }
            let isString = element.kind == .string
            let start = element.range.lowerBound - (isString ? 1 : 0)
            let levels = cursor.skip(element)
            propose(start..<cursor.position, levels, nil)
        }
    }

    private mutating func propose(_ range: Range<Int>, _ levels: Int, _ kind: Kind?) {
        var proposal = Proposal(range: range, kind: kind)
        if range.count > Limits.eventBytes {
            proposal.fault = .tooBig
        } else if levels > Limits.eventLevels {
            proposal.fault = .tooDeep
        }
        proposals.append(proposal)
    }

    private mutating func takeWriteKey(_ key: JSONToken, _ value: JSONToken, _ text: [UInt8]) {
        guard value.kind == .string, JSONEscape.isEqual(text, in: key.range, to: "writeKey") else {
            return
        }
        writeKey = JSONEscape.decode(text, in: value.range)
    }
}

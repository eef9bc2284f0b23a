/// Who is in front of a device: what a visit counts as.
public enum Actor: UInt8, CaseIterable, Sendable {
    case shopper = 0
    case staff = 1
    case test = 2

    /// The word that means this actor in JSON, configuration and commands.
    public var word: String {
        switch self {
        case .shopper: "shopper"
        case .staff: "staff"
        case .test: "test"
        }
    }

    /// The actor that a word means; nil for any other word.
    public init?(word: String) {
        guard let actor = Actor.allCases.first(where: { $0.word == word }) else { return nil }
        self = actor
    }
}

/// What the agent adds to an event's text: its last member, `footfall`, an object.
///
/// Each event that an agent stores ends with one, so that what a producer calls `footfall` is never
/// taken for it. `{}` is that of a shopper's event outside of visits, without identity.
public struct EventEnvelope: Equatable, Sendable {
    /// The visit's number: epoch << 32 | sequence of the event that opened it; 0 for none.
    public var visit: UInt64 = 0
    /// What the visit counts as.
    public var actor = Actor.shopper
    /// Whether whom the event names was there before, and its producer was told of no change.
    public var isStale = false
    /// Who it was, sealed to the collector: text of `A-Z a-z 0-9 - _`; empty for nobody.
    public var sealed: [UInt8] = []
    /// The id that `sealed` is bound to, `<stream>-<epoch>-<sequence>`, where the event has another
    /// one by now; else empty.
    public var origin: [UInt8] = []

    /// An envelope that says nothing.
    public init() {}

    /// Puts the envelope at the end of an event's canonical text, which must be one object.
    public func append(to body: inout [UInt8]) {
        guard body.last == UInt8(ascii: "}") else { return }
        body.removeLast()
        body.append(body.count > 1 ? ",\"footfall\":{" : "\"footfall\":{")
        let start = body.count
        func member(_ name: StaticString) {
            if body.count > start { body.append(UInt8(ascii: ",")) }
            body.append(name)
        }
        if visit > 0 {
            member("\"visit\":")
            body.append(contentsOf: Array(visit.description.utf8))
        }
        switch actor {
        case .shopper: break
        case .staff: member("\"actor\":\"staff\"")
        case .test: member("\"actor\":\"test\"")
        }
        if isStale { member("\"stale\":true") }
        if !sealed.isEmpty {
            member("\"sealed\":\"")
            body += sealed
            body.append(UInt8(ascii: "\""))
        }
        if !origin.isEmpty {
            member("\"origin\":\"")
            body += origin
            body.append(UInt8(ascii: "\""))
        }
        body.append("}}")
    }

    /// Takes the envelope off an event's text; nil, and the text as it is, where there is none.
    ///
    /// - Parameter body: canonical text of one object that has passed `JSONCheck`.
    public static func remove(from body: inout [UInt8]) -> EventEnvelope? {
        guard let (member, value) = last(of: body) else { return nil }
        var envelope = EventEnvelope()
        envelope.read(body, in: value)
        body.removeSubrange(member)
        return envelope
    }

    /// Where the last member stands, with the comma before it, and its value, if it is `footfall`.
    private static func last(of body: [UInt8]) -> (member: Range<Int>, value: Range<Int>)? {
        var cursor = JSONCursor(body)
        guard cursor.next().kind == .objectStart else { return nil }
        var found: (member: Range<Int>, value: Range<Int>)?
        while true {
            let key = cursor.next()
            guard key.kind == .key else { return found }
            let start = cursor.position
            let value = cursor.next()
            cursor.skip(value)
            found = nil
            guard value.kind == .objectStart,
                JSONEscape.isEqual(body, in: key.range, to: "footfall")
            else { continue }
            // The quotation mark, and the comma unless it is the only member.
            let before = key.range.lowerBound - (key.range.lowerBound > 2 ? 2 : 1)
            found = (before..<cursor.position, start..<cursor.position)
        }
    }

    private mutating func read(_ body: [UInt8], in range: Range<Int>) {
        var cursor = JSONCursor(body, in: range)
        guard cursor.next().kind == .objectStart else { return }
        while true {
            let key = cursor.next()
            guard key.kind == .key else { return }
            let value = cursor.next()
            cursor.skip(value)
            guard value.isScalar else { continue }
            let text = Array(body[value.range])
            func named(_ name: StaticString) -> Bool {
                JSONEscape.isEqual(body, in: key.range, to: name)
            }
            if named("visit") {
                visit = UInt64(String(decoding: text, as: UTF8.self)) ?? 0
            } else if named("actor") {
                actor = Actor(word: String(decoding: text, as: UTF8.self)) ?? .shopper
            } else if named("stale") {
                isStale = value.kind == .true
            } else if named("sealed") {
                sealed = text
            } else if named("origin") {
                origin = text
            }
        }
    }
}

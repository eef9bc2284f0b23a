public import Events

/// One value of an event that says who somebody is.
public struct IdentityClaim: Sendable {
    /// What kind of identity it is.
    public var type: IdentityType
    /// Where its raw value stands, in the text that was rewritten.
    public var value: JSONScalar
}

/// An event as it may be kept.
public struct GuardedEvent: Sendable {
    /// Its canonical text; in the place of each identity stands a marker such as `[email]`.
    public internal(set) var body: [UInt8] = []
    /// The identities, in the order of their markers; those beyond `claimsMost` are left out.
    public internal(set) var claims: [IdentityClaim] = []
    /// What the text guard found, in the text's order.
    public internal(set) var found: [FoundKind] = []
    /// Whether the shopper allowed advertising.
    public internal(set) var hasAdvertisingConsent = false

    /// One of which nothing may be kept.
    public init() {}

    /// No event of a well-meaning producer has so many.
    public static let claimsMost = 64
}

/// Rewrites an event so that no identity in its known places reaches a file, a log or the wire.
///
/// The known places, and what they are known by, are on the module's page. A value there that is an
/// array or an object is covered whole: every string and number inside is replaced. All other
/// strings, numbers and names go through a `TextGuard`.
public struct IdentityGuard: Sendable {
    private let textGuard: TextGuard?

    /// Makes a guard; without one for texts, only the known places are guarded.
    public init(_ textGuard: TextGuard? = TextGuard()) { self.textGuard = textGuard }

    /// What a marker calls a kind, without its brackets; empty without a guard for texts.
    public func name(of kind: FoundKind) -> [UInt8] { textGuard?.name(of: kind) ?? [] }

    /// The value in `range`, identity replaced.
    ///
    /// - Parameters:
    ///   - text: has passed `JSONCheck`.
    ///   - range: one value of it, nested however deep.
    public func rewrite(_ text: [UInt8], in range: Range<Int>) -> GuardedEvent {
        var cursor = JSONCursor(text, in: range)
        var edits = TokenEdits(text, in: range)
        var places = KnownPlaces(isPlain: edits.isPlain)
        var guarded = GuardedEvent()
        var name = range.lowerBound..<range.lowerBound
        while true {
            let start = cursor.position
            let token = cursor.next()
            edits.see(token, from: start, to: cursor.position)
            if token.kind == .end { break }
            guard let type = places.take(token, of: text), !token.range.isEmpty else {
                if token.kind == .key { name = token.range }
                look(at: token, of: text, named: name, &edits, &guarded)
                continue
            }
            if guarded.claims.count < GuardedEvent.claimsMost {
                guarded.claims.append(IdentityClaim(type: type, value: JSONScalar(token: token)))
            }
            edits.replace(token, with: Self.marker(type))
        }
        guarded.body = edits.applied()
        guarded.hasAdvertisingConsent = places.hasAdvertisingConsent
        return guarded
    }

    /// Puts markers in place of what is found in a token.
    private func look(
        at token: JSONToken, of text: [UInt8], named name: Range<Int>, _ edits: inout TokenEdits,
        _ guarded: inout GuardedEvent
    ) {
        guard let textGuard else { return }
        switch token.kind {
        case .key, .string:
            // What a name says of its value does not hold of the name.
            let found =
                token.kind == .key
                ? textGuard.rewrite(text, in: token.range)
                : textGuard.rewrite(text, in: token.range, named: name)
            guard let found else { return }
            guarded.found += found.kinds
            edits.replace(token, with: found.bytes)
        case .number:
            guard let kind = textGuard.kind(ofNumber: text, in: token.range, named: name) else {
                return
            }
            guarded.found.append(kind)
            edits.replace(token, with: [UInt8(ascii: "[")] + textGuard.name(of: kind) + [93])
        default: break
        }
    }

    /// The text with what was learnt of its identities put where the markers are.
    ///
    /// - Parameters:
    ///   - body: the `body` of a guarded event.
    ///   - names: one for each of its claims, in their order; where one is empty, or there are no
    ///     more, the marker stays.
    public static func restore(_ body: [UInt8], _ names: [[UInt8]]) -> [UInt8] {
        var cursor = JSONCursor(body)
        var writer = JSONWriter(capacity: body.count + 64 * names.count)
        var places = KnownPlaces()
        var index = 0
        while true {
            let token = cursor.next()
            if token.kind == .end { return writer.bytes }
            guard places.take(token, of: body) != nil, !token.range.isEmpty, index < names.count
            else {
                writer.copy(token, of: body)
                continue
            }
            if names[index].isEmpty {
                writer.copy(token, of: body)
            } else {
                writer.string(names[index])
            }
            index += 1
        }
    }

    /// What stands in the place of a user id whose key was not kept.
    public static let userMarker = marker(.user)

    /// What stands in the place of an identity.
    static func marker(_ type: IdentityType) -> [UInt8] {
        var marker = [UInt8(ascii: "[")]
        marker.append(type.word)
        marker.append(UInt8(ascii: "]"))
        return marker
    }
}

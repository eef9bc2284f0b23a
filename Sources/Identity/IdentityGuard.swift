internal import Events

/// Rewrites an event so that no identity in its known places reaches a file, a log or the wire.
///
/// The known places are the members `email`, `phone`, `userId` and `previousId` at top level, in
/// `traits`, in `context.traits` and in `properties`. A value that is an array or an object is
/// covered whole: every string and number inside is replaced. What is not covered yet is listed in
/// the README.
public struct IdentityGuard: Sendable {
    private let key: IdentityKey

    /// Hashes under `key`.
    public init(key: IdentityKey) { self.key = key }

    // Where a container stands: it decides which of its members are identity.
    private enum Place {
        case top, traits, context, properties, elsewhere
        case covered(IdentityType)

        var isKnown: Bool {
            switch self {
            case .top, .traits, .properties: true
            case .context, .elsewhere, .covered: false
            }
        }
    }

    /// The canonical text of the value in `range`, identity replaced.
    ///
    /// - Parameters:
    ///   - text: has passed `JSONCheck`.
    ///   - range: one value of it, nested however deep.
    public func rewrite(_ text: [UInt8], in range: Range<Int>) -> [UInt8] {
        var hasIdentity = false
        return rewrite(text, in: range, hasIdentity: &hasIdentity)
    }

    /// The same; `hasIdentity` is set where something was replaced, and else left as it is.
    public func rewrite(
        _ text: [UInt8], in range: Range<Int>, hasIdentity: inout Bool
    ) -> [UInt8] {
        var cursor = JSONCursor(text, in: range)
        var writer = JSONWriter(capacity: range.count + 64)
        var places: [Place] = []
        var next = Place.top
        while true {
            let token = cursor.next()
            switch token.kind {
            case .end: return writer.bytes
            case .key:
                next = place(of: token, in: places.last ?? .elsewhere, text)
                writer.copy(token, of: text)
            case .objectStart, .arrayStart:
                places.append(entered(next, token.kind))
                writer.copy(token, of: text)
                next = inside(places.last ?? .elsewhere)
            case .objectEnd, .arrayEnd:
                if !places.isEmpty { places.removeLast() }
                writer.copy(token, of: text)
                next = inside(places.last ?? .elsewhere)
            case .string, .number:
                if case .covered(let type) = next {
                    hasIdentity = true
                    let value = JSONScalar(token: token).bytes(in: text)
                    writer.string(key.pseudonym(type, of: value))
                } else {
                    writer.copy(token, of: text)
                }
            case .true, .false, .null: writer.copy(token, of: text)
            }
        }
    }

    /// What a container is, given what its key (or the lack of one) promised.
    private func entered(_ promised: Place, _ kind: JSONToken.Kind) -> Place {
        if case .covered = promised { return promised }
        // An array of traits or of properties holds no members of a known place.
        return kind == .objectStart ? promised : .elsewhere
    }

    /// What an element without a key is: covered like its array, or nowhere in particular.
    private func inside(_ place: Place) -> Place {
        if case .covered = place { return place }
        return .elsewhere
    }

    private func place(of key: JSONToken, in place: Place, _ text: [UInt8]) -> Place {
        func named(_ name: StaticString) -> Bool {
            JSONEscape.isEqual(text, in: key.range, to: name)
        }
        if case .covered = place { return place }
        if place.isKnown {
            if named("email") { return .covered(.email) }
            if named("phone") { return .covered(.phone) }
            if named("userId") || named("previousId") { return .covered(.user) }
        }
        switch place {
        case .top:
            if named("traits") { return .traits }
            if named("context") { return .context }
            if named("properties") { return .properties }
            return .elsewhere
        case .context: return named("traits") ? .traits : .elsewhere
        case .traits, .properties, .elsewhere, .covered: return .elsewhere
        }
    }
}

internal import Events

/// Follows the tokens of an event and says which of its values are identity.
///
/// The agent and the collector follow the same text by the same rule, so that the claim of one
/// place finds back to it.
struct KnownPlaces {
    /// Where a container stands: it decides what the names of its members mean.
    enum Place: UInt8 {
        case top, traits, context, properties, address, external, consent, elsewhere

        /// Its bit in a name's places.
        var bit: UInt8 { self == .elsewhere ? 0 : 1 << rawValue }
    }

    /// What a name means, or a container is.
    enum Meaning: Equatable {
        case place(Place)
        /// Identity, whole: every string and number in it.
        case identity(IdentityType)
        /// Whether advertising is allowed.
        case advertising
    }

    private static let innermost = Meaning.place(.elsewhere)

    // Whether no name has an escape.
    private let isPlain: Bool

    private var open: [Meaning] = []
    private var next = Meaning.place(.top)
    private var isGranted = false
    private var isDenied = false

    /// Begins before the first token.
    ///
    /// - Parameter isPlain: whether the text is known to have no escape.
    init(isPlain: Bool = false) { self.isPlain = isPlain }

    /// Whether the shopper allowed advertising; one no outweighs every yes.
    var hasAdvertisingConsent: Bool { isGranted && !isDenied }

    /// Takes the next token; what it is, where it is a value that is identity.
    mutating func take(_ token: JSONToken, of text: [UInt8]) -> IdentityType? {
        switch token.kind {
        case .key:
            next = meaning(of: token, in: open.last ?? Self.innermost, text)
        case .objectStart, .arrayStart:
            open.append(entered(next, token.kind))
            next = inside
        case .objectEnd, .arrayEnd:
            if !open.isEmpty { open.removeLast() }
            next = inside
        case .string, .number, .true, .false, .null:
            let meant = next
            next = inside
            switch meant {
            case .identity(let type): return token.kind.isText ? type : nil
            case .advertising: heed(token, text)
            case .place(.address):
                // An address in one piece.
                return token.kind.isText ? .street : nil
            case .place: break
            }
        case .end: break
        }
        return nil
    }

    /// What a container is, given what its key (or the lack of one) promised.
    private func entered(_ promised: Meaning, _ kind: JSONToken.Kind) -> Meaning {
        switch promised {
        case .identity: promised
        case .advertising: Self.innermost
        case .place(.external): promised
        // An array of traits or of properties holds no members of a known place.
        case .place: kind == .objectStart ? promised : Self.innermost
        }
    }

    /// What an element without a key is: covered like its array, or nowhere in particular.
    private var inside: Meaning {
        switch open.last ?? Self.innermost {
        case .identity(let type): .identity(type)
        // The ids stand in objects in an array.
        case .place(.external): .place(.external)
        case .place, .advertising: Self.innermost
        }
    }

    private func meaning(of key: JSONToken, in container: Meaning, _ text: [UInt8]) -> Meaning {
        switch container {
        case .identity: return container
        case .advertising: return Self.innermost
        case .place(let place):
            guard place != .elsewhere else { return container }
            if !isPlain || KnownNames.shared.mayKnow(text, key.range),
                let meaning = KnownNames.shared.meaning(of: text, in: key.range, place)
            {
                return meaning
            }
            // What else an address says is part of it.
            return place == .address ? .identity(.street) : Self.innermost
        }
    }

    /// Google's consent mode says `granted` and `denied` where others say `true` and `false`.
    private mutating func heed(_ token: JSONToken, _ text: [UInt8]) {
        switch token.kind {
        case .true: isGranted = true
        case .false, .null: isDenied = true
        case .string:
            if JSONEscape.isEqual(text, in: token.range, to: "granted") {
                isGranted = true
            } else {
                isDenied = true
            }
        default: isDenied = true
        }
    }
}

extension JSONToken.Kind {
    fileprivate var isText: Bool { self == .string || self == .number }
}

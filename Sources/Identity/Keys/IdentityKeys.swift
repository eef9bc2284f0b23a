internal import Events

/// A rule by which a key is made: who takes such keys, and how the value is normalised.
public enum KeyRule: UInt8, Sendable {
    /// The tenant's own, keyed: HMAC-SHA-256, normaliser version 2.
    case graph = 1
    /// Meta's SDK.
    case metaSDK
    /// Meta's, of E.164's digits without the plus.
    case metaE164
    /// MD5 that a producer made, which Meta's SDK passes on: 16 bytes and zeros.
    case metaMD5
    /// Google's: at gmail.com and googlemail.com no points before the `@`.
    case google1
    /// Google's newer one: there no suffix behind `+` either, and nowhere white space.
    case google2
    /// SHA-256 that a producer made, for Google.
    case googleAsSent
    /// UID2's.
    case uid2
    /// SHA-256 that a producer made, for UID2.
    case uid2AsSent

    /// The name that programs read.
    public var word: StaticString {
        switch self {
        case .graph: "graph_n2"
        case .metaSDK, .metaMD5: "meta_sdk"
        case .metaE164: "meta_e164"
        case .google1: "google_v1"
        case .google2: "google_v2"
        case .googleAsSent: "google_as_sent"
        case .uid2: "uid2_v1"
        case .uid2AsSent: "uid2_as_sent"
        }
    }

    /// Who takes the key.
    public var platform: KeyPlatform {
        switch self {
        case .graph: .graph
        case .metaSDK, .metaE164, .metaMD5: .meta
        case .google1, .google2, .googleAsSent: .google
        case .uid2, .uid2AsSent: .uid2
        }
    }
}

/// Who takes keys.
public enum KeyPlatform: UInt8, Sendable {
    case graph, meta, google, uid2

    /// The name that programs read.
    public var word: StaticString {
        switch self {
        case .graph: "graph"
        case .meta: "meta"
        case .google: "google"
        case .uid2: "uid2"
        }
    }
}

/// A key: a digest, and the rule that it was made by.
public struct IdentityMatchKey: Sendable {
    /// By which rule it was made.
    public var rule: KeyRule
    /// The digest's bytes.
    public var digest: InlineArray<32, UInt8>

    /// The key as its platform reads it: base64 for UID2, the pseudonym for the graph, else
    /// lower-case hexadecimal.
    ///
    /// - Parameter type: what ``IdentityKeys/type`` says.
    public func text(_ type: IdentityType) -> [UInt8] {
        if rule == .graph { return IdentityKey.text(type, normaliser: "2", of: digest) }
        var bytes: [UInt8] = []
        for index in 0..<(rule == .metaMD5 ? 16 : 32) { bytes.append(digest[index]) }
        return rule.platform == .uid2 ? Base64.text(bytes) : Array(Hexadecimal.text(bytes).utf8)
    }
}

/// What became of one value: for each platform that knows its type, keys or why there are none.
public struct IdentityKeys: Sendable {
    /// What the value turned out to be: the type asked for, or that of a hash.
    public internal(set) var type: IdentityType
    /// How many keys there are.
    public private(set) var count = 0
    // Six at most: one for the graph, two each for Meta and Google, one for UID2.
    private var keys = InlineArray<6, IdentityMatchKey>(
        repeating: IdentityMatchKey(
            rule: .graph, digest: InlineArray<32, UInt8>(repeating: 0)))
    private var refusals = InlineArray<4, UInt8>(repeating: .max)

    init(_ type: IdentityType) { self.type = type }

    /// The keys, those of a platform next to each other.
    public subscript(index: Int) -> IdentityMatchKey {
        precondition(index >= 0 && index < count)
        return keys[index]
    }

    /// Why a platform has no key; nil where it has one, or does not know the type.
    public func refusal(of platform: KeyPlatform) -> Refusal? {
        Refusal(rawValue: refusals[Int(platform.rawValue)])
    }

    /// Why there is no key at all; nil where there is one.
    public var refusal: Refusal? { count == 0 ? refusal(of: .graph) : nil }

    /// Appends how many keys follow, and the first so many, each behind its rule.
    func append(to bytes: inout [UInt8], _ count: Int) {
        bytes.append(UInt8(count))
        for index in 0..<count {
            bytes.append(keys[index].rule.rawValue)
            bytes.append(keys[index].digest.span)
        }
    }

    mutating func add(_ rule: KeyRule, _ digest: InlineArray<32, UInt8>) {
        keys[count] = IdentityMatchKey(rule: rule, digest: digest)
        count += 1
    }

    mutating func refuse(_ platform: KeyPlatform, _ reason: Refusal) {
        refusals[Int(platform.rawValue)] = reason.rawValue
    }
}

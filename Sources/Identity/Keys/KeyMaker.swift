/// Makes all keys of a raw value at once, in memory that is wiped before it returns.
public struct KeyMaker: Sendable {
    /// The longest value, in bytes, that is normalised; a user id, which is not, has no limit.
    public static let valueBytesMost = 1024

    private let key: IdentityKey
    private let region: Region?

    /// Makes keys under the tenant's key.
    ///
    /// - Parameter region: where telephone numbers without a calling code belong; nil refuses them.
    public init(key: IdentityKey, region: Region?) {
        self.key = key
        self.region = region
    }

    /// The keys of one value.
    ///
    /// - Parameters:
    ///   - raw: as the producer wrote it, in UTF-8.
    ///   - withAdvertising: whether the keys of Meta, Google and UID2 are made too: consent is the
    ///     caller's to know.
    ///   - digests: the calling thread's.
    public func keys(
        of raw: Span<UInt8>, _ type: IdentityType, withAdvertising: Bool, by digests: DigestContext
    ) -> IdentityKeys {
        let isNormalised = type != .user
        let isToken = type == .loyalty || type == .card
        var work = Work(
            key: key, digests: digests, hasAdvertising: withAdvertising, keys: IdentityKeys(type))
        guard raw.count <= KeyMaker.valueBytesMost else {
            if isNormalised { work.refuseAll(.tooLong) } else { work.addGraph(raw) }
            return work.keys
        }
        // Lower case takes half as much again at most.
        var text = RawText(capacity: raw.count / 2 * 3 + 4)
        guard text.appendLowerCase(of: raw) else {
            work.refuseAll(.encoding)
            return work.keys
        }
        if text.count == 0 {
            work.refuseAll(.empty)
        } else if text.read({ BlockedValues.has($0) }) {
            work.refuseAll(.blocked)
        } else if !isNormalised {
            work.addGraph(raw)
        } else if !isToken, let hash = text.read({ PresentedHash($0, type) }) {
            work.addPresented(hash, text)
        } else {
            switch type {
            case .email: work.addEmail(text)
            case .phone: work.addPhone(text, region)
            default: work.addText(text)
            }
        }
        return work.keys
    }
}

/// One value on its way to its keys.
struct Work {
    let key: IdentityKey
    let digests: DigestContext
    let hasAdvertising: Bool
    var keys: IdentityKeys

    /// Whether a platform's keys are wanted, and it knows the type.
    func wants(_ platform: KeyPlatform) -> Bool {
        let (platforms, type) = (Work.platforms, Int(keys.type.rawValue))
        return platform == .graph
            || hasAdvertising && type < platforms.count
                && platforms[type] & 1 << platform.rawValue != 0
    }

    // By type: 2 for Meta, 4 for Google, 8 for UID2.
    private static let platforms: InlineArray<14, UInt8> = [
        14, 14, 0, 0, 0, 6, 6, 4, 2, 2, 2, 2, 2, 2,
    ]

    mutating func addGraph(_ text: Span<UInt8>) {
        keys.add(.graph, digests.authenticate(keys.type.word, text, under: key))
    }

    mutating func add(_ rule: KeyRule, _ text: Span<UInt8>) {
        if text.count == 0 {
            refuse(rule.platform, .empty)
        } else {
            keys.add(rule, digests.sha256(text))
        }
    }

    mutating func refuse(_ platform: KeyPlatform, _ reason: Refusal) {
        if wants(platform) { keys.refuse(platform, reason) }
    }

    mutating func refuseAll(_ reason: Refusal) {
        refuse(.graph, reason)
        refuse(.meta, reason)
        refuse(.google, reason)
        refuse(.uid2, reason)
    }

    /// A hash goes on as it is, to those who take its kind.
    mutating func addPresented(_ hash: PresentedHash, _ text: borrowing RawText) {
        let digest = text.read { PresentedHash.bytes($0) }
        let type = keys.type
        keys.type = hash.type(of: type)
        text.read { addGraph($0) }
        let presented = keys.type
        keys.type = type
        if wants(.meta) {
            switch hash {
            case .sha256: keys.add(.metaSDK, digest)
            case .md5: keys.add(.metaMD5, digest)
            case .sha1: refuse(.meta, .hash)
            }
        }
        if hash == .sha256 {
            if wants(.google) { keys.add(.googleAsSent, digest) }
            if wants(.uid2) { keys.add(.uid2AsSent, digest) }
        } else {
            refuse(.google, .hash)
            refuse(.uid2, .hash)
        }
        keys.type = presented
    }
}

@testable import Identity

/// One value's keys as texts, by platform and rule.
struct Keys {
    private let keys: IdentityKeys

    init(_ bytes: [UInt8], _ type: IdentityType, region: String = "", withAdvertising: Bool = true)
    {
        guard let key = IdentityKey(Reference.key) else { preconditionFailure("32 bytes") }
        keys = KeyMaker(key: key, region: Region(Array(region.utf8).span)).keys(
            of: bytes.span, type, withAdvertising: withAdvertising, by: DigestContext())
    }

    init(_ text: String, _ type: IdentityType, region: String = "", withAdvertising: Bool = true) {
        self.init(
            Array(text.utf8), type, region: region, withAdvertising: withAdvertising)
    }

    var type: IdentityType { keys.type }

    /// Why there is no key at all; empty where there is one.
    var refusal: String { keys.refusal?.word.description ?? "" }

    /// Every rule that there is a key of.
    var rules: [String] { (0..<keys.count).map { keys[$0].rule.word.description } }

    /// A rule's key as its platform reads it; of a platform that refuses, `refused:` and why.
    subscript(rule: KeyRule) -> String {
        for index in 0..<keys.count where keys[index].rule == rule {
            return String(decoding: keys[index].text(keys.type), as: UTF8.self)
        }
        return keys.refusal(of: rule.platform).map { "refused:" + $0.word.description } ?? "none"
    }
}

extension Reference {
    static func hexadecimal(_ text: String) -> String {
        sha256(Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// The graph's key of a value that is normalised already.
    static func graph(_ type: IdentityType, _ value: String) -> String {
        pseudonym(type.word.description, value).replacing(":n1:", with: ":n2:")
    }
}

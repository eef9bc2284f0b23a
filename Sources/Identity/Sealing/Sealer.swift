public import Events

/// The id of the event that something sealed belongs to.
public struct SealedID: Equatable, Sendable {
    /// The device's name.
    public var device: String
    /// The event's stream.
    public var stream: StreamID
    /// The event's epoch.
    public var epoch: UInt32
    /// The event's number.
    public var sequence: UInt32

    /// Makes an id of its parts.
    public init(device: String, stream: StreamID, epoch: UInt32, sequence: UInt32) {
        self.device = device
        self.stream = stream
        self.epoch = epoch
        self.sequence = sequence
    }

    /// What is authenticated beside the head: the parts, each of fixed width but the last.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24 + device.utf8.count)
        BigEndian.append(stream.high, to: &bytes)
        BigEndian.append(stream.low, to: &bytes)
        BigEndian.append(UInt64(epoch) << 32 | UInt64(sequence), to: &bytes)
        bytes.append(device.utf8.span)
        return bytes
    }
}

/// Seals to the collector, under one key for each visit.
///
/// The private half of a visit's key pair is used once, to make that key, and forgotten; what was
/// sealed can be opened by the collector alone, and by this process while the visit lasts. On one
/// thread at a time.
public final class Sealer {
    /// Version, key's name, ephemeral public key, counter.
    static let headBytes = 1 + 8 + 32 + 4
    static let version: UInt8 = 1

    private let recipient: CollectorKey
    // From it every key pair is drawn; it moves on with each, so that none can be drawn again.
    private var seed: [UInt8]
    private var cipher: SealCipher?
    private var head: [UInt8] = []
    private var counter: UInt32 = 0

    /// Seals to `recipient`.
    ///
    /// - Parameter seed: 32 random bytes.
    public init(to recipient: CollectorKey, seed: [UInt8]) {
        self.recipient = recipient
        self.seed = seed
    }

    deinit { KeyAgreement.wipe(&seed) }

    /// The next seal is under a key of its own, and so are those after it.
    public func beginVisit() { cipher = nil }

    /// The text of what only the collector can read; nil where libcrypto fails.
    public func seal(_ plaintext: [UInt8], for id: SealedID) -> [UInt8]? {
        if counter == .max { cipher = nil }
        if cipher == nil { cipher = agree() }
        guard let cipher else { return nil }
        var sealed: [UInt8] = []
        sealed.reserveCapacity(Self.headBytes + plaintext.count + SealCipher.tagBytes)
        sealed += head
        BigEndian.append(counter, to: &sealed)
        guard cipher.seal(plaintext, counter: counter, for: id.bytes, behind: &sealed) else {
            return nil
        }
        counter += 1
        return Base64.urlText(sealed)
    }

    private func agree() -> SealCipher? {
        var secret = Digest.authenticate([1], key: seed)
        seed = Digest.authenticate([2], key: seed)
        defer { KeyAgreement.wipe(&secret) }
        guard var agreed = KeyAgreement.agree(secret, with: recipient.bytes) else { return nil }
        defer { KeyAgreement.wipe(&agreed.shared) }
        guard
            let key = SealKey.derive(
                agreed.shared, ephemeral: agreed.publicKey, recipient: recipient.bytes)
        else { return nil }
        head = [Self.version]
        BigEndian.append(recipient.name, to: &head)
        head += agreed.publicKey
        counter = 0
        return SealCipher(key: key)
    }
}

/// How both sides make the key of a visit.
enum SealKey {
    private static let purpose = Array("footfall identity 1".utf8)

    /// HKDF over the shared secret; both public keys are the salt, so that the key is theirs alone.
    static func derive(
        _ shared: [UInt8], ephemeral: [UInt8], recipient: [UInt8]
    ) -> [UInt8]? {
        KeyAgreement.derive(from: shared, salt: ephemeral + recipient, info: purpose)
    }
}

/// Numbers, the highest byte first.
enum BigEndian {
    static func append<Number: FixedWidthInteger & UnsignedInteger>(
        _ number: Number, to bytes: inout [UInt8]
    ) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    static func read(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var number: UInt64 = 0
        for byte in bytes { number = number << 8 | UInt64(byte) }
        return number
    }
}

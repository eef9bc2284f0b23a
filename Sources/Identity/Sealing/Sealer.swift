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
        append(to: &bytes)
        return bytes
    }

    /// How many bytes that is.
    var byteCount: Int { 24 + device.utf8.count }

    /// Appends it.
    func append(to bytes: inout [UInt8]) {
        BigEndian.append(stream.high, to: &bytes)
        BigEndian.append(stream.low, to: &bytes)
        BigEndian.append(UInt64(epoch) << 32 | UInt64(sequence), to: &bytes)
        bytes.append(device.utf8.span)
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

    /// The visits whose keys are held: events that were kept back come among those of now.
    static let visitsMost = 8

    private struct VisitSeal {
        var visit: UInt64
        var cipher: SealCipher
        /// All of the head but the counter.
        var head: [UInt8]
        var counter: UInt32 = 0
    }

    private let recipient: CollectorKey
    // From it every key pair is drawn; it moves on with each, so that none can be drawn again.
    private var seed: [UInt8]
    // The one that was sealed for last is the last.
    private var visits: [VisitSeal] = []

    /// Seals to `recipient`.
    ///
    /// - Parameter seed: 32 random bytes.
    public init(to recipient: CollectorKey, seed: [UInt8]) {
        self.recipient = recipient
        self.seed = seed
    }

    deinit { KeyAgreement.wipe(&seed) }

    /// The text of what only the collector can read; nil where libcrypto fails.
    ///
    /// - Parameter visit: has a key of its own, unless eight others were sealed for since.
    public func seal(_ plaintext: [UInt8], for id: SealedID, visit: UInt64) -> [UInt8]? {
        guard isReady(for: visit) else { return nil }
        let last = visits.count - 1
        var sealed: [UInt8] = []
        sealed.reserveCapacity(
            Self.headBytes + max(id.byteCount, plaintext.count + SealCipher.tagBytes))
        sealed += visits[last].head
        let counter = visits[last].counter
        BigEndian.append(counter, to: &sealed)
        id.append(to: &sealed)
        guard
            visits[last].cipher.seal(
                plaintext, counter: counter, in: &sealed, keeping: Self.headBytes)
        else { return nil }
        visits[last].counter += 1
        return Base64.urlText(sealed)
    }

    /// Makes a visit the last of those that have keys; false where libcrypto fails.
    private func isReady(for visit: UInt64) -> Bool {
        if let last = visits.indices.last, visits[last].visit == visit,
            visits[last].counter < .max
        {
            return true
        }
        if let known = visits.firstIndex(where: { $0.visit == visit }) {
            let seal = visits.remove(at: known)
            if seal.counter < .max {
                visits.append(seal)
                return true
            }
        }
        guard let seal = agree(on: visit) else { return false }
        if visits.count == Self.visitsMost { visits.removeFirst() }
        visits.append(seal)
        return true
    }

    private func agree(on visit: UInt64) -> VisitSeal? {
        var secret = Digest.authenticate([1], key: seed)
        seed = Digest.authenticate([2], key: seed)
        defer { KeyAgreement.wipe(&secret) }
        guard var agreed = KeyAgreement.agree(secret, with: recipient.bytes) else { return nil }
        defer { KeyAgreement.wipe(&agreed.shared) }
        guard
            let key = SealKey.derive(
                agreed.shared, ephemeral: agreed.publicKey, recipient: recipient.bytes)
        else { return nil }
        var head = [Self.version]
        BigEndian.append(recipient.name, to: &head)
        head += agreed.publicKey
        return VisitSeal(visit: visit, cipher: SealCipher(key: key), head: head)
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

internal import CZlib
internal import Events

/// The 24 bytes at a block's beginning.
struct Frame {
    /// Bytes before everything else.
    static let byteCount = 24
    /// The largest length of what follows, stored or inflated.
    static let payloadBytesMax = 8 << 20
    /// The most events that a block can have.
    static let eventsMax = 8192
    /// The version that is written.
    static let version: UInt8 = 1

    private static let magic: [UInt8] = [0x46, 0x46, 0x42, 0x4B]
    private static let checksumOffset = 20
    private static let deflatedFlag: UInt8 = 1
    private static let dictionaryFlag: UInt8 = 2
    private static let nameBytes = 8

    var version: UInt8
    /// Whether what follows is one deflate stream, as in version 0 alone.
    var isDeflated: Bool
    /// Whether the name of a dictionary stands before the head, as in version 1 alone.
    var hasDictionary: Bool
    var storedBytes: Int
    /// What follows, inflated, in version 0; the events' texts together in version 1.
    var payloadBytes: Int
    var eventCount: Int

    init(
        version: UInt8 = version, isDeflated: Bool = false, hasDictionary: Bool = false,
        storedBytes: Int, payloadBytes: Int, eventCount: Int
    ) {
        self.version = version
        self.isDeflated = isDeflated
        self.hasDictionary = hasDictionary
        self.storedBytes = storedBytes
        self.payloadBytes = payloadBytes
        self.eventCount = eventCount
    }

    /// Whether bytes begin as a block does.
    static func begins(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    /// Reads and checks the frame of `block`, and its checksum over everything.
    init(of block: [UInt8]) throws(BlockError) {
        guard block.count >= Frame.byteCount else { throw .short }
        for index in 0..<4 where block[index] != Frame.magic[index] { throw .magic }
        version = block[4]
        guard version <= Frame.version else { throw .version(version) }
        let flags = version == 0 ? Frame.deflatedFlag : Frame.dictionaryFlag
        guard block[5] & ~flags == 0, block[6] == 0, block[7] == 0 else { throw .flags }
        isDeflated = block[5] & Frame.deflatedFlag != 0
        hasDictionary = block[5] & Frame.dictionaryFlag != 0
        let stored = Frame.word(block, at: 8)
        let inflated = Frame.word(block, at: 12)
        let count = Frame.word(block, at: 16)
        guard stored <= UInt32(Frame.payloadBytesMax), inflated <= UInt32(Frame.payloadBytesMax),
            count <= UInt32(Frame.eventsMax)
        else { throw .limit }
        storedBytes = Int(stored)
        payloadBytes = Int(inflated)
        eventCount = Int(count)
        guard block.count == Frame.byteCount + storedBytes,
            version > 0 || isDeflated || storedBytes == payloadBytes,
            !hasDictionary || (storedBytes >= Frame.nameBytes && eventCount > 0)
        else { throw .length }
        guard Frame.checksum(of: block) == Frame.word(block, at: Frame.checksumOffset) else {
            throw .checksum
        }
    }

    /// Where the head of a block of version 1 begins.
    var headOffset: Int { Frame.byteCount + (hasDictionary ? Frame.nameBytes : 0) }

    /// The name of the dictionary that `block` was written with; nil where it was with none.
    func dictionary(of block: [UInt8]) -> UInt64? {
        guard hasDictionary else { return nil }
        return block[Frame.byteCount..<headOffset].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The whole block: this frame, then `payload`, with the checksum over both.
    func block(around payload: [UInt8]) -> [UInt8] {
        var block: [UInt8] = []
        block.reserveCapacity(Frame.byteCount + payload.count)
        block += Frame.magic
        let flags =
            (isDeflated ? Frame.deflatedFlag : 0) | (hasDictionary ? Frame.dictionaryFlag : 0)
        block += [version, flags, 0, 0]
        Frame.append(UInt32(storedBytes), to: &block)
        Frame.append(UInt32(payloadBytes), to: &block)
        Frame.append(UInt32(eventCount), to: &block)
        Frame.append(0, to: &block)
        block += payload
        let checksum = Frame.checksum(of: block)
        for byte in 0..<4 {
            block[Frame.checksumOffset + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * byte))
        }
        return block
    }

    private static func checksum(of block: [UInt8]) -> UInt32 {
        unsafe block.withUnsafeBytes { bytes in
            guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
            let head = unsafe crc32(0, start, uInt(checksumOffset))
            return unsafe UInt32(
                truncatingIfNeeded: crc32(
                    head, start + byteCount, uInt(block.count - byteCount)))
        }
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8
            | UInt32(bytes[offset + 2]) << 16 | UInt32(bytes[offset + 3]) << 24
    }

    private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
        for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * byte))) }
    }
}

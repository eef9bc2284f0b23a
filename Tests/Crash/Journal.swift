internal import Ring
internal import Synchronization

/// What is known of one record that was read.
struct Taken: Equatable {
    let position: UInt64
    let count: Int
    let kind: UInt16
    let flags: RecordFlags
}

/// A reader's store, in memory that it shares with whoever steps it.
///
/// Two words: whether the reader is at work, and what is committed: how many records, and up to
/// where. Then for each record that was read two words, and its payload.
@safe struct Journal {
    /// What is stored, as one word: it changes in one instant, as a store's transaction does.
    struct Mark {
        var count: Int
        var position: UInt64

        init(count: Int, position: UInt64) { (self.count, self.position) = (count, position) }
        init(word: UInt64) { self.init(count: Int(word >> 48), position: word & (1 << 48 - 1)) }
        var word: UInt64 { UInt64(count) << 48 | position }
    }

    private static let headBytes = 16
    private static let entryBytes = 16

    private let start: UnsafeMutableRawPointer
    private let recordsMost: Int

    init(_ start: UnsafeMutableRawPointer, recordsMost: Int) {
        unsafe self.start = start
        self.recordsMost = recordsMost
    }

    static func bytes(recordsMost: Int) -> Int {
        headBytes + recordsMost * (entryBytes + stride)
    }

    /// From one payload to the next.
    private static let stride = Script.payloadMost

    // Acquire here and below: the child is stopped, and the kernel between us.
    var isAtWork: Bool { unsafe word(0).pointee.load(ordering: .acquiring) != 0 }
    var mark: Mark { Mark(word: unsafe word(8).pointee.load(ordering: .acquiring)) }

    // Sequentially consistent: no instruction of the reader leaves its marks.
    func set(isAtWork: Bool) {
        unsafe word(0).pointee.store(isAtWork ? 1 : 0, ordering: .sequentiallyConsistent)
    }

    func commit(_ mark: Mark) {
        unsafe word(8).pointee.store(mark.word, ordering: .sequentiallyConsistent)
    }

    /// Writes a record down, without saying so; false where there are more than can be.
    func write(_ taken: Taken, _ payload: [UInt8], as number: Int) -> Bool {
        guard number < recordsMost, payload.count <= Journal.stride else { return false }
        let place = Journal.headBytes + number * Journal.entryBytes
        unsafe start.storeBytes(of: taken.position, toByteOffset: place, as: UInt64.self)
        unsafe start.storeBytes(
            of: UInt64(taken.count) | UInt64(taken.kind) << 32 | UInt64(taken.flags.rawValue) << 48,
            toByteOffset: place + 8, as: UInt64.self)
        unsafe payload.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            unsafe (start + payloadOffset(number)).copyMemory(
                from: source, byteCount: bytes.count)
        }
        return true
    }

    func record(_ number: Int) -> (Taken, [UInt8])? {
        guard number < recordsMost else { return nil }
        let place = Journal.headBytes + number * Journal.entryBytes
        let head = unsafe start.load(fromByteOffset: place + 8, as: UInt64.self)
        let count = Int(head & 0xFFFF_FFFF)
        guard count <= Journal.stride else { return nil }
        let taken = Taken(
            position: unsafe start.load(fromByteOffset: place, as: UInt64.self), count: count,
            kind: UInt16(truncatingIfNeeded: head >> 32),
            flags: RecordFlags(rawValue: UInt16(truncatingIfNeeded: head >> 48)))
        let payload = unsafe UnsafeRawBufferPointer(
            start: start + payloadOffset(number), count: count)
        return (taken, unsafe Array(payload))
    }

    private func payloadOffset(_ number: Int) -> Int {
        Journal.headBytes + recordsMost * Journal.entryBytes + number * Journal.stride
    }

    private func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (start + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }
}

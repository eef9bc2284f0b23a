internal import Synchronization

/// A lane's header and bytes in memory that another process writes too.
///
/// Copies of it mean the same memory; whoever makes one sees to it that the memory outlives it.
@safe struct SharedBytes {
    private let header: UnsafeMutableRawPointer
    private let data: UnsafeMutableRawPointer

    /// Takes a lane at an address that is a multiple of 8, with its header before its bytes.
    init(lane: UnsafeMutableRawPointer) {
        unsafe header = lane
        unsafe data = lane + LaneLayout.headerBytes
    }

    /// The word of the header at an offset of the page's table.
    @inline(__always)
    func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (header + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// A count in the header, which hands nothing over.
    @inline(__always)
    func count(_ offset: Int) -> UInt64 {
        unsafe word(offset).pointee.load(ordering: .relaxed)
    }

    /// Sets a count that only the calling thread may write now.
    @inline(__always)
    func setCount(_ offset: Int, _ value: UInt64) {
        unsafe word(offset).pointee.store(value, ordering: .relaxed)
    }

    /// Records dropped in this lane, whoever counted them.
    var dropCount: UInt64 {
        count(LaneLayout.droppedOffset) &+ count(LaneLayout.busyOffset)
    }

    /// A record's first word, as one value that changes no more.
    @inline(__always)
    func recordHead(_ offset: Int) -> RecordHead {
        // Relaxed: `tail`, acquired before, has handed it over. Atomic all the same, or a writer
        // that breaks the rules could have the compiler see two values.
        unsafe RecordHead(
            word: (data + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
                .load(ordering: .relaxed))
    }

    @inline(__always)
    func setRecordHead(_ head: RecordHead, at offset: Int) {
        // Handed over by the release of `tail`.
        unsafe (data + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee
            .store(head.word, ordering: .relaxed)
    }

    /// Where a byte of the lane stands.
    @inline(__always)
    func address(_ offset: Int) -> UnsafeMutableRawPointer { unsafe data + offset }
}

/// The first 8 bytes of a record.
struct RecordHead {
    var word: UInt64

    @inline(__always)
    init(word: UInt64) { self.word = word }

    @inline(__always)
    init(count: UInt64, kind: UInt16, flags: RecordFlags = []) {
        word = count | UInt64(kind) << 32 | UInt64(flags.rawValue) << 48
    }

    var count: UInt64 { word & 0xFFFF_FFFF }
    var kind: UInt16 { UInt16(truncatingIfNeeded: word >> 32) }
    var flags: RecordFlags { RecordFlags(rawValue: UInt16(truncatingIfNeeded: word >> 48)) }
}

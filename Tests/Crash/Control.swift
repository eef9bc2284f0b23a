internal import Ring
internal import Synchronization

/// What a writing child says of itself, in memory that it shares: the word of the write that it is
/// in, the word of how many have returned, and what each of them returned, a byte each.
@safe struct Control {
    private let start: UnsafeMutableRawPointer

    init(_ start: UnsafeMutableRawPointer) { unsafe self.start = start }

    static func bytes(writes: Int) -> Int { (16 + writes + 7) / 8 * 8 }

    /// The write that has begun and not told its end; nil between two of them.
    var numberUnderWay: Int? {
        // Acquire here and below: the child is stopped, and the kernel between us.
        let number = unsafe word(0).pointee.load(ordering: .acquiring)
        return number > 0 ? Int(number) - 1 : nil
    }

    var endedCount: Int { Int(unsafe word(8).pointee.load(ordering: .acquiring)) }

    func outcome(of number: Int) -> HandOver {
        switch unsafe start.load(fromByteOffset: 16 + number, as: UInt8.self) {
        case 0: .written
        case 1: .full
        default: .refused
        }
    }

    /// The child's part: writes all of a script.
    func write<Writer: LaneWriting & ~Copyable>(_ script: Script, with writer: consuming Writer) {
        var writer = writer
        unsafe script.bytes.withUnsafeBytes { bytes in
            for number in script.writes.indices {
                let write = script.writes[number]
                let payload = unsafe UnsafeRawBufferPointer(rebasing: bytes[write.payload])
                // Sequentially consistent: no instruction of the write leaves its marks.
                unsafe word(0).pointee.store(
                    UInt64(number) + 1, ordering: .sequentiallyConsistent)
                let outcome = unsafe writer.write(
                    payload, kind: write.kind, flags: write.flags, at: write.time)
                tell(outcome, of: number)
                unsafe word(0).pointee.store(0, ordering: .sequentiallyConsistent)
            }
        }
    }

    private func tell(_ outcome: HandOver, of number: Int) {
        let code: UInt8 =
            switch outcome {
            case .written: 0
            case .full: 1
            case .refused: 2
            }
        unsafe start.storeBytes(of: code, toByteOffset: 16 + number, as: UInt8.self)
        unsafe word(8).pointee.store(UInt64(number) + 1, ordering: .sequentiallyConsistent)
    }

    private func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (start + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }
}

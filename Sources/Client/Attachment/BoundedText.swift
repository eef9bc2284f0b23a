internal import CPlatform

/// Bytes in place, at most `capacity - 1` of them and always ended by a zero; what is more is left
/// out.
struct BoundedText<let capacity: Int> {
    // `count` is below `capacity`, which each subscript below relies on.
    private var bytes = InlineArray<capacity, UInt8>(repeating: 0)
    private(set) var count = 0

    var isFull: Bool { count &+ 1 >= capacity }
    /// The first byte; zero if there is none.
    var first: UInt8 { unsafe bytes[unchecked: 0] }

    mutating func removeAll() {
        count = 0
        unsafe bytes[unchecked: 0] = 0
    }

    mutating func append(_ byte: UInt8) {
        guard !isFull else { return }
        unsafe bytes[unchecked: count] = byte
        count &+= 1
        unsafe bytes[unchecked: count] = 0
    }

    mutating func append(_ text: UnsafePointer<CChar>, _ bytes: Int) {
        var index = 0
        while index < bytes {
            unsafe append(UInt8(bitPattern: text[index]))
            index &+= 1
        }
    }

    /// Calls `body` with the text, ended by a zero.
    func withText<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe withUnsafePointer(to: bytes) { (start) in
            unsafe body(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
        }
    }
}

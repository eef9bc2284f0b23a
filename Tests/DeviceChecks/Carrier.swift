/// Hands a check what it is made of: as it is, or spoilt as a fault of that kind would spoil it.
///
/// A check states what it expects as a constant and passes all else through here, so a check that
/// passes with a planted fault as well proves nothing.
struct Carrier {
    let isPlanted: Bool

    /// A number; planted, what 32 bits keep of it.
    func number(_ value: Int64) -> Int64 {
        isPlanted ? Int64(Int32(truncatingIfNeeded: value)) : value
    }

    /// A number; planted, what 32 bits keep of it.
    func number(_ value: UInt64) -> UInt64 {
        isPlanted ? UInt64(UInt32(truncatingIfNeeded: value)) : value
    }

    /// A number of 32 bits; planted, what a signed one of that width keeps of it.
    func number(_ value: UInt32) -> UInt32 { isPlanted ? value & 0x7FFF_FFFF : value }

    /// A number's decimal text.
    func text(_ value: Int64) -> String { number(value).description }

    /// A sequence number's decimal text.
    func sequence(_ value: UInt32) -> String { number(value).description }

    /// Two numbers of 32 bits as a range.
    func range(_ first: UInt32, _ last: UInt32) -> (first: UInt32, last: UInt32) {
        (number(first), number(last))
    }

    /// Bytes; planted, with one bit turned in the middle.
    func bytes(_ bytes: [UInt8]) -> [UInt8] {
        guard isPlanted, !bytes.isEmpty else { return bytes }
        var spoilt = bytes
        spoilt[spoilt.count / 2] ^= 1
        return spoilt
    }

    /// Text; planted, with one bit turned in the middle.
    func bytes(_ text: String) -> [UInt8] { bytes(Array(text.utf8)) }

    /// Text; planted, without the eighth bit of its bytes.
    func characters(_ text: String) -> [UInt8] {
        text.utf8.map { isPlanted ? $0 & 0x7F : $0 }
    }

    /// Where something begins; planted, the aligned place before it.
    func offset(_ offset: Int) -> Int { isPlanted ? offset & ~7 : offset }
}

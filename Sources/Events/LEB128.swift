/// Unsigned numbers of up to 64 bits in as few bytes as hold them: LEB128 (DWARF 5, §7.6).
///
/// Seven bits a byte, the lowest first; the eighth bit says that another byte follows.
public enum LEB128 {
    /// Appends a number in as few bytes as hold it.
    @inlinable @inline(__always)
    public static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Reads the number at an offset, which moves behind it.
    ///
    /// nil where the bytes end too early, and for more than 64 bits or ten bytes; the offset is
    /// then anywhere. A number in more bytes than it needs is read, as DWARF has it.
    @inlinable @inline(__always)
    public static func number(in bytes: [UInt8], at offset: inout Int) -> UInt64? {
        guard offset < bytes.count else { return nil }
        let first = bytes[offset]
        offset += 1
        return first < 0x80 ? UInt64(first) : longNumber(in: bytes, at: &offset, from: first)
    }

    @usableFromInline
    static func longNumber(
        in bytes: [UInt8], at offset: inout Int, from first: UInt8
    ) -> UInt64? {
        var number = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while offset < bytes.count {
            let next = bytes[offset]
            offset += 1
            // Of the tenth byte one bit is left.
            guard shift < 63 || next <= 1 else { return nil }
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return number }
            shift += 7
        }
        return nil
    }
}

/// Bytes of a page, or a log, that may be anything: nil is answered beyond their end.
extension [UInt8] {
    /// The number of `width` bytes at `offset`, the most significant first.
    func bigEndian(at offset: Int, width: Int) -> UInt64? {
        guard offset >= 0, width <= 8, offset <= count - width else { return nil }
        var number: UInt64 = 0
        for index in offset..<offset + width { number = number << 8 | UInt64(self[index]) }
        return number
    }

    /// SQLite's number of 1 to 9 bytes at `offset`, which moves behind it.
    func variableLength(at offset: inout Int) -> UInt64? {
        var number: UInt64 = 0
        for index in 0..<9 {
            guard indices.contains(offset) else { return nil }
            let byte = self[offset]
            offset += 1
            if index == 8 { return number << 8 | UInt64(byte) }
            number = number << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { return number }
        }
        return nil
    }
}

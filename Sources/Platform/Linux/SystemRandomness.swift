internal import CPlatform

/// The kernel's random generator.
public enum SystemRandomness {
    /// 64 random bits; waits, in the first seconds of a boot, until the generator is seeded.
    ///
    /// The corresponding C function is `getrandom`.
    public static func next() -> UInt64 {
        var word: UInt64 = 0
        while true {
            let count = unsafe getrandom(&word, 8, 0)
            if count == 8 { return word }
            require(count >= 0 && count < 8 || platform_errno() == EINTR, "getrandom cannot fail")
        }
    }

    /// `count` random bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            var word = next()
            for _ in 0..<min(8, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return bytes
    }
}

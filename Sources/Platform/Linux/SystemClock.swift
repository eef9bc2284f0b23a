internal import CPlatform
public import Events

/// The kernel's clocks.
///
/// Read through a `World` wherever there is one; directly only by the short-lived commands.
public enum SystemClock {
    /// Milliseconds since the boot, suspend included.
    ///
    /// The corresponding clock is `CLOCK_BOOTTIME`.
    public static func monotonicNow() -> Instant {
        Instant(milliseconds: platform_boot_milliseconds())
    }

    /// The wall clock, with what `adjtimex` says of it.
    public static func wallNow() -> WallTime {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
        return WallTime(
            milliseconds: milliseconds,
            quality: quality(milliseconds, platform_clock_is_synchronised() != 0))
    }

    static func quality(_ milliseconds: Int64, _ isSynchronised: Bool) -> TimeQuality {
        if milliseconds < TimeQuality.plausibleFromMilliseconds { return .implausible }
        return isSynchronised ? .synchronised : .unsynchronised
    }

    /// The kernel's name for this boot, 128 random bits.
    public static func bootID() throws(PlatformError) -> StreamID {
        let path = "/proc/sys/kernel/random/boot_id"
        let text = try FileContents(readingAt: path, limitInBytes: 64).bytes
        let digits = text.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "\n") }
        guard let id = StreamID(hexadecimal: String(decoding: digits, as: UTF8.self)) else {
            throw PlatformError(operation: "read " + path, errno: EINVAL)
        }
        return id
    }
}

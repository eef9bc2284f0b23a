public import Events

/// What stands in a record of shared memory: when the event happened, and the event as one JSON
/// text.
///
/// | offset | width | of a record of kind 1 |
/// |---|---|---|
/// | 0 | 8 | nanoseconds of the device's monotonic clock (`CLOCK_BOOTTIME`), little-endian |
/// | 8 | … | the event's JSON text, as a line of ``LineDialect`` without its line feed |
public enum RecordDialect {
    /// The kind of records that are events.
    public static let eventKind: UInt16 = 1
    /// What a record has before its text.
    public static let timeBytes = 8

    /// When the producer says that it happened, in nanoseconds; nil for a record too short to say.
    public static func nanoseconds(_ payload: [UInt8]) -> UInt64? {
        guard payload.count >= timeBytes else { return nil }
        var nanoseconds: UInt64 = 0
        for index in 0..<timeBytes {
            nanoseconds |= UInt64(payload[index]) << (8 * UInt64(index))
        }
        return nanoseconds
    }

    /// When it happened, by what the clocks say now; never later than that.
    public static func eventTime(_ payload: [UInt8], now: EventTime) -> EventTime {
        guard let nanoseconds = nanoseconds(payload) else { return now }
        let happened = min(Int64(nanoseconds / 1_000_000), now.monotonic.milliseconds)
        var time = now
        time.monotonic = Instant(milliseconds: happened)
        time.wallMilliseconds -= now.monotonic.milliseconds - happened
        return time
    }

    /// Looks at a record's text; a bad one harms no other.
    ///
    /// - Returns: the proposal, and where the JSON breaks off if it does; nil for a record that is
    ///   no event.
    public static func propose(
        _ payload: [UInt8], kind: UInt16
    ) -> (Proposal, JSONError?)? {
        guard kind == eventKind, payload.count >= timeBytes else { return nil }
        return LineDialect.propose(payload, in: timeBytes..<payload.count)
    }
}

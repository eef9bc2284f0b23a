internal import Events

/// The body of one request while it arrives: kept up to the limit, counted and dropped beyond it.
struct RequestBody: Sendable {
    enum Progress { case unfinished, complete, oversize, malformed }

    /// What an oversize request may still send before it is answered.
    static let discardLimitBytes: Int64 = 16 << 20
    static let discardLimitMilliseconds: Int64 = 10_000
    /// 1 KiB/s, measured so that one stall of 5 s alone is forgiven.
    static let windowMilliseconds: Int64 = 5_000
    static let windowBytes = 5 * 1024
    /// What is set aside for a body before it has come, whatever its header promises.
    private static let firstReserveBytes = 256 * 1024

    private let framing: BodyFraming
    private let limitBytes: Int
    private var chunks = ChunkReader()
    private var stored: [UInt8] = []
    private var contentBytes: Int64 = 0
    /// The content with its framing.
    private var wireBytes: Int64 = 0
    private var windowStart: Instant
    private var windowRest = RequestBody.windowBytes
    private var discardStart: Instant?

    init(_ framing: BodyFraming, limitBytes: Int, at now: Instant) {
        self.framing = framing
        self.limitBytes = limitBytes
        windowStart = now
        if case .length(let length) = framing, length > Int64(limitBytes) { discardStart = now }
    }

    var isDiscarding: Bool { discardStart != nil }
    /// What has come of a body that is thrown away, framing and all.
    var discardedBytes: Int64 { min(wireBytes, RequestBody.discardLimitBytes) }
    var bufferedBytes: Int { stored.count + chunks.bufferedBytes }

    /// When the body is late: too slow while it is kept, too long while it is dropped.
    var deadline: Instant {
        guard let discardStart else {
            return windowStart.advanced(byMilliseconds: RequestBody.windowMilliseconds)
        }
        return discardStart.advanced(byMilliseconds: RequestBody.discardLimitMilliseconds)
    }

    /// Reads on from `cursor`, to the end of the input or of the body.
    mutating func read(_ input: [UInt8], from cursor: inout Int, at now: Instant) -> Progress {
        let before = cursor
        var isComplete = false
        switch framing {
        case .unsaid: isComplete = true
        case .length(let length):
            let count = Int(min(length - contentBytes, Int64(input.count - cursor)))
            take(input[cursor..<(cursor + count)], at: now)
            cursor += count
            isComplete = contentBytes == length
        case .chunked:
            var reader = chunks
            do throws(ChunkReader.Failure) {
                try reader.read(input, from: &cursor) { take($0, at: now) }
            } catch { return .malformed }
            chunks = reader
            isComplete = reader.isFinished
        }
        countProgress(cursor - before, at: now)
        if isDiscarding {
            let isEnough = wireBytes >= RequestBody.discardLimitBytes
            return isComplete || isEnough ? .oversize : .unfinished
        }
        return isComplete ? .complete : .unfinished
    }

    /// Gives up the bytes of a complete body.
    mutating func takeStored() -> [UInt8] {
        let bytes = stored
        stored = []
        return bytes
    }

    private mutating func take(_ piece: ArraySlice<UInt8>, at now: Instant) {
        contentBytes += Int64(piece.count)
        if isDiscarding { return }
        guard contentBytes <= Int64(limitBytes) else {
            discardStart = now
            stored = []
            return
        }
        reserve(piece.count)
        stored.append(contentsOf: piece)
    }

    /// Makes room in two steps, so that a promise alone costs little and a large body is not copied
    /// at each doubling; pages that nothing was written to take no memory.
    private mutating func reserve(_ count: Int) {
        let needed = stored.count + count
        if needed <= stored.capacity { return }
        var most = limitBytes
        if case .length(let length) = framing { most = Int(length) }
        let isSmall = needed <= RequestBody.firstReserveBytes
        stored.reserveCapacity(isSmall ? min(most, max(needed, 2 * stored.capacity)) : most)
    }

    private mutating func countProgress(_ count: Int, at now: Instant) {
        wireBytes += Int64(count)
        windowRest -= count
        if windowRest <= 0 {
            windowStart = now
            windowRest = RequestBody.windowBytes
        }
    }
}

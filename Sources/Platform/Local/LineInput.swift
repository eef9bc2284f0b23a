internal import CPlatform

/// Lines from a file or pipe, such as standard input; blocks.
public struct LineInput: ~Copyable, Sendable {
    /// One line, without its end.
    public enum Line: Hashable, Sendable {
        /// The line's bytes.
        case whole([UInt8])
        /// A line over the limit, which was read over; how long it was.
        case tooLong(byteCount: Int64)
    }

    private static let pieceBytes = 65_536

    private let number: Int32
    private let limitBytes: Int
    private var piece: [UInt8] = []
    private var cursor = 0
    private var hasEnded = false

    /// Reads standard input; `limitBytes` is the longest line, without its end.
    public init(limitBytes: Int) { self.init(reading: 0, limitBytes: limitBytes) }

    init(reading number: Int32, limitBytes: Int) {
        self.number = number
        self.limitBytes = limitBytes
    }

    /// The next line, whether or not it has an end; nil when there is none.
    public mutating func next() throws(PlatformError) -> Line? {
        var line: [UInt8] = []
        var byteCount: Int64 = 0
        while true {
            if cursor == piece.count { try refill() }
            if hasEnded {
                return byteCount == 0 ? nil : LineInput.line(line, byteCount)
            }
            let end = piece[cursor...].firstIndex(of: 10) ?? piece.count
            byteCount += Int64(end - cursor)
            if byteCount <= Int64(limitBytes) {
                line.append(contentsOf: piece[cursor..<end])
            } else {
                line = []
            }
            cursor = min(end + 1, piece.count)
            if end < piece.count { return LineInput.line(line, byteCount) }
        }
    }

    private static func line(_ line: [UInt8], _ byteCount: Int64) -> Line {
        Int64(line.count) == byteCount ? .whole(line) : .tooLong(byteCount: byteCount)
    }

    private mutating func refill() throws(PlatformError) {
        var bytes = [UInt8](repeating: 0, count: LineInput.pieceBytes)
        while true {
            let count = unsafe read(number, &bytes, LineInput.pieceBytes)
            if count >= 0 {
                bytes.removeSubrange(count...)
                piece = bytes
                cursor = 0
                hasEnded = count == 0
                return
            }
            let error = PlatformError.last("read standard input")
            if error.errno != EINTR { throw error }
        }
    }
}

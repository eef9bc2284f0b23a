internal import Events

/// Takes the chunked transfer coding off bytes that arrive in any pieces.
struct ChunkReader: Sendable {
    enum Failure: Error { case malformed, tooMuchFraming }

    /// The longest size line: a size and an extension, which is read over.
    static let sizeLineLimit = 256
    /// Framing and trailers may take this and eight times the content: one-byte chunks need five.
    static let framingLimit: Int64 = 16_384

    private enum Part: Sendable { case size, content, contentEnd, trailer, finished }

    private var part = Part.size
    private var lines = LineReader()
    private var chunkRest: Int64 = 0
    private var contentBytes: Int64 = 0
    private var framingBytes: Int64 = 0

    var isFinished: Bool { part == .finished }
    var bufferedBytes: Int { lines.partial.capacity }

    /// Reads on from `cursor` and gives each piece of content to `take`, until the input or the
    /// body ends.
    mutating func read(
        _ input: [UInt8], from cursor: inout Int, _ take: (ArraySlice<UInt8>) -> Void
    ) throws(Failure) {
        while cursor < input.count && part != .finished {
            if part == .content {
                let count = Int(min(chunkRest, Int64(input.count - cursor)))
                take(input[cursor..<(cursor + count)])
                cursor += count
                chunkRest -= Int64(count)
                contentBytes += Int64(count)
                if chunkRest == 0 { part = .contentEnd }
            } else {
                let before = cursor
                let line = try nextLine(input, &cursor)
                framingBytes += Int64(cursor - before)
                if framingBytes > ChunkReader.framingLimit + 8 * contentBytes {
                    throw .tooMuchFraming
                }
                guard let line else { return }
                try end(line)
            }
        }
    }

    private mutating func nextLine(_ input: [UInt8], _ cursor: inout Int) throws(Failure)
        -> ArraySlice<UInt8>?
    {
        let limit =
            switch part {
            case .contentEnd: 2
            case .trailer: Int(ChunkReader.framingLimit)
            default: ChunkReader.sizeLineLimit
            }
        do throws(LineReader.Failure) {
            return try lines.next(in: input, from: &cursor, limit: limit)
        } catch { throw .malformed }
    }

    private mutating func end(_ line: ArraySlice<UInt8>) throws(Failure) {
        lines.restart()
        switch part {
        case .size:
            chunkRest = try ChunkReader.size(line)
            part = chunkRest == 0 ? .trailer : .content
        // Two bytes are all it may take, so it is empty.
        case .contentEnd: part = .size
        case .trailer:
            if line.isEmpty {
                part = .finished
            } else if FieldLine.field(line) == nil {
                throw .malformed
            }
        case .content, .finished: break
        }
    }

    /// Reads 1 to 8 hexadecimal digits, and an extension after them that begins with `;`.
    private static func size(_ line: ArraySlice<UInt8>) throws(Failure) -> Int64 {
        let end = line.firstIndex(of: UInt8(ascii: ";")) ?? line.endIndex
        var digits = line[..<end]
        // RFC 9112 lets blanks stand before an extension, and nowhere else.
        if end < line.endIndex {
            while let last = digits.last, ASCII.isBlank(last) { digits = digits.dropLast() }
        }
        guard !digits.isEmpty, digits.count <= 8, let value = Hexadecimal.value(digits) else {
            throw .malformed
        }
        return Int64(value)
    }
}

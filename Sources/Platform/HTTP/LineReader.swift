/// Cuts lines that end in CRLF out of bytes that arrive in any pieces.
///
/// Each byte is judged once, in order, so the outcome does not depend on how the bytes were cut.
struct LineReader: Sendable {
    /// Why the bytes are no line.
    enum Failure: Error { case tooLong, bareLineFeed, bareReturn, controlCharacter }

    /// What earlier pieces held of the line under way, without its end.
    private(set) var partial: [UInt8] = []
    private var endsInReturn = false
    /// Bytes taken since the last `restart`, line ends included.
    private(set) var takenBytes = 0

    /// Begins a new budget of bytes.
    mutating func restart() { takenBytes = 0 }

    /// Takes bytes from `input`, beginning at `cursor`, to the end of a line at most.
    ///
    /// Returns the line without its end, or nil when the input ended first. The bytes since
    /// `restart` may not pass `limit`.
    mutating func next(in input: [UInt8], from cursor: inout Int, limit: Int) throws(Failure)
        -> ArraySlice<UInt8>?
    {
        let start = cursor
        while cursor < input.count {
            let byte = input[cursor]
            cursor += 1
            takenBytes += 1
            if takenBytes > limit { throw .tooLong }
            if endsInReturn {
                guard byte == 0x0A else { throw .bareReturn }
                endsInReturn = false
                return endLine(LineReader.text(input, start, cursor))
            }
            switch byte {
            case 0x0D: endsInReturn = true
            case 0x0A: throw .bareLineFeed
            case 0x09, 0x20...0x7E, 0x80...0xFF: break
            default: throw .controlCharacter
            }
        }
        partial.append(contentsOf: LineReader.text(input, start, cursor))
        return nil
    }

    /// A line that came in one piece is not copied.
    private mutating func endLine(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if partial.isEmpty { return text }
        var line = partial
        partial = []
        line.append(contentsOf: text)
        return line[...]
    }

    /// The bytes before a line's end; after the checks above it can stand nowhere but last.
    private static func text(_ input: [UInt8], _ start: Int, _ end: Int) -> ArraySlice<UInt8> {
        var textEnd = end
        while textEnd > start, input[textEnd - 1] == 0x0A || input[textEnd - 1] == 0x0D {
            textEnd -= 1
        }
        return input[start..<textEnd]
    }
}

/// Cuts lines that end in CRLF out of bytes that arrive in any pieces.
///
/// Each byte is judged once, in order, so the outcome does not depend on how the bytes were cut.
struct LineReader: Sendable {
    /// Why the bytes are no line.
    enum Failure: Error { case tooLong, bareLineFeed, bareReturn, controlCharacter }

    /// What has come of the line under way, without its end.
    private(set) var partial: [UInt8] = []
    private var endsInReturn = false
    /// Bytes taken since the last `restart`, line ends included.
    private(set) var takenBytes = 0

    /// Whether nothing of a line has come.
    var isEmpty: Bool { partial.isEmpty && !endsInReturn }

    /// Begins a new budget of bytes.
    mutating func restart() { takenBytes = 0 }

    /// Takes bytes from `input`, beginning at `cursor`, to the end of a line at most.
    ///
    /// Returns the line without its end, or nil when the input ended first. The bytes since
    /// `restart` may not pass `limit`.
    mutating func next(in input: [UInt8], from cursor: inout Int, limit: Int) throws(Failure)
        -> [UInt8]?
    {
        let start = cursor
        while cursor < input.count {
            let byte = input[cursor]
            cursor += 1
            takenBytes += 1
            if takenBytes > limit { throw .tooLong }
            if endsInReturn {
                guard byte == 0x0A else { throw .bareReturn }
                return endLine(input, start, cursor)
            }
            switch byte {
            case 0x0D: endsInReturn = true
            case 0x0A: throw .bareLineFeed
            case 0x09, 0x20...0x7E, 0x80...0xFF: break
            default: throw .controlCharacter
            }
        }
        appendText(input, start, cursor)
        return nil
    }

    private mutating func endLine(_ input: [UInt8], _ start: Int, _ end: Int) -> [UInt8] {
        appendText(input, start, end)
        endsInReturn = false
        let line = partial
        partial = []
        return line
    }

    /// Keeps what is not a line end; after the checks above an end can stand nowhere but last.
    private mutating func appendText(_ input: [UInt8], _ start: Int, _ end: Int) {
        var textEnd = end
        while textEnd > start, input[textEnd - 1] == 0x0A || input[textEnd - 1] == 0x0D {
            textEnd -= 1
        }
        if textEnd > start { partial.append(contentsOf: input[start..<textEnd]) }
    }
}

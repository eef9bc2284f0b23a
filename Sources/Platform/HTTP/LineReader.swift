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
        // At the limit the next byte is one too many, whatever it is.
        let end = min(input.count, start + limit - takenBytes)
        var index = start
        while index < end {
            let byte = input[index]
            index += 1
            if endsInReturn {
                guard byte == 0x0A else { throw .bareReturn }
                endsInReturn = false
                take(index - start, &cursor)
                return endLine(LineReader.text(input, start, index))
            }
            if byte < 0x20 || byte == 0x7F {
                if byte == 0x0A { throw .bareLineFeed }
                if byte != 0x0D && byte != 0x09 { throw .controlCharacter }
                endsInReturn = byte == 0x0D
            }
        }
        if end < input.count { throw .tooLong }
        take(index - start, &cursor)
        partial.append(contentsOf: LineReader.text(input, start, index))
        return nil
    }

    private mutating func take(_ count: Int, _ cursor: inout Int) {
        cursor += count
        takenBytes += count
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

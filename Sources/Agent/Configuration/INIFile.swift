internal import CInih
internal import Events

/// One `key = value` of a configuration file.
struct INIEntry {
    var section: String
    var key: String
    var value: String
    /// Counts from 1.
    var line: Int32
}

/// What is wrong with a configuration, for the person who wrote it.
public struct ConfigurationError: Error {
    /// The file as it was named.
    public var file: String
    /// Counts from 1; 0 where the file as a whole is meant.
    public var line: Int32
    /// What is wrong.
    public var problem: String
    /// What would be right.
    public var allowed: String

    /// `FILE:LINE: problem; allowed`.
    public var text: String {
        file + (line > 0 ? ":\(line)" : "") + ": " + problem + "; " + allowed
    }
}

/// Reads INI by the system's inih, made strict where inih is lenient.
///
/// As Debian builds it, inih cuts lines at 200 bytes and values at ` ;`, joins indented lines to
/// the line before, and gives its handler no line number: so lines are counted as inih takes
/// them, and what it would cut or join is refused.
struct INIFile {
    private(set) var entries: [INIEntry] = []

    private static let lineBytesMost = 199

    init(_ text: [UInt8], file: String) throws(ConfigurationError) {
        var number: Int32 = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard let problem = Self.problem(line) else { continue }
            throw ConfigurationError(
                file: file, line: number, problem: problem.0, allowed: problem.1)
        }
        let source = INISource(text)
        let context = unsafe Unmanaged.passUnretained(source).toOpaque()
        let failedLine = unsafe ini_parse_stream(readINILine, context, takeINIEntry, context)
        guard failedLine == 0 else {
            throw ConfigurationError(
                file: file, line: failedLine,
                problem: "neither [section] nor key = value",
                allowed: "write one of the two, or a comment behind # or ;")
        }
        entries = source.entries
    }

    private static func problem(_ line: ArraySlice<UInt8>) -> (String, String)? {
        if line.count > lineBytesMost {
            return (
                "a line of \(line.count) bytes",
                "a line has at most \(lineBytesMost); a list goes on as KEY.2 = ..."
            )
        }
        if line.contains(0) { return ("a zero byte", "the file must be text") }
        let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        guard !isBlank, let first = line.first else { return nil }
        if first == 0x20 || first == 0x09 {
            return ("an indented line", "begin it in the first column")
        }
        if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") { return nil }
        var previous: UInt8 = 0
        for byte in line {
            if byte == UInt8(ascii: ";"), previous == 0x20 || previous == 0x09 {
                return ("a comment behind a value", "put the comment on a line of its own")
            }
            previous = byte
        }
        return nil
    }
}

/// The text that inih reads from, and the entries that it found.
private final class INISource {
    let text: [UInt8]
    var position = 0
    var line: Int32 = 0
    var entries: [INIEntry] = []

    init(_ text: [UInt8]) { self.text = text }
}

/// inih's `fgets`: copies the next line, its line feed included, and counts it.
private func readINILine(
    _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int32,
    _ stream: UnsafeMutableRawPointer?
) -> UnsafeMutablePointer<CChar>? {
    guard let buffer = unsafe buffer, let stream = unsafe stream, capacity > 1 else { return nil }
    let source = unsafe Unmanaged<INISource>.fromOpaque(stream).takeUnretainedValue()
    guard source.position < source.text.count else { return nil }
    source.line += 1
    var count = 0
    while source.position < source.text.count {
        let byte = source.text[source.position]
        let isFeed = byte == UInt8(ascii: "\n")
        // A line of the largest length leaves its line feed no room; inih does not miss it.
        guard count < Int(capacity) - 1 || isFeed else { break }
        source.position += 1
        if count < Int(capacity) - 1 {
            unsafe buffer[count] = CChar(bitPattern: byte)
            count += 1
        }
        if isFeed { break }
    }
    unsafe buffer[count] = 0
    return unsafe buffer
}

private func takeINIEntry(
    _ context: UnsafeMutableRawPointer?, _ section: UnsafePointer<CChar>?,
    _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> Int32 {
    guard let context = unsafe context, let section = unsafe section, let name = unsafe name else {
        return 0
    }
    let source = unsafe Unmanaged<INISource>.fromOpaque(context).takeUnretainedValue()
    var text = ""
    if let value = unsafe value { text = unsafe String(cString: value) }
    source.entries.append(
        INIEntry(
            section: unsafe String(cString: section), key: unsafe String(cString: name),
            value: text, line: source.line))
    return 1
}

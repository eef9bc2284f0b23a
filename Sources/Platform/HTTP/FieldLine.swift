/// One line of a header.
enum FieldLine {
    /// Reads `name: value`; nil where the line is folded, has no colon, an empty name, or a blank
    /// or any other mark that no name may hold before the colon.
    static func field(_ line: ArraySlice<UInt8>) -> HTTPField? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        guard ASCII.isToken(line[..<colon]) else { return nil }
        return HTTPField(
            ASCII.lowered(line[..<colon]),
            String(decoding: ASCII.trimmed(line[(colon + 1)...]), as: UTF8.self))
    }
}

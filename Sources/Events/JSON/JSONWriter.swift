/// Writes canonical JSON, token by token: no white space, commas and colons put where they belong.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    /// Begins with an empty text.
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Copies a token of a checked text in its canonical form.
    public mutating func copy(_ token: JSONToken, of text: [UInt8]) {
        switch token.kind {
        case .objectStart: beginObject()
        case .arrayStart: beginArray()
        case .objectEnd: endObject()
        case .arrayEnd: endArray()
        case .key:
            separate()
            bytes.append(UInt8(ascii: "\""))
            JSONEscape.appendCanonical(text, in: token.range, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
            bytes.append(UInt8(ascii: ":"))
            needsComma = false
        case .string:
            separate()
            bytes.append(UInt8(ascii: "\""))
            JSONEscape.appendCanonical(text, in: token.range, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .number, .true, .false, .null:
            separate()
            ByteRun.append(text, token.range, to: &bytes)
        case .end: break
        }
    }

    /// Opens an object.
    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    /// Closes an object.
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    /// Opens an array.
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    /// Closes an array.
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes a member's name.
    public mutating func key(_ name: String) {
        separate()
        JSONEscape.appendQuoted(Array(name.utf8), to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ value: String) { string(Array(value.utf8)) }

    /// Writes a string of UTF-8 bytes.
    public mutating func string(_ value: [UInt8]) {
        separate()
        JSONEscape.appendQuoted(value, to: &bytes)
    }

    /// Writes a whole number.
    public mutating func number(_ value: Int64) {
        separate()
        bytes.append(contentsOf: Array(value.description.utf8))
    }

    /// Writes true or false.
    public mutating func boolean(_ value: Bool) { raw(Array((value ? "true" : "false").utf8)) }

    /// Writes null.
    public mutating func null() { raw(Array("null".utf8)) }

    /// Writes a value that is canonical JSON already.
    public mutating func raw(_ value: [UInt8]) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// Writes ranges as an array of pairs: `[[0,9],[12,12]]`.
    public mutating func ranges(_ ranges: [SequenceRange]) {
        beginArray()
        for range in ranges {
            beginArray()
            number(Int64(range.first))
            number(Int64(range.last))
            endArray()
        }
        endArray()
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }
}

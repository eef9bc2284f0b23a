internal import Events

/// The event that `footfall send NAME KEY=VALUE ...` means, as a line of JSON.
enum EventLine {
    /// `KEY=VALUE` is text, `KEY:=JSON` is whatever JSON stands there; of a name given twice both
    /// stay and the last counts, as everywhere.
    static func make(_ words: [String]) throws(CommandLine.UsageError) -> [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.key("type")
        writer.string("track")
        writer.key("event")
        writer.string(words.first ?? "")
        writer.key("properties")
        writer.beginObject()
        for word in words.dropFirst() {
            let bytes = Array(word.utf8)
            guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")), sign > 0 else {
                throw CommandLine.UsageError(text: "\(word): write KEY=VALUE or KEY:=JSON")
            }
            let value = Array(bytes[(sign + 1)...])
            guard bytes[sign - 1] == UInt8(ascii: ":") else {
                writer.key(String(decoding: bytes[..<sign], as: UTF8.self))
                writer.string(value)
                continue
            }
            writer.key(String(decoding: bytes[..<(sign - 1)], as: UTF8.self))
            do throws(JSONError) {
                try JSONCheck.check(value, in: 0..<value.count)
            } catch {
                throw CommandLine.UsageError(
                    text: "\(word): not JSON behind :=, \(error.explanation)")
            }
            writer.raw(value.filter { $0 != UInt8(ascii: "\n") })
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

internal import Events
internal import Identity

/// What the guard found since the agent started, by kind and by the name of the event it was in.
///
/// The table is bounded: what comes when it is full counts under no name.
struct GuardFindings {
    private struct Entry {
        var kind: [UInt8]
        /// As it is kept; empty for all that have no line of their own.
        var event: [UInt8]
        var count: Int64
    }

    private var entries: [Entry] = []

    // A producer that names its events by chance must not fill the memory, nor a screen.
    private static let entriesMost = 64
    private static let nameBytesMost = 64
    private static let linesMost = 6

    /// Counts one find of a kind in an event.
    mutating func add(_ kind: [UInt8], in event: [UInt8]) {
        let name = event.count <= Self.nameBytesMost ? event : []
        if count(kind, name) { return }
        // One line of each kind is kept for all that is left over.
        if entries.count < Self.entriesMost || name.isEmpty {
            entries.append(Entry(kind: kind, event: name, count: 1))
        } else {
            add(kind, in: [])
        }
    }

    private mutating func count(_ kind: [UInt8], _ name: [UInt8]) -> Bool {
        for index in entries.indices
        where entries[index].kind == kind && entries[index].event == name {
            entries[index].count = entries[index].count.addingSaturated(1)
            return true
        }
        return false
    }

    /// For people: `email 3 in Product Reviewed`, as many as leave room on a screen.
    var lines: [String] {
        var lines: [String] = []
        for entry in entries.prefix(Self.linesMost) {
            let event = String(decoding: entry.event, as: UTF8.self)
            lines.append(
                String(decoding: entry.kind, as: UTF8.self) + " \(entry.count) in "
                    + (event.isEmpty ? "other events" : event))
        }
        if entries.count > Self.linesMost {
            lines.append("\(entries.count - Self.linesMost) more: status --json")
        }
        return lines
    }

    /// For programs: an array of objects.
    func write(_ writer: inout JSONWriter) {
        writer.beginArray()
        for entry in entries {
            writer.beginObject()
            writer.key("kind")
            writer.string(entry.kind)
            writer.key("event")
            writer.string(entry.event)
            writer.key("count")
            writer.number(entry.count)
            writer.endObject()
        }
        writer.endArray()
    }
}

internal import Events

/// The missing ids for people and for programs.
enum GapsReport {
    /// A line an epoch, its numbers below; at most 79 columns unless a name is wider.
    static func text(of missing: [MissingIDs]) -> String {
        let total = missing.reduce(0) { $0 + $1.gap.missing }
        guard total > 0 else { return "Nothing is missing.\n" }
        var lines = ["Missing: \(total) events, neither held nor accounted for", ""]
        for epoch in missing {
            let gap = epoch.gap
            lines.append("\(gap.device)  epoch \(gap.epoch)  \(gap.missing) missing")
            lines.append("  stream \(gap.stream)")
            lines += wrapped(epoch.ranges.map(text))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Schema `gaps/1`, described on the module's page: one line with its line feed.
    static func json(of missing: [MissingIDs]) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.member("schema", "gaps/1")
        writer.member("missing", missing.reduce(0) { $0 + $1.gap.missing })
        writer.objects("gaps", missing) { writer, epoch in
            writer.member("device", epoch.gap.device)
            writer.member("stream", epoch.gap.stream)
            writer.member("epoch", epoch.gap.epoch)
            writer.member("missing", epoch.gap.missing)
            writer.key("ids")
            writer.beginArray()
            for range in epoch.ranges {
                writer.beginArray()
                writer.number(range.lowerBound)
                writer.number(range.upperBound)
                writer.endArray()
            }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func text(_ range: ClosedRange<Int64>) -> String {
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }

    private static func wrapped(_ words: [String]) -> [String] {
        var lines: [String] = []
        var line = " "
        for word in words {
            if line.count + 1 + word.count > 79 {
                lines.append(line)
                line = " "
            }
            line += " " + word
        }
        return lines + [line]
    }
}

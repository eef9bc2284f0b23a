internal import Events
internal import Store

/// What the device or the collector says it has lost: acknowledged events may lie there, and only
/// where a disk or a collector lost what it had synced.
struct Losses {
    /// One thing that the device stated, and the epoch in which it did.
    private struct Statement {
        var text: String
        var epoch: UInt32
    }

    var hasDiskLost = false
    var hasCollectorLost = false
    private var statements: [Statement] = []

    /// Takes the text `damaged`, of which the oldest lines go when it grows long.
    mutating func hear(_ text: String, in epoch: UInt32) {
        for line in text.split(separator: "\n")
        where !statements.contains(where: { $0.text == line }) {
            statements.append(Statement(text: String(line), epoch: epoch))
        }
    }

    /// What was lost and what the device stated of it, in lines.
    var text: String {
        var lines = statements.map { "stated in epoch \($0.epoch): \($0.text)" }
        if hasDiskLost { lines.append("the disk lost what it had synced") }
        if hasCollectorLost { lines.append("the collector was restored from a backup") }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Whether the device said that an event of this id may be gone.
    ///
    /// - Parameter first: where the row may begin that it was in: several lanes' rows stand among
    ///   each other, so one that begins before the next readable row may end behind its beginning.
    func cover(_ id: EventID, _ lane: Lane, since first: UInt32) -> Bool {
        statements.contains { statement in
            guard id.epoch < statement.epoch,
                let lost = statement.text.components(after: "lost: ")
            else { return false }
            return lost.contains { Self.covers($0, id, lane, first) }
        }
    }

    private static func covers(
        _ gap: Substring, _ id: EventID, _ lane: Lane, _ first: UInt32
    ) -> Bool {
        if gap == "everything in it" || gap.hasPrefix("all of ") || gap.hasPrefix("the rest of ") {
            return true
        }
        if gap.hasPrefix("all that stream ") { return coversStream(gap, id) }
        if gap.hasPrefix("others up to epoch ") {
            return id.epoch <= UInt32(gap.dropFirst("others up to epoch ".count)) ?? 0
        }
        guard gap.hasPrefix("tail between ") || gap.hasPrefix("block between "),
            let start = gap.firstRange(of: " between "), let middle = gap.firstRange(of: " and ")
        else { return false }
        let from = row(gap[start.upperBound..<middle.lowerBound])
        let to = row(gap[middle.upperBound...])
        let here = RowID(lane: lane, epoch: id.epoch, first: id.sequence)
        guard gap.hasPrefix("tail") else {
            return (from.map { $0 < here } ?? true) && (to.map { here < $0 } ?? true)
        }
        // The tail has all lanes, in the order in which they came.
        func isBefore(_ one: RowID, _ other: RowID) -> Bool {
            (one.epoch, one.first) < (other.epoch, other.first)
        }
        let begin = RowID(lane: lane, epoch: id.epoch, first: first)
        return (from.map { isBefore($0, here) } ?? true) && (to.map { isBefore(begin, $0) } ?? true)
    }

    private static func coversStream(_ gap: Substring, _ id: EventID) -> Bool {
        let words = gap.split(separator: " ")
        guard words.count > 4, words[3] == id.stream.hexadecimal else { return false }
        guard words.count > 6, words[5] == "from" else { return true }
        let parts = words[6].split(separator: ":").compactMap { UInt32($0) }
        return parts.count == 2 && (parts[0], parts[1]) <= (id.epoch, id.sequence)
    }

    /// The row that a phrase such as `normal 3:12` names; nil for the beginning and the end.
    private static func row(_ phrase: Substring) -> RowID? {
        let words = phrase.split { $0 == " " || $0 == ":" }
        guard words.count == 3, let lane = Lane.allCases.first(where: { $0.word == words[0] }),
            let epoch = UInt32(words[1]), let first = UInt32(words[2])
        else { return nil }
        return RowID(lane: lane, epoch: epoch, first: first)
    }
}

extension String {
    /// The parts of a list behind `mark`.
    fileprivate func components(after mark: String) -> [Substring]? {
        guard let start = firstRange(of: mark) else { return nil }
        return self[start.upperBound...].split(separator: ", ").map { part in
            part.hasPrefix("and ") ? part.dropFirst(4) : part
        }
    }
}

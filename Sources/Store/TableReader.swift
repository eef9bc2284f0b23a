internal import Events

/// Reads a damaged table in row order, stepping over what cannot be read.
struct TableReader {
    /// What was stepped over, a phrase each.
    var gaps: [String] { holes.map { $0.from + " and " + $0.to } }
    private var holes: [(from: String, to: String)] = []
    // More are joined to the last one: what an operator is told has to fit the report.
    private static let holesMost = 8

    private let rows: Statement
    private let hasEventIDs: Bool
    /// How many columns a row has; the first version of the schema had no `mark`, and one more in
    /// `epoch`.
    private let width: Int?
    private var start: Int64
    private var lastRead: Int64?

    private enum Found {
        case row([Value])
        case end
        case damage
    }

    /// Reads `table`; nil where not even that can be asked.
    init?(_ table: String, of connection: borrowing Connection) {
        do throws(StoreError) {
            rows = try connection.prepare(
                "SELECT * FROM " + table + " WHERE rowid >= ? ORDER BY rowid LIMIT 1")
        } catch {
            return nil
        }
        hasEventIDs = Schema.eventTables.contains(table)
        start = hasEventIDs ? .min : 0
        width = hasEventIDs ? 5 : table == "epoch" ? 4 : nil
    }

    /// The next row that can be read; nil at the end.
    mutating func next() -> [Value]? {
        switch find(from: start) {
        case .end: return nil
        case .row(let row): return advance(to: row)
        case .damage:
            let gapStart = lastRead
            guard let readable = firstReadable(after: start) else {
                skip(gapStart, to: "the end")
                start = .max
                return nil
            }
            guard case .row(let row) = find(from: readable) else {
                skip(gapStart, to: "the end")
                start = .max
                return nil
            }
            let next = advance(to: row)
            skip(gapStart, to: name(lastRead))
            return next
        }
    }

    private mutating func skip(_ id: Int64?, to end: String) {
        if holes.count < Self.holesMost {
            holes.append((name(id), end))
        } else {
            holes[holes.count - 1].to = end
        }
    }

    private mutating func advance(to row: [Value]) -> [Value]? {
        guard case .integer(let id)? = row.first, id < .max else { return nil }
        lastRead = id
        start = id + 1
        return row
    }

    private func find(from id: Int64) -> Found {
        do throws(StoreError) {
            try rows.bind(.integer(id))
            defer { rows.reset() }
            guard try rows.step() else { return .end }
            var row = rows.values()
            if hasEventIDs, row.count == 4 { row.append(.null) }
            if let width, row.count > width { row.removeLast(row.count - width) }
            return hasEventIDs && !RowCheck.holds(row) ? .damage : .row(row)
        } catch {
            return .damage
        }
    }

    /// The least id from which reading works again, by doubling strides and then by halving.
    private func firstReadable(after start: Int64) -> Int64? {
        var damaged = start
        var stride: Int64 = 1
        while true {
            let (probe, isOver) = start.addingReportingOverflow(stride)
            if isOver || probe == .max { return nil }
            if case .damage = find(from: probe) {
                damaged = probe
                let (doubled, isTooFar) = stride.multipliedReportingOverflow(by: 2)
                if isTooFar { return nil }
                stride = doubled
                continue
            }
            var readable = probe
            while readable - damaged > 1 {
                let middle = damaged + (readable - damaged) / 2
                if case .damage = find(from: middle) { damaged = middle } else { readable = middle }
            }
            return readable
        }
    }

    private func name(_ id: Int64?) -> String {
        guard let id else { return "the beginning" }
        guard hasEventIDs, case let row = RowID(stored: id), let lane = row.lane else {
            return id.description
        }
        return lane.word + " " + row.epoch.description + ":" + row.first.description
    }
}

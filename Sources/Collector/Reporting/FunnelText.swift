internal import Events
internal import Foundation
internal import Reports

/// The funnel for people: ASCII, at most 79 columns unless a number is wider.
enum FunnelText {
    private static let labelWidth = 15
    private static let columnCount = 79

    /// The whole report, each line ended.
    static func text(of report: FunnelReport) -> String {
        var lines = stages(report.counts)
        lines += [""] + revenue(report.counts)
        lines += [""] + completeness(report)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func stages(_ counts: FunnelCounts) -> [String] {
        let width = max(8, counts.visits.description.count + 1)
        let barWidth = max(10, columnCount - labelWidth - 2 * width - 2)
        let widest = max(1, counts.stages.map(\.visits).max() ?? 1)
        var lines = [
            "Funnel: \(counts.visits) visits", "",
            left("stage") + right("visits", width) + right("people", width),
        ]
        for (stage, reached) in zip(Stage.allCases, counts.stages) {
            let index = Int(stage.rawValue)
            // A stage that was reached at all shows at least one mark.
            let marks = (reached.visits * Int64(barWidth) + widest - 1) / widest
            let row =
                left(stage.word) + right(reached.visits.description, width)
                + right(reached.people.description, width) + "  "
                + String(repeating: "#", count: Int(marks))
            lines.append(trimmed(row))
            if counts.goneOn.indices.contains(index) {
                lines.append("  " + step(counts, from: index))
            }
        }
        if counts.eventsOutsideVisits > 0 {
            lines.append("(\(counts.eventsOutsideVisits) events are part of no visit)")
        }
        let (staff, test) = (counts.staffVisitsLeftOut, counts.testVisitsLeftOut)
        if staff + test > 0 {
            lines.append("(\(staff) visits of staff and \(test) tests left out: --all-actors)")
        }
        return lines
    }

    private static func step(_ counts: FunnelCounts, from stage: Int) -> String {
        guard let share = counts.perMilleGoneOn(from: stage) else { return "-" }
        return "\(share / 10).\(share % 10) % go on (\(counts.goneOn[stage]) of "
            + "\(counts.stages[stage].visits)), \(counts.dropOff(from: stage)) drop off"
    }

    private static func revenue(_ counts: FunnelCounts) -> [String] {
        let rows = counts.revenue.sorted { $0.key < $1.key }.map { row in
            (
                currency: row.key, revenue: row.value,
                amount: MinorUnits.text(
                    row.value.minorUnits, digits: Currency.digits(of: row.key) ?? 0)
            )
        }
        let width = max(14, (rows.map(\.amount.count).max() ?? 0) + 2)
        var lines = [
            left("revenue") + right("amount", width) + right("orders", 9) + right("refunds", 9)
        ]
        for row in rows {
            lines.append(
                left(row.currency) + right(row.amount, width)
                    + right(row.revenue.completed.description, 9)
                    + right(row.revenue.refunded.description, 9)
                    + (row.currency == Currency.none ? "  no currency said" : ""))
        }
        if rows.isEmpty { lines.append("(no orders with an amount)") }
        if counts.unreadableAmounts > 0 {
            lines.append("not added: \(counts.unreadableAmounts) with unreadable money")
        }
        if counts.missingAmounts > 0 {
            lines.append("not added: \(counts.missingAmounts) without an amount")
        }
        return lines
    }

    private static func completeness(_ report: FunnelReport) -> [String] {
        let held = report.completeness
        var lines = [
            left("complete") + "devices \(held.devices), events \(held.events), "
                + "duplicates refused \(held.duplicates), missing \(held.missing)"
        ]
        func line(_ label: String, _ text: String) { lines.append(left(label) + text) }
        for row in held.tombstoned { line("left", "\(row.events) by \(row.reason)") }
        if held.messageIDReused > 0 {
            line("note", "\(held.messageIDReused) events reuse an earlier message id")
        }
        if held.refused > 0 { line("note", "\(held.refused) events refused as no JSON object") }
        if held.untimed > 0 {
            line("note", "\(held.untimed) events have times that are bounds only")
        }
        if held.timesWaiting > 0 {
            line("WARNING", "\(held.timesWaiting) \(waiting)")
        }
        for gap in held.gaps {
            line("missing", "\(gap.missing) of \(gap.device) epoch \(gap.epoch)")
            line("", "stream \(gap.stream)")
        }
        for warning in held.warnings {
            line("WARNING", "\(warning.device): \(sentence(warning.name))")
            line("", "since \(time(warning.sinceMilliseconds))")
            line("", "last \(time(warning.latestMilliseconds))")
        }
        return lines
    }

    /// What follows a number of events.
    static let waiting = "times are still being solved; run again"

    private static func sentence(_ name: String) -> String {
        name == Notice.clonedOrRestored ? "device cloned or restored" : name
    }

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }

    private static func left(_ text: String) -> String {
        text + String(repeating: " ", count: max(1, labelWidth - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}

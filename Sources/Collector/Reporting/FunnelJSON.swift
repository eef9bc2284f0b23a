internal import Events
internal import Reports

/// The funnel for programs: schema `funnel/1`, described on the module's page.
enum FunnelJSON {
    /// One line of JSON with its line feed.
    static func text(of report: FunnelReport) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.member("schema", "funnel/1")
        writer.member("visits", report.counts.visits)
        writer.member("events_outside_visits", report.counts.eventsOutsideVisits)
        writer.member("staff_visits_left_out", report.counts.staffVisitsLeftOut)
        writer.member("test_visits_left_out", report.counts.testVisitsLeftOut)
        stages(report.counts, &writer)
        conversions(report.counts, &writer)
        revenue(report.counts, &writer)
        completeness(report.completeness, &writer)
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func stages(_ counts: FunnelCounts, _ writer: inout JSONWriter) {
        writer.objects("stages", zip(Stage.allCases, counts.stages)) { writer, row in
            writer.member("stage", row.0.word)
            writer.member("visits", row.1.visits)
            writer.member("people", row.1.people)
        }
    }

    private static func conversions(_ counts: FunnelCounts, _ writer: inout JSONWriter) {
        writer.objects("conversions", counts.goneOn.indices) { writer, stage in
            writer.member("from", Stage.allCases[stage].word)
            writer.member("to", Stage.allCases[stage + 1].word)
            writer.member("visits", counts.goneOn[stage])
            writer.member("of", counts.stages[stage].visits)
            writer.member("drop_off", counts.dropOff(from: stage))
            writer.key("per_mille")
            if let share = counts.perMilleGoneOn(from: stage) {
                writer.number(share)
            } else {
                writer.null()
            }
        }
    }

    private static func revenue(_ counts: FunnelCounts, _ writer: inout JSONWriter) {
        let rows = counts.revenue.sorted { $0.key < $1.key }
        writer.objects("revenue", rows) { writer, row in
            let digits = Currency.digits(of: row.key) ?? 0
            writer.member("currency", row.key)
            writer.key("minor_units")
            writer.raw(Array(row.value.minorUnits.description.utf8))
            writer.member("digits", Int64(digits))
            writer.member("amount", MinorUnits.text(row.value.minorUnits, digits: digits))
            writer.member("completed", row.value.completed)
            writer.member("refunded", row.value.refunded)
        }
        writer.member("unreadable_amounts", counts.unreadableAmounts)
        writer.member("missing_amounts", counts.missingAmounts)
    }

    private static func completeness(_ held: Completeness, _ writer: inout JSONWriter) {
        writer.key("completeness")
        writer.beginObject()
        writer.member("devices", held.devices)
        writer.member("events", held.events)
        writer.member("duplicates", held.duplicates)
        writer.member("message_id_reused", held.messageIDReused)
        writer.member("refused", held.refused)
        writer.member("conflicts", held.conflicts)
        writer.key("times")
        writer.beginObject()
        for row in held.times { writer.member(row.quality.word, row.events) }
        writer.endObject()
        writer.member("times_waiting", held.timesWaiting)
        writer.member("clock_unreadable", held.clockUnreadable)
        writer.member("missing", held.missing)
        writer.objects("gaps", held.gaps) { writer, gap in
            writer.member("device", gap.device)
            writer.member("stream", gap.stream)
            writer.member("epoch", gap.epoch)
            writer.member("missing", gap.missing)
        }
        writer.objects("tombstoned", held.tombstoned) { writer, row in
            writer.member("reason", row.reason)
            writer.member("events", row.events)
        }
        writer.endObject()
        writer.objects("warnings", held.warnings) { writer, warning in
            writer.member("device", warning.device)
            writer.member("warning", warning.name)
            writer.member("since_ms", warning.sinceMilliseconds)
            writer.member("latest_ms", warning.latestMilliseconds)
        }
    }
}

/// Prometheus's text format, version 0.0.4.
struct MetricsText {
    /// Devices that are named; the gaps of all are in the sum.
    static let devicesMax = 1000

    private static let neverRefused: [String: Int64] = [
        "not_json": 0, "not_object": 0, "not_utf8": 0,
    ]

    private(set) var text = ""

    init(
        _ counts: CollectorMetrics.Counts, _ clock: HostClock.Reading,
        _ findings: ArchiveSurvey.Findings?
    ) {
        family("build_info", "gauge", "1, by the version that serves.")
        sample("build_info", 1, ["version": productVersion])
        family("clock_synchronised", "gauge", "Whether a time source keeps this machine's clock.")
        sample("clock_synchronised", clock.state == .synchronised ? 1 : 0)
        family("events_ingested_total", "counter", "Events that were not held before.")
        sample("events_ingested_total", counts.ingested)
        family("events_known_total", "counter", "Events that were held before, or their message.")
        sample("events_known_total", counts.known)
        family("events_conflicting_total", "counter", "Events whose id is held with other content.")
        sample("events_conflicting_total", counts.conflicting)
        family("events_refused_total", "counter", "Events that are no JSON object, by reason.")
        // A series that begins with its first event shows no increase by it.
        let refused = counts.refused.merging(Self.neverRefused) { count, _ in count }
        for (reason, count) in refused.sorted(by: { $0.key < $1.key }) {
            sample("events_refused_total", count, ["reason": reason])
        }
        family("blocks_refused_total", "counter", "Blocks that got no receipt, by reason.")
        for (reason, count) in counts.refusedBlocks.sorted(by: { $0.key < $1.key }) {
            sample("blocks_refused_total", count, ["reason": reason])
        }
        family("requests_total", "counter", "Requests that were answered, by path and status.")
        let requests = counts.requests.sorted {
            ($0.key.path, $0.key.status) < ($1.key.path, $1.key.status)
        }
        for (request, count) in requests {
            sample(
                "requests_total", count, ["path": request.path, "status": "\(request.status)"])
        }
        write(counts.lag)
        if let latest = counts.latestBlockMilliseconds {
            family("latest_block_timestamp_seconds", "gauge", "When a block was last committed.")
            sample("latest_block_timestamp_seconds", Self.seconds(latest))
        }
        if let findings { write(findings) }
    }

    private mutating func write(_ lag: LagHistogram) {
        family(
            "event_lag_seconds", "histogram",
            "From an event to its arrival, where the device's clock was synchronised.")
        var count: Int64 = 0
        for (bound, more) in zip(LagHistogram.boundsSeconds.map(String.init) + ["+Inf"], lag.counts)
        {
            count += more
            sample("event_lag_seconds_bucket", count, ["le": bound])
        }
        sample("event_lag_seconds_sum", Self.seconds(lag.sumMilliseconds))
        sample("event_lag_seconds_count", count)
    }

    private mutating func write(_ findings: ArchiveSurvey.Findings) {
        family("survey_timestamp_seconds", "gauge", "When the archive's events were last counted.")
        sample("survey_timestamp_seconds", Self.seconds(findings.takenAtMilliseconds))
        family("survey_duration_seconds", "gauge", "How long the latest count took.")
        sample("survey_duration_seconds", Self.seconds(findings.tookMilliseconds))
        family("devices", "gauge", "Devices that are known.")
        sample("devices", findings.devices)
        family("duplicates", "gauge", "Ids whose message is held under another id.")
        sample("duplicates", findings.duplicates)
        family("conflicts", "gauge", "Contents that came under an id which is held with another.")
        sample("conflicts", findings.conflicts)
        family("events_missing", "gauge", "Ids given, and neither held nor accounted for.")
        sample("events_missing", findings.missing.reduce(0) { $0 + $1.count })
        family(
            "device_events_missing", "gauge",
            "Ids given, and neither held nor accounted for, of the \(Self.devicesMax) devices "
                + "that miss most.")
        for missing in findings.missing.prefix(Self.devicesMax) {
            sample("device_events_missing", missing.count, ["device": missing.device])
        }
    }

    private mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP footfall_\(name) \(help)\n# TYPE footfall_\(name) \(type)\n"
    }

    private mutating func sample(
        _ name: String, _ value: some CustomStringConvertible,
        _ labels: KeyValuePairs<String, String> = [:]
    ) {
        text += "footfall_" + name
        if !labels.isEmpty {
            let pairs = labels.map { #"\#($0.key)="\#(Self.escaped($0.value))""# }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += #"\\"#
            case "\"": escaped += #"\""#
            case "\n": escaped += #"\n"#
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func seconds(_ milliseconds: Int64) -> Double { Double(milliseconds) / 1000 }
}

internal import Events
internal import Platform
internal import Store
internal import Sync

/// `status`: one screen that tells whether this device needs a person.
struct StatusReport: OperatorReport {
    private let device: String
    private let stream: StreamID
    private let epoch: UInt32
    private let uptimeMilliseconds: Int64
    private let wall: WallTime
    private let collectorURL: String
    private let isInsecure: Bool
    private let collectorState: String
    private let failureCount: Int
    private let nextAttemptMilliseconds: Int64?
    private let sinceDeliveryMilliseconds: Int64?
    private let lanes: [LaneStatistics]
    private let quarantine: [QuarantineStatistics]
    private let counters: [CounterDelta]
    private let producers: [ProducerStatus]
    private let isGuarded: Bool
    private let findings: GuardFindings
    private let diskUsedBytes: Int64
    private let diskQuotaBytes: Int64
    private let notices: [String]
    private let problems: [String]

    init(_ loop: AgentLoop, now: Instant, wall: WallTime) throws(StoreError) {
        device = loop.configuration.device
        stream = loop.store.stream
        epoch = loop.store.epoch
        uptimeMilliseconds = now.milliseconds(since: loop.startedAt)
        self.wall = wall
        collectorURL = loop.configuration.collectorURL
        isInsecure = loop.configuration.isInsecure
        let machine = loop.courier.machine
        failureCount = machine.failureCount
        collectorState = machine.lastVerdict?.word ?? "not asked yet"
        nextAttemptMilliseconds =
            if case .waiting(let until) = machine.state, failureCount > 0 {
                max(0, until.milliseconds(since: now))
            } else {
                nil
            }
        sinceDeliveryMilliseconds = loop.courier.lastDelivery.map { now.milliseconds(since: $0) }
        lanes = try loop.store.statistics()
        quarantine = try loop.store.quarantineStatistics()
        counters = try loop.store.counters()
        producers = loop.producerStatus(now)
        isGuarded = loop.configuration.isGuarded
        findings = loop.admitter.findings
        (diskUsedBytes, diskQuotaBytes) = try loop.store.diskBytes()
        notices = try Self.notices(loop.store) + Self.notices(loop.courier.certificates)
        problems = Self.problems(loop, failureCount, collectorState)
    }

    var exitCode: Int32 { problems.isEmpty ? ExitCode.success : ExitCode.failure }

    private static func notices(_ store: EventStore) throws(StoreError) -> [String] {
        var notices: [String] = []
        if let damage = try store.text(NoticeName.damaged) {
            for line in damage.split(separator: "\n") { notices.append("damaged: " + line) }
        }
        if let cloned = try store.text(NoticeName.cloned) { notices.append(cloned) }
        if let percent = try store.freePercentWithoutGrowth() {
            notices.append(
                "disk: \(percent) % free, the queue does not grow: make room on the disk")
        }
        return notices
    }

    // Long enough for somebody to come by.
    private static let certificateDaysLeast: Int32 = 30

    private static func notices(_ certificates: CertificateDays?) -> [String] {
        guard let certificates else { return [] }
        var notices: [String] = []
        for (whose, days) in [
            ("the collector's certificate", certificates.collector),
            ("certificate_file", certificates.device ?? .max),
        ] where days < certificateDaysLeast {
            notices.append("\(whose) ends in \(days) days: have it renewed")
        }
        return notices
    }

    private static func problems(
        _ loop: AgentLoop, _ failureCount: Int, _ collectorState: String
    ) -> [String] {
        var problems: [String] = []
        if let fault = loop.storeFault { problems.append(fault) }
        if failureCount > 0 {
            problems.append(
                "collector \(collectorState), "
                    + (failureCount == 1 ? "once: " : "\(failureCount) times in a row: ")
                    + CollectorHint.text(
                        loop.courier.machine.lastVerdict, loop.courier.lastFailure,
                        loop.configuration))
        }
        let withheldCount = loop.courier.withheld.count
        if withheldCount > 0 {
            problems.append(
                "events too long for the way: \(withheldCount); others pass them, and they are "
                    + "tried each hour: look for a proxy's limit (413) or a slow line")
        }
        return problems
    }

    private var queuedCount: Int64 { lanes.reduce(0) { $0 + $1.eventCount } }

    private func total(_ name: String) -> Int64 {
        counters.reduce(Int64(0)) { $1.name == name ? $0.addingSaturated($1.value) : $0 }
    }

    var text: String {
        var text = Self.line(
            "\(device):",
            "\(problems.isEmpty ? "healthy" : "DEGRADED"), "
                + "up \(Timestamp.span(uptimeMilliseconds)), footfall \(Program.version)")
        var collector = "\(collectorURL): \(collectorState)"
        if let sinceDeliveryMilliseconds {
            collector += ", last delivery \(Timestamp.span(sinceDeliveryMilliseconds)) ago"
        }
        if let nextAttemptMilliseconds {
            collector += ", next try in \(Timestamp.span(nextAttemptMilliseconds))"
        }
        text += Self.line("  collector ", collector)
        if isInsecure { text += "  collector  insecure = yes: events travel in the clear\n" }
        text +=
            "  queue      \(queuedCount) events waiting, "
            + "\(total(CounterName.delivered)) delivered\n"
        for lane in lanes where lane.eventCount > 0 {
            text += "             \(lane.lane.word) \(lane.eventCount), \(lane.byteCount) bytes\n"
        }
        for entry in quarantine {
            text += "  quarantine \(entry.reason) \(entry.eventCount)\n"
        }
        for producer in producers { text += Self.line("  producer  ", producer.text) }
        if !isGuarded { text += "  guard      off: texts are stored as they come\n" }
        for line in findings.lines { text += Self.line("  guard     ", line) }
        text += "  disk       \(diskUsedBytes / 1000) of \(diskQuotaBytes / 1000) kB\n"
        text += "  clock      \(Timestamp.text(wall.milliseconds)), \(Self.word(wall.quality))\n"
        text += "  id         stream \(stream.hexadecimal), epoch \(epoch)\n"
        for notice in notices { text += Self.line("  notice    ", notice) }
        for problem in problems { text += Self.line("  PROBLEM   ", problem) }
        return text
    }

    private static let columnsMost = 80
    private static let indentation = "            "

    /// A label and its words, which go on below themselves where they would leave the screen.
    private static func line(_ label: String, _ words: String) -> String {
        var (text, columns) = (label, label.utf8.count)
        for word in words.split(separator: " ") {
            if columns + 1 + word.utf8.count > columnsMost {
                text += "\n" + indentation
                columns = indentation.utf8.count
            }
            text += " " + word
            columns += 1 + word.utf8.count
        }
        return text + "\n"
    }

    private static func word(_ quality: TimeQuality) -> String {
        switch quality {
        case .synchronised: "synchronised"
        case .unsynchronised: "unsynchronised"
        case .implausible: "implausible"
        }
    }

    func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in [
            ("schema", "status/1"), ("state", problems.isEmpty ? "healthy" : "degraded"),
            ("version", Program.version), ("device", device), ("stream", stream.hexadecimal),
            ("time", Timestamp.text(wall.milliseconds)), ("timeQuality", Self.word(wall.quality)),
        ] {
            writer.key(name)
            writer.string(value)
        }
        for (name, value) in [
            ("epoch", Int64(epoch)), ("uptimeMilliseconds", uptimeMilliseconds),
            ("diskUsedBytes", diskUsedBytes), ("diskQuotaBytes", diskQuotaBytes),
        ] {
            writer.key(name)
            writer.number(value)
        }
        writeCollector(&writer)
        writeQueue(&writer)
        writeCounters(&writer)
        writer.key("producers")
        writer.beginArray()
        for producer in producers { producer.write(&writer) }
        writer.endArray()
        writer.key("guard")
        writer.string(isGuarded ? "on" : "off")
        writer.key("guardFindings")
        findings.write(&writer)
        write(notices, as: "notices", &writer)
        write(problems, as: "problems", &writer)
        writer.endObject()
    }

    private func writeCollector(_ writer: inout JSONWriter) {
        writer.key("collector")
        writer.beginObject()
        writer.key("url")
        writer.string(collectorURL)
        writer.key("insecure")
        writer.boolean(isInsecure)
        writer.key("state")
        writer.string(collectorState)
        writer.key("failures")
        writer.number(Int64(failureCount))
        for (name, value) in [
            ("nextAttemptMilliseconds", nextAttemptMilliseconds),
            ("sinceDeliveryMilliseconds", sinceDeliveryMilliseconds),
        ] {
            writer.key(name)
            if let value { writer.number(value) } else { writer.null() }
        }
        writer.endObject()
    }

    private func writeQueue(_ writer: inout JSONWriter) {
        writer.key("queued")
        writer.number(queuedCount)
        writer.key("lanes")
        writer.beginObject()
        for lane in lanes {
            writer.key(lane.lane.word)
            writer.beginObject()
            writer.key("events")
            writer.number(lane.eventCount)
            writer.key("bytes")
            writer.number(lane.byteCount)
            writer.endObject()
        }
        writer.endObject()
        writer.key("quarantine")
        writer.beginObject()
        for entry in quarantine {
            writer.key(entry.reason)
            writer.number(entry.eventCount)
        }
        writer.endObject()
    }

    private func writeCounters(_ writer: inout JSONWriter) {
        writer.key("counters")
        writer.beginObject()
        var names: [String] = []
        for counter in counters where !names.contains(counter.name) { names.append(counter.name) }
        for name in names {
            writer.key(name)
            writer.number(total(name))
        }
        writer.endObject()
    }

    private func write(_ lines: [String], as name: String, _ writer: inout JSONWriter) {
        writer.key(name)
        writer.beginArray()
        for line in lines { writer.string(line) }
        writer.endArray()
    }
}

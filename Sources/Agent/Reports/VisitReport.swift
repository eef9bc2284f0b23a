internal import Events
internal import Identity
internal import Platform
internal import Store

/// `visit show`: who is in front of the kiosk, without saying who.
struct VisitReport: OperatorReport {
    private let summary: VisitSummary
    private let now: Instant
    private let wallMilliseconds: Int64

    init(_ loop: AgentLoop, now: Instant, wall: WallTime) throws(StoreError) {
        self.init(loop.admitter.visits.summary(at: now), now: now, wall.milliseconds)
    }

    init(_ summary: VisitSummary, now: Instant, _ wallMilliseconds: Int64) {
        self.summary = summary
        self.now = now
        self.wallMilliseconds = wallMilliseconds
    }

    var exitCode: Int32 { ExitCode.success }

    var text: String {
        var text = "no visit now\n"
        if let number = summary.number {
            text = "visit " + number.description + ", " + summary.actor.word + "\n"
            text += "  since      " + ago(summary.startMilliseconds)
            text += "  last event " + ago(summary.lastMilliseconds)
            text += "  known by   " + list(summary.identityTypes) + "\n"
        }
        text += "visits in 24 hours: " + summary.visitsWithinDay.description + "\n"
        if summary.sharedCount > 0 {
            text += "shared by too many to tell anything: " + summary.sharedCount.description
            text += " (" + list(summary.sharedTypes) + ")\n"
        }
        return text
    }

    func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("schema")
        writer.string("visit/1")
        writer.key("visit")
        writer.visit(summary.number)
        if summary.number != nil {
            writer.key("since")
            writer.string(Timestamp.text(wall(summary.startMilliseconds)))
            writer.key("last")
            writer.string(Timestamp.text(wall(summary.lastMilliseconds)))
            writer.key("actor")
            writer.string(summary.actor.word)
            writer.key("identified")
            write(summary.identityTypes, &writer)
        }
        writer.key("visits24h")
        writer.number(Int64(summary.visitsWithinDay))
        writer.key("shared")
        writer.number(Int64(summary.sharedCount))
        writer.key("sharedTypes")
        write(summary.sharedTypes, &writer)
        writer.endObject()
    }

    @inline(never)
    private func ago(_ milliseconds: Int64) -> String {
        let span = Timestamp.span(now.milliseconds - milliseconds)
        return Timestamp.text(wall(milliseconds)) + ", " + span + " ago\n"
    }

    private func wall(_ milliseconds: Int64) -> Int64 {
        wallMilliseconds - (now.milliseconds - milliseconds)
    }

    @inline(never)
    private func words(_ types: UInt32) -> [String] {
        var words: [String] = []
        for type in IdentityType.allCases where types >> UInt32(type.rawValue) & 1 == 1 {
            words.append("\(type.word)")
        }
        return words
    }

    @inline(never)
    private func list(_ types: UInt32) -> String {
        var text = ""
        for word in words(types) { text += text.isEmpty ? word : ", " + word }
        return text.isEmpty ? "nothing" : text
    }

    @inline(never)
    private func write(_ types: UInt32, _ writer: inout JSONWriter) {
        writer.beginArray()
        for word in words(types) { writer.string(word) }
        writer.endArray()
    }
}

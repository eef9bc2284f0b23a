internal import Events
internal import Platform
internal import Store

/// Something that an operator can ask for, as words and as JSON.
protocol OperatorReport {
    /// Gathers what there is to say at `now`.
    init(_ loop: AgentLoop, now: Instant, wall: WallTime) throws(StoreError)

    /// 0, or what a script should stop at.
    var exitCode: Int32 { get }
    /// For people: at most 80 columns, each line ended.
    var text: String { get }
    /// For programs: one object that begins with its schema.
    func write(_ writer: inout JSONWriter)
}

extension AgentLoop {
    /// The answer to a verb that only reads.
    func report<Report: OperatorReport>(
        _: Report.Type, _ isJSON: Bool, _ world: inout some World & ~Copyable
    ) -> ControlResponse {
        // Counters of refusals wait for a commit to ride on; an operator wants them now.
        if !pending.isEmpty { commit(&world) }
        do throws(StoreError) {
            let report = try Report(self, now: world.monotonicNow(), wall: world.wallNow())
            guard isJSON else {
                return ControlResponse(exitCode: report.exitCode, output: Array(report.text.utf8))
            }
            var writer = JSONWriter(capacity: 1024)
            report.write(&writer)
            return ControlResponse(
                exitCode: report.exitCode, output: writer.bytes + [UInt8(ascii: "\n")])
        } catch {
            complain(error)
            return Self.failure(error)
        }
    }
}

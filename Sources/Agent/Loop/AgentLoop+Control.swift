internal import Events
internal import Platform
internal import Store

/// An operator's `flush` that waits for the collector.
struct WaitingFlush {
    var connection: ConnectionID
    var deadline: Instant
    var isJSON: Bool
    /// Everything stored up to here is meant.
    var epoch: UInt32
    var sequence: UInt32
    /// What had left otherwise than by delivery before the call, by reason.
    var leftBefore: [(reason: String, count: Int64)]
}

/// The control door: one verb a connection.
extension AgentLoop {
    func receiveControl(
        _ bytes: [UInt8], _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        guard let held = control[connection]?.request.count,
            held + bytes.count <= ControlRequest.bytesMost
        else {
            respond(
                ControlResponse(exitCode: ExitCode.usage, complaint: "the request is too large"),
                connection, &world)
            return
        }
        control[connection]?.request.append(contentsOf: bytes)
    }

    func obey(
        _ asked: ControlConnection, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable
    ) {
        guard let request = ControlRequest(asked.request) else {
            respond(
                ControlResponse(exitCode: ExitCode.usage, complaint: "no verb that I know"),
                connection, &world)
            return
        }
        let isTrusted = asked.peer.map { $0.userID == 0 || $0.userID == ThisProcess.userID }
        if request.verb.isChanging, isTrusted != true {
            respond(
                ControlResponse(
                    exitCode: ExitCode.forbidden,
                    complaint: "\(request.verb.word) is for root and the agent's own user; use sudo"
                ), connection, &world)
            return
        }
        switch request.verb {
        case .status:
            respond(report(StatusReport.self, request.isJSON, &world), connection, &world)
        case .queueAudit:
            respond(report(AuditReport.self, request.isJSON, &world), connection, &world)
        case .send: send(request, connection, &world)
        case .flush: beginFlush(request, connection, &world)
        case .visitStart, .visitEnd: markVisit(request, connection, &world)
        case .visitShow:
            respond(report(VisitReport.self, request.isJSON, &world), connection, &world)
        }
    }

    func respond(
        _ response: ControlResponse, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable
    ) {
        world.send(response.bytes, to: connection)
        world.close(connection)
        forget(connection)
    }

    /// What an operator is told when the store cannot be read.
    static func failure(_ error: StoreError) -> ControlResponse {
        ControlResponse(
            exitCode: ExitCode.damaged,
            complaint: "the store cannot be read: \(error.operation): \(error.detail); "
                + "look at the disk and at the agent's log")
    }

    private func send(
        _ request: ControlRequest, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable
    ) {
        var payload = request.payload
        // A last line without its line feed is a line all the same.
        if let last = payload.last, last != UInt8(ascii: "\n") {
            payload.append(UInt8(ascii: "\n"))
        }
        guard let answer = admit(payload, &world) else {
            respond(
                ControlResponse(exitCode: ExitCode.usage, complaint: "too many lines at once"),
                connection, &world)
            return
        }
        let isRefused = !answer.refusals.isEmpty
        pending.answers.append(
            WaitingAnswer(
                connection: connection, door: .control,
                stored: ControlResponse(
                    exitCode: isRefused ? ExitCode.failure : ExitCode.success,
                    output: answer.text(isStored: true)
                ).bytes,
                failed: ControlResponse(
                    exitCode: ExitCode.temporary, output: answer.text(isStored: false)
                ).bytes,
                closes: true))
    }

    /// Admits whole lines; nil where they are too many.
    @inline(never)
    func admit(_ payload: [UInt8], _ world: inout some World & ~Copyable) -> GroupAnswer? {
        var lines = IngestLines()
        let (text, group) = lines.receive(payload)
        guard group.count <= Limits.requestEvents else { return nil }
        return admit(group, of: text, from: Handover(producer: 0, time: eventTime(&world)))
    }

    private func beginFlush(
        _ request: ControlRequest, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable
    ) {
        // What stands in shared memory, or was admitted in this quantum, was handed over before the
        // call.
        drainRings(&world)
        commit(&world)
        let leftBefore: [(reason: String, count: Int64)]
        do throws(StoreError) {
            leftBefore = try leftOtherwise()
        } catch {
            complain(error)
            respond(Self.failure(error), connection, &world)
            return
        }
        let now = world.monotonicNow()
        flushes.append(
            WaitingFlush(
                connection: connection,
                deadline: now.advanced(byMilliseconds: request.waitMilliseconds),
                isJSON: request.isJSON,
                // Before the epoch's first event, everything of the epochs before it.
                epoch: nextSequence > 0 ? store.epoch : store.epoch - 1,
                sequence: nextSequence > 0 ? nextSequence - 1 : .max,
                leftBefore: leftBefore))
        courier.hasten()
    }

    /// Answers every flush that is over, one way or the other.
    func answerFlushes(_ world: inout some World & ~Copyable, _ now: Instant) {
        guard !flushes.isEmpty else { return }
        for flush in flushes {
            do throws(StoreError) {
                let waiting = try store.queuedEventCount(
                    throughEpoch: flush.epoch, sequence: flush.sequence)
                guard waiting == 0 || flush.deadline <= now else { continue }
                let report = FlushReport(waiting, try left(since: flush))
                respond(report.response(flush.isJSON), flush.connection, &world)
            } catch {
                complain(error)
                respond(Self.failure(error), flush.connection, &world)
            }
        }
    }

    private func left(
        since flush: WaitingFlush
    ) throws(StoreError) -> [(reason: String, count: Int64)] {
        var left: [(reason: String, count: Int64)] = []
        for (reason, count) in try leftOtherwise() {
            var before: Int64 = 0
            for entry in flush.leftBefore where entry.reason == reason { before = entry.count }
            if count > before { left.append((reason, count - before)) }
        }
        return left
    }

    /// What has left the queue otherwise than by delivery, by reason, over all lanes.
    private func leftOtherwise() throws(StoreError) -> [(reason: String, count: Int64)] {
        var left: [(reason: String, count: Int64)] = []
        for counter in try store.counters()
        where counter.name.hasPrefix(CounterName.droppedPrefix)
            || counter.name.hasPrefix(CounterName.quarantined(CounterName.byCollector))
        {
            if let index = left.firstIndex(where: { $0.reason == counter.name }) {
                left[index].count += counter.value
            } else {
                left.append((counter.name, counter.value))
            }
        }
        return left
    }
}

/// How a flush ended.
struct FlushReport {
    private let waiting: Int64
    private let left: [(reason: String, count: Int64)]

    init(_ waiting: Int64, _ left: [(reason: String, count: Int64)]) {
        self.waiting = waiting
        self.left = left
    }

    private var exitCode: Int32 {
        if waiting > 0 { return ExitCode.temporary }
        return left.isEmpty ? ExitCode.success : ExitCode.failure
    }

    func response(_ isJSON: Bool) -> ControlResponse {
        ControlResponse(exitCode: exitCode, output: isJSON ? json : Array(text.utf8))
    }

    private var text: String {
        if waiting > 0 { return "time is up: \(waiting) events still wait\n" }
        guard !left.isEmpty else { return "all events are acknowledged\n" }
        var text = "acknowledged, but some left otherwise:"
        for entry in left { text += " \(entry.reason)=\(entry.count)" }
        return text + "\n"
    }

    private var json: [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.key("schema")
        writer.string("flush/1")
        writer.key("waiting")
        writer.number(waiting)
        writer.key("left")
        writer.beginObject()
        for entry in left {
            writer.key(entry.reason)
            writer.number(entry.count)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

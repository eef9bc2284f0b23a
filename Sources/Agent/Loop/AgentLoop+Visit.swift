internal import Events
internal import Identity
internal import Platform

/// `visit start` and `visit end`: an event like any other, so that the centre has it too.
extension AgentLoop {
    func markVisit(
        _ request: ControlRequest, _ connection: ConnectionID,
        _ world: inout some World & ~Copyable
    ) {
        let word = String(decoding: request.payload, as: UTF8.self)
        guard let actor = Actor(word: word.isEmpty ? Actor.shopper.word : word) else {
            respond(
                ControlResponse(
                    exitCode: ExitCode.usage, complaint: "actors: shopper, staff, test"),
                connection, &world)
            return
        }
        let isStart = request.verb == .visitStart
        let before = admitter.visits.summary(at: world.monotonicNow()).number
        let isStored = admit(Self.line(isStart, actor), &world)?.storedCount == 1
        let number = isStart ? admitter.visits.summary(at: world.monotonicNow()).number : before
        let refused = ControlResponse(
            exitCode: ExitCode.temporary,
            complaint: "the agent could not store it: its disk refused; try again"
        ).bytes
        pending.answers.append(
            WaitingAnswer(
                connection: connection, door: .control,
                stored: isStored ? Self.answer(number, request).bytes : refused,
                failed: refused, closes: true))
    }

    private static func line(_ isStart: Bool, _ actor: Actor) -> [UInt8] {
        var writer = JSONWriter(capacity: 96)
        writer.beginObject()
        writer.key("type")
        writer.string("track")
        writer.key("event")
        writer.string(isStart ? VisitRules.startEvent : VisitRules.endEvent)
        if isStart {
            writer.key("properties")
            writer.beginObject()
            writer.key("actor")
            writer.string(actor.word)
            writer.endObject()
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func answer(_ visit: UInt64?, _ request: ControlRequest) -> ControlResponse {
        let isStart = request.verb == .visitStart
        guard request.isJSON else {
            let number = visit?.description ?? "none"
            let word = isStart ? "started" : "ended"
            return ControlResponse(
                exitCode: ExitCode.success,
                output: Array(("visit " + number + " " + word + "\n").utf8))
        }
        var writer = JSONWriter(capacity: 64)
        writer.beginObject()
        writer.key("schema")
        writer.string("visit/1")
        writer.key(isStart ? "started" : "ended")
        writer.visit(visit)
        writer.endObject()
        return ControlResponse(
            exitCode: ExitCode.success, output: writer.bytes + [UInt8(ascii: "\n")])
    }
}

extension JSONWriter {
    /// A visit's number, or null.
    mutating func visit(_ number: UInt64?) {
        if let number { raw(Array(number.description.utf8)) } else { null() }
    }
}

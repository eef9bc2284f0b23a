internal import Events
internal import Intake
internal import Platform

/// The ingest door: NDJSON in, one line of answer for each group of lines.
extension AgentLoop {
    func receiveLines(
        _ bytes: [UInt8], _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        guard let (text, group) = ingest[connection]?.lines.receive(bytes) else { return }
        admit(group, of: text, connection, &world)
        reckon(connection, &world)
    }

    func endLines(_ connection: ConnectionID, _ world: inout some World & ~Copyable) {
        if let (text, group) = ingest[connection]?.lines.finish(), !group.isEmpty {
            admit(group, of: text, connection, &world, closes: true)
            return
        }
        // Answers that still wait for the commit leave before the connection does.
        if let last = pending.answers.lastIndex(where: { $0.connection == connection }) {
            pending.answers[last].closes = true
        } else {
            world.close(connection)
            forget(connection)
        }
    }

    private func admit(
        _ group: [IngestLines.Line], of text: [UInt8], _ connection: ConnectionID,
        _ world: inout some World & ~Copyable, closes: Bool = false
    ) {
        guard !group.isEmpty else { return }
        let handover = Handover(producer: 0, time: eventTime(&world))
        let answer = admit(group, of: text, from: handover)
        pending.answers.append(
            WaitingAnswer(
                connection: connection, door: .ingest, stored: answer.text(isStored: true),
                failed: answer.text(isStored: false), closes: closes))
    }

    /// Admits the lines of a group in order.
    func admit(
        _ group: [IngestLines.Line], of text: [UInt8], from handover: Handover
    ) -> GroupAnswer {
        var answer = GroupAnswer(lineCount: group.count)
        for (index, line) in group.enumerated() {
            switch line {
            case .blank: continue
            case .oversize(let byteCount):
                admitter.quarantine(
                    .tooBig, body: [], byteCount: byteCount, offset: nil, from: handover,
                    into: &pending, sequence: &nextSequence)
                answer.refuse(index, .tooBig, nil)
            case .event(let proposal, let error?):
                admitter.quarantine(
                    .notJSON, body: [], byteCount: Int64(proposal.range.count),
                    offset: error.offset, from: handover, into: &pending, sequence: &nextSequence)
                answer.refuse(index, .notJSON, error.offset)
            case .event(let proposal, nil):
                let summary = admitter.admit(
                    [proposal], of: text, from: handover, into: &pending, sequence: &nextSequence)
                answer.storedCount += summary.stored
                answer.duplicateCount += summary.duplicate
                for refusal in summary.refused { answer.refuse(index, refusal.fault, nil) }
            }
        }
        return answer
    }
}

/// What is said of a group of lines.
struct GroupAnswer {
    private let lineCount: Int
    var storedCount = 0
    var duplicateCount = 0
    private(set) var refusals: [(line: Int, fault: Fault, offset: Int?)] = []

    init(lineCount: Int) { self.lineCount = lineCount }

    mutating func refuse(_ index: Int, _ fault: Fault, _ offset: Int?) {
        refusals.append((index + 1, fault, offset))
    }

    /// One line of JSON; where the commit failed, that nothing was stored.
    func text(isStored: Bool) -> [UInt8] {
        var writer = JSONWriter(capacity: 96)
        writer.beginObject()
        writer.key("lines")
        writer.number(Int64(lineCount))
        writer.key("stored")
        writer.number(isStored ? Int64(storedCount) : 0)
        writer.key("duplicate")
        writer.number(isStored ? Int64(duplicateCount) : 0)
        writer.key("refused")
        writer.beginArray()
        if isStored { for refusal in refusals { append(refusal, to: &writer) } }
        writer.endArray()
        if !isStored {
            writer.key("error")
            writer.string("unavailable")
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func append(
        _ refusal: (line: Int, fault: Fault, offset: Int?), to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.key("line")
        writer.number(Int64(refusal.line))
        writer.key("reason")
        writer.string(refusal.fault.word)
        if let offset = refusal.offset {
            writer.key("offset")
            writer.number(Int64(offset))
        }
        writer.endObject()
    }
}

internal import Events
internal import Platform

/// What an operator is told of a producer that shares memory.
struct ProducerStatus {
    var peer: Peer
    var eventCount: Int64
    var eventsPerSecond: Int64
    var dropCount: Int64
    var faultCount: Int
    var waitingBytes: UInt64
    /// How long the record that waits longest has done so; nil where none waits.
    var lagMilliseconds: Int64?

    /// One line.
    var text: String {
        var text = "process \(peer.processID), user \(peer.userID): \(eventCount) events, "
        text += "\(eventsPerSecond) a second, \(dropCount) dropped"
        if faultCount > 0 { text += ", \(faultCount) faults" }
        if let lagMilliseconds {
            text += ", \(waitingBytes) bytes waiting for \(Timestamp.span(lagMilliseconds))"
        }
        return text
    }

    func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in [
            ("process", Int64(peer.processID)), ("user", Int64(peer.userID)),
            ("events", eventCount), ("eventsPerSecond", eventsPerSecond), ("dropped", dropCount),
            ("faults", Int64(faultCount)), ("waitingBytes", Int64(waitingBytes)),
        ] {
            writer.key(name)
            writer.number(value)
        }
        writer.key("lagMilliseconds")
        if let lagMilliseconds { writer.number(lagMilliseconds) } else { writer.null() }
        writer.endObject()
    }
}

extension AgentLoop {
    /// The producers that share memory, in the order in which they came.
    func producerStatus(_ now: Instant) -> [ProducerStatus] {
        ring.producers.compactMap { (producer) in
            guard let peer = producer.peer else { return nil }
            return ProducerStatus(
                peer: peer, eventCount: producer.eventCount,
                eventsPerSecond: producer.rate.perSecond(at: now),
                dropCount: producer.dropCount, faultCount: producer.faultCount,
                waitingBytes: producer.waitingBytes,
                lagMilliseconds: producer.lagMilliseconds(at: now))
        }
    }
}

internal import Events

/// Promise 7: per producer the order of hand-over can be restored from the ids.
extension Run {
    /// An event that was handed over once comes after those that its producer handed over before
    /// it: by (epoch, sequence) within a stream; and a stream that has ended does not come back.
    ///
    /// What was handed over twice has been handed over at two moments, and what went on under a new
    /// id after a conflict is not in the place where it was; neither is held against the rest.
    func checkOrder() throws(Violation) {
        for producer in site.producers {
            var last: (number: Int, id: EventID)?
            var ended: [StreamID] = []
            for (number, entry) in site.ledger.entries.enumerated()
            where entry.producer == producer.number && entry.handOverCount == 1 {
                guard let id = site.collector.state.arrivals[number]?.first else { continue }
                defer { last = (number, id) }
                guard let last else { continue }
                if last.id.stream == id.stream {
                    let isAfter = (last.id.epoch, last.id.sequence) < (id.epoch, id.sequence)
                    if isAfter { continue }
                } else if !ended.contains(id.stream) {
                    ended.append(last.id.stream)
                    continue
                }
                throw Violation(
                    .order,
                    "event \(number) of producer \(producer.number) has \(Self.list([id])), and "
                        + "\(last.number), handed over before it, \(Self.list([last.id]))")
            }
        }
    }
}

internal import Events
internal import Store

/// The promises.
extension Run {
    /// An event is new to the collector: it must be there for the first time.
    func meet(_ event: Event, _ id: EventID) {
        guard let number = Text.number(in: event.body) else { return }
        let arrivals = site.collector.state.arrivals[number] ?? []
        if arrivals.count > 1 {
            found = Violation(
                .exactlyOnce, "event \(number) arrived under \(Self.list(arrivals))")
        }
        var body = event.body
        if EventEnvelope.remove(from: &body) == nil {
            found = Violation(.exactlyOnce, "event \(number) arrived without an envelope")
        } else if body != site.ledger[number].text {
            found = Violation(.exactlyOnce, "event \(number) arrived with another text")
        }
    }

    /// What answers have told of a boot's clock must hold the truth.
    ///
    /// What a time source told may not: a clock that was set by hand passes for synchronised here.
    func weigh(_ anchors: [ClockAnchor]?) {
        guard let anchors else {
            found = Violation(.time, "what a device says of its clocks cannot be read")
            return
        }
        for anchor in anchors where anchor.source == .answer {
            guard let offset = site.trueOffsets[anchor.boot], anchor.lower <= offset,
                offset <= anchor.upper
            else {
                found = Violation(
                    .time, "a device says of its clocks: " + ClockAnchor.Text.write([anchor]))
                return
            }
        }
    }

    /// What was acknowledged has arrived, or a tombstone tells of it.
    func checkArrivals() throws(Violation) {
        for (number, entry) in site.ledger.entries.enumerated() where entry.isAcknowledged {
            if site.collector.state.arrivals[number]?.count == 1 { continue }
            let reasons = entry.id.map { site.collector.state.reasons(for: $0) } ?? []
            guard reasons.count == 1 || isStatedLost(entry) else {
                let place = entry.id.map { Self.list([$0]) } ?? "no known id"
                throw Violation(
                    .exactlyOnce,
                    "event \(number) of producer \(entry.producer), acknowledged, \(place), "
                        + "is lost; tombstones: \(reasons); "
                        + String(decoding: entry.text.prefix(120), as: UTF8.self))
            }
        }
    }

    /// Whether an event lies in a gap that the device or the collector states, in a run in which
    /// one of them lost what it had synced.
    ///
    /// - Parameter isStored: whether an event is in the store, where that was looked into.
    func isStatedLost(
        _ entry: Ledger.Entry, isStored: (EventID) -> Bool = { _ in false }
    ) -> Bool {
        guard let id = entry.id else { return losses.hasDiskLost }
        return losses.hasDiskLost
            && losses.cover(id, entry.lane, since: firstMissing(id, entry, isStored))
            || (losses.hasCollectorLost || losses.hasDiskLost) && site.collector.state.misses(id)
    }

    /// Where the row may begin that an event was lost with: behind the last one of its lane that is
    /// not lost, for a row has a lane's events one after the other.
    private func firstMissing(
        _ id: EventID, _ entry: Ledger.Entry, _ isStored: (EventID) -> Bool
    ) -> UInt32 {
        let state = site.collector.state
        var first: UInt32 = 0
        for (number, other) in site.ledger.entries.enumerated() where other.lane == entry.lane {
            guard let known = other.id, known.stream == id.stream, known.epoch == id.epoch,
                known.sequence < id.sequence, known.sequence >= first,
                state.arrivals[number] != nil || isStored(known)
                    || !state.reasons(for: known).isEmpty
            else { continue }
            first = known.sequence + 1
        }
        return first
    }

    /// Every event that was ever offered is accounted for, in each lane.
    func checkEquations() throws(Violation) {
        let sums = site.observe { (store) throws(StoreError) in
            (try store.counters(), try store.statistics())
        }
        guard let (counters, statistics) = sums else {
            if site.process?.store.isOpen == false { return }
            // The device finds out by itself.
            if losses.hasDiskLost, site.observationFault?.code == .corrupt { return }
            let fault = site.observationFault.map { "\($0.operation): \($0.detail)" } ?? ""
            throw Violation(.accepted, "the counters cannot be read: " + fault)
        }
        for lane in Lane.allCases {
            func sum(_ name: String) -> Int64 {
                counters.reduce(0) { sum, counter in
                    let isIn =
                        counter.name == name
                        || (name.last == ":" && counter.name.hasPrefix(name))
                    return counter.lane == lane && isIn ? sum + counter.value : sum
                }
            }
            let (offered, accepted) = (sum("offered"), sum("accepted"))
            let (deduplicated, refused) = (sum("deduplicated"), sum("refused:"))
            guard offered == accepted + deduplicated + refused else {
                throw Violation(
                    .offered,
                    "\(lane.word): \(offered) offered, \(accepted) accepted, "
                        + "\(deduplicated) deduplicated, \(refused) refused")
            }
            let (delivered, quarantined) = (sum("delivered"), sum("quarantined:"))
            let dropped = sum("dropped:")
            let queued = statistics.reduce(0) { $0 + ($1.lane == lane ? $1.eventCount : 0) }
            guard accepted == delivered + queued + quarantined + dropped else {
                throw Violation(
                    .accepted,
                    "\(lane.word): \(accepted) accepted, \(delivered) delivered, \(queued) queued, "
                        + "\(quarantined) quarantined, \(dropped) dropped")
            }
        }
    }

    /// All files of the state directory together stay within the quota.
    func checkQuota() throws(Violation) {
        let used = Int64(site.disk.usedBytes)
        guard used > site.quotaBytes else { return }
        let files = site.disk.names.map { "\($0) \(site.disk.file($0)?.bytes.count ?? 0)" }
        throw Violation(
            .quota, "\(used) bytes on disk, the quota is \(site.quotaBytes): \(files)")
    }

    static func list(_ ids: [EventID]) -> String {
        ids.map { "\($0.stream.hexadecimal.prefix(8)) \($0.epoch):\($0.sequence)" }
            .joined(separator: ", ")
    }
}

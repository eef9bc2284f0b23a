internal import Events
internal import Platform
internal import Store

/// What the loop does about a damaged database, wherever the damage shows.
extension AgentLoop {
    /// Sets the database aside if damage was found in it, and goes on with what can be read.
    ///
    /// Not while events wait that have numbers of the old epoch: they are committed or refused
    /// first. A recovery that fails is tried again in the next quantum.
    func mend(_ world: inout some World & ~Copyable) {
        guard isDamaged, !pending.isUrgent else { return }
        // Its rows may be among the lost; those that are not are sent again and found known.
        pending.settlement = Settlement()
        do throws(StoreError) {
            try store.recover(
                freshStream: StreamID(high: world.random(), low: world.random()),
                wallMilliseconds: world.wallNow().milliseconds)
            isDamaged = false
            takeUpNumbers()
            Log.line("the database was damaged and is set aside; a new stream has begun")
            balanceBooks()
        } catch {
            complain(error)
        }
    }

    /// Counts what was lost to damage, so that every event that was ever offered is accounted for
    /// again (promise 3).
    ///
    /// What was accepted and is neither queued nor counted elsewhere was lost: `dropped:damaged`.
    /// Where counters were lost instead, as many events were accepted and offered as are there.
    func balanceBooks() {
        do throws(StoreError) {
            var change = Change(for: store)
            let books = try AuditReport(counters: store.counters(), queued: store.statistics())
            for sums in books.lanes {
                let (lost, found) = Self.difference(
                    sums.accepted, [sums.delivered, sums.queued, sums.quarantined, sums.dropped])
                let (unanswered, missing) = Self.difference(
                    sums.offered, [sums.accepted, found, sums.deduplicated, sums.refused])
                for (name, value) in [
                    (CounterName.droppedByDamage, lost), (CounterName.accepted, found),
                    (CounterName.offered, missing), (CounterName.refusedByDamage, unanswered),
                ] where value > 0 {
                    change.counters.append(CounterDelta(sums.lane, name, value))
                }
            }
            if !change.counters.isEmpty { try store.commit(change) }
        } catch {
            complain(error)
        }
    }

    /// How much a sum is greater than its parts together, and how much less; one of them is 0.
    private static func difference(
        _ sum: Int64, _ parts: [Int64]
    ) -> (greater: Int64, less: Int64) {
        let total = parts.reduce(Int64(0)) { $0.addingSaturated($1) }
        return (
            max(0, sum.subtractingSaturated(total)), max(0, total.subtractingSaturated(sum))
        )
    }
}

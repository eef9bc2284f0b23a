internal import Events
internal import Platform
internal import Store

/// The walk over what is stored, a little at a time: what rots in a long backlog is noticed early.
extension AgentLoop {
    /// A backlog of 60 MB is walked in four hours, at 256 KiB a minute.
    static let walkPauseMilliseconds: Int64 = 60_000
    private static let walkBytesMost: Int64 = 256 << 10

    /// Checks the next rows if it is time, in a quantum that has nobody waiting.
    ///
    /// It is no reason to wake up: `step` does not count on it.
    func walk(_ world: inout some World & ~Copyable) {
        let now = world.monotonicNow()
        guard walkDue <= now, !pending.isUrgent, !isDamaged, !isFinished, storeFault == nil
        else { return }
        walkDue = now.advanced(byMilliseconds: Self.walkPauseMilliseconds)
        do throws(StoreError) {
            try store.checkRows(bytesMax: Self.walkBytesMost)
        } catch {
            complain(error)
        }
    }
}

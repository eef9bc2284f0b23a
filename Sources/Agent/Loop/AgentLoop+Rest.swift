internal import Events
internal import Platform
internal import Store

/// Memory that a burst took, given back once there is nothing to do.
extension AgentLoop {
    private static let restDelayMilliseconds: Int64 = 30_000

    /// Something was done.
    func stir(_ now: Instant) { restDue = now.advanced(byMilliseconds: Self.restDelayMilliseconds) }

    /// Half a minute after the last thing that was done, gives back what only work needs: pages of
    /// the database, columns and the compressor's state, copies of lines.
    func rest(_ world: inout some World & ~Copyable, _ now: Instant) {
        guard restDue <= now else { return }
        restDue = .never
        store.releaseMemory()
        courier.rest()
        world.releaseMemory()
    }
}

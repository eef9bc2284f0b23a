internal import Events
internal import Platform

/// Back-pressure: what half-received requests may hold in memory together.
extension AgentLoop {
    /// Reckons a connection's buffers anew, and stops or resumes reading where the budget asks.
    func reckon(_ connection: ConnectionID, _ world: inout some World & ~Copyable) {
        let wasExceeded = budget.isExceeded
        if let state = http[connection] {
            let buffered = state.parser.bufferedBytes
            budget.replace(state.bufferedBytes, with: buffered)
            state.bufferedBytes = buffered
        } else if let state = ingest[connection] {
            let buffered = state.lines.unfinished.count
            budget.replace(state.bufferedBytes, with: buffered)
            state.bufferedBytes = buffered
        }
        if budget.isExceeded {
            if connection != largestHolder() { pause(connection, &world) }
        } else if wasExceeded {
            resumePaused(&world)
        }
    }

    private func largestHolder() -> ConnectionID? {
        var largest: ConnectionID?
        var most = -1
        for (connection, state) in http
        where state.bufferedBytes > most
            || (state.bufferedBytes == most && connection.value < largest?.value ?? .max)
        {
            (largest, most) = (connection, state.bufferedBytes)
        }
        for (connection, state) in ingest
        where state.bufferedBytes > most
            || (state.bufferedBytes == most && connection.value < largest?.value ?? .max)
        {
            (largest, most) = (connection, state.bufferedBytes)
        }
        return largest
    }

    private func pause(
        _ connection: ConnectionID, _ world: inout some World & ~Copyable
    ) {
        http[connection]?.isPaused = true
        ingest[connection]?.isPaused = true
        world.setReading(false, of: connection)
    }

    /// Lets everybody read again once the budget has room.
    func resumePaused(_ world: inout some World & ~Copyable) {
        for (connection, state) in http where state.isPaused {
            state.isPaused = false
            if !state.isAwaitingCommit { world.setReading(true, of: connection) }
        }
        for (connection, state) in ingest where state.isPaused {
            state.isPaused = false
            world.setReading(true, of: connection)
        }
    }
}

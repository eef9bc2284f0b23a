internal import CPlatform
internal import Ring

/// Waiting until what was handed over is stored.
enum Flushing {
    /// How long one sleep lasts: after it the agent is told again, for it may be another by now.
    private static let sliceMilliseconds: Int64 = 200

    /// Waits until all lanes are stored as far as they reach now.
    static func flush(_ handle: UInt32, _ milliseconds: Int64) -> Int32 {
        let deadline = platform_boot_milliseconds() &+ milliseconds
        var ends = InlineArray<64, UInt64>(repeating: 0)
        let noted = unsafe Entering.visit(handle) { (client) in
            let region = unsafe client.pointee.region
            var lane = 0
            while lane < region.geometry.lanes {
                // A region has 64 lanes at most.
                unsafe ends[unchecked: lane] = region.ends(ofLane: lane).written
                lane &+= 1
            }
            return ClientStatus.ok
        }
        guard noted == ClientStatus.ok else { return noted }
        let room = unsafe ClientRoom.of(handle)
        while true {
            let left = deadline &- platform_boot_milliseconds()
            // A visit each: who closes the client waits no longer than a slice.
            let status = unsafe Entering.visit(handle) { (client) in
                // Without a thread nobody else would look for the agent meanwhile.
                if unsafe client.pointee.helper == nil { unsafe Attachment.poll(room, client) }
                return unsafe wait(client, ends, min(left, sliceMilliseconds))
            }
            if status != ClientStatus.timeout || left <= 0 { return status }
        }
    }

    /// Waits for the first lane that is not stored so far; ok where there is none.
    private static func wait(
        _ client: UnsafeMutablePointer<Client>, _ ends: InlineArray<64, UInt64>,
        _ milliseconds: Int64
    ) -> Int32 {
        let region = unsafe client.pointee.region
        var lane = 0
        while lane < region.geometry.lanes {
            let durable = region.ends(ofLane: lane).durable
            // Positions only grow.
            if unsafe durable < ends[unchecked: lane] {
                if milliseconds > 0 {
                    unsafe Client.ring(client, .flush)
                    region.waitForDurable(
                        ofLane: lane, seen: durable, milliseconds: milliseconds)
                }
                return ClientStatus.timeout
            }
            lane &+= 1
        }
        return ClientStatus.ok
    }
}

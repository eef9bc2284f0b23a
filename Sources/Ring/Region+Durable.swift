internal import CPlatform

/// What has been written and what of it is stored, for whoever waits for that.
extension Region {
    /// Where a lane ends, and where what is stored ends; (0, 0) for a lane that is not there.
    ///
    /// For any thread: nothing is written.
    public func ends(ofLane lane: Int) -> (written: UInt64, durable: UInt64) {
        // The stored end first: it may grow meanwhile, and is never beyond the other.
        guard let durable = writer(ofLane: lane)?.durableEnd,
            let written = writer(ofLane: lane)?.end
        else { return (0, 0) }
        return (written, durable)
    }

    /// Records that a lane's writers have dropped; 0 for a lane that is not there.
    public func dropCount(ofLane lane: Int) -> UInt64 {
        writer(ofLane: lane)?.dropCount ?? 0
    }

    /// Sleeps until a lane's stored end is no longer `seen`, at most so long; it may wake early.
    public func waitForDurable(ofLane lane: Int, seen: UInt64, milliseconds: Int64) {
        guard geometry.hasLane(lane) else { return }
        unsafe platform_futex_wait(
            durableWord(lane), UInt32(truncatingIfNeeded: seen), milliseconds)
    }

    /// Wakes whoever sleeps in ``waitForDurable(ofLane:seen:milliseconds:)``, of any process.
    public func wakeWaiters() {
        for lane in 0..<geometry.lanes { unsafe platform_futex_wake(durableWord(lane)) }
    }

    // A futex has 32 bits: the lower ones, which little-endian words begin with.
    private func durableWord(_ lane: Int) -> UnsafeRawPointer {
        unsafe UnsafeRawPointer(
            word(geometry.offset(ofLane: lane) &+ LaneLayout.durableOffset))
    }
}

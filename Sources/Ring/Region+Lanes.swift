internal import Synchronization

/// What a region is used by: its lanes, and the word of rest.
extension Region {
    /// The writer of a lane, which goes on where the lane ends; nil for a lane that is not there.
    ///
    /// One thread at a time may have a lane's writer; the caller sees to that.
    public func writer(ofLane lane: Int) -> LaneWriter? {
        guard geometry.hasLane(lane) else { return nil }
        return unsafe LaneWriter(
            lane: memory + geometry.offset(ofLane: lane), capacity: geometry.capacity)
    }

    /// What the lanes' writers wake the reader by.
    ///
    /// - Parameter fences: whether the kernel refused ``Doorbell/register()``.
    public func doorbell(fences: Bool) -> Doorbell {
        unsafe Doorbell(
            rest: word(RegionLayout.restOffset), readersFences: word(RegionLayout.fencesOffset),
            fences: fences)
    }

    /// Says how soundly the reader sleeps, or that it is awake; before it sleeps a ``RestBarrier``
    /// and a look at every lane follow.
    public func set(_ rest: Rest) {
        // Relaxed: the barrier that follows orders it; awake, a byte too many harms nobody.
        unsafe word(RegionLayout.restOffset).pointee.store(rest.rawValue, ordering: .relaxed)
    }

    /// Tells the writers whether the reader's barrier does without fences of theirs.
    public func set(_ barrier: RestBarrier) {
        set(RegionLayout.fencesOffset, barrier.needsFences ? 1 : 0)
    }

    /// The lane that threads without one of their own write in turn: the last.
    public func overflowLane() -> OverflowLane {
        unsafe OverflowLane(
            lane: memory + geometry.offset(ofLane: geometry.lanes &- 1),
            capacity: geometry.capacity)
    }

    /// Takes a lane that is free or whose thread is gone; nil where each has its thread.
    ///
    /// The overflow lane is nobody's.
    ///
    /// - Parameter isGone: whether a thread of this process is no longer there.
    public func takeLane(for thread: UInt32, where isGone: (UInt32) -> Bool) -> Int? {
        var lane = 0
        while lane < geometry.lanes &- 1 {
            defer { lane &+= 1 }
            let owner = unsafe word(geometry.offset(ofLane: lane) &+ LaneLayout.ownerOffset)
            // Relaxed: the exchange that follows decides.
            let found = unsafe owner.pointee.load(ordering: .relaxed)
            let holder = UInt32(truncatingIfNeeded: found)
            // A thread that finds its own number there has been given it after another.
            guard holder == 0 || holder == thread || isGone(holder) else { continue }
            let mine = ((found >> 32) &+ 1) << 32 | UInt64(thread)
            // Acquire-release: the partner of the release in ``freeLane(_:)``; of a thread that is
            // gone the kernel's word of it stands in for that.
            let (exchanged, _) = unsafe owner.pointee.compareExchange(
                expected: found, desired: mine, ordering: .acquiringAndReleasing)
            if exchanged { return lane }
        }
        return nil
    }

    /// Frees a lane that the calling thread has taken and no longer writes.
    public func freeLane(_ lane: Int) {
        guard geometry.hasLane(lane), lane < geometry.lanes &- 1 else { return }
        let owner = unsafe word(geometry.offset(ofLane: lane) &+ LaneLayout.ownerOffset)
        // Relaxed: this thread's own word.
        let mine = unsafe owner.pointee.load(ordering: .relaxed)
        // Release: the partner of the exchange in ``takeLane(for:where:)``.
        unsafe owner.pointee.store((mine >> 32) << 32, ordering: .releasing)
    }

    /// The reader of a lane from a position on, or from its `head`; nil for one that is not there.
    public func reader(ofLane lane: Int, from position: UInt64? = nil) -> LaneReader? {
        guard geometry.hasLane(lane) else { return nil }
        return unsafe LaneReader(
            lane: memory + geometry.offset(ofLane: lane), capacity: geometry.capacity,
            from: position)
    }
}

internal import CPlatform
internal import Ring
internal import Synchronization

/// One thread's part in one room, for as long as the thread lives.
@safe struct ThreadSlot: ~Copyable {
    /// Whether a thread has it.
    let owner: Atomic<UInt32>
    /// Whether its thread is in a call that uses the client.
    let busy: Atomic<UInt32>
    /// The room it belongs to.
    var room: UInt32
    /// The client whose lane this is; 0 for none.
    var number: UInt32
    /// The thread's lane, or negative: then it writes the overflow lane.
    var lane: Int32
    /// Whether an event is being built in the lane.
    var isBuilding: Bool
    /// Its thread's calls under way that use the client without the lane, one within another.
    var visits: UInt32
    /// Counts the events that were begun here: one that is over is not another.
    var draft: UInt32
    /// Calls since it last looked for a lane of its own.
    var sharedCount: UInt32
    var writer: LaneWriter
    var doorbell: Doorbell

    static let bytes = 256
    static let count = Int(truncatingIfNeeded: platform_client_slots)
    private static let sharedMost: UInt32 = 256

    /// The calling thread's slot, taken now if need be; nil where other threads have all.
    @inline(__always)
    static func mine(
        _ room: UnsafeMutablePointer<ClientRoom>, _ index: UInt32
    ) -> UnsafeMutablePointer<ThreadSlot>? {
        if let found = unsafe pthread_getspecific(room.pointee.threadKey) {
            return unsafe found.assumingMemoryBound(to: ThreadSlot.self)
        }
        return unsafe take(room, index)
    }

    @inline(never)
    private static func take(
        _ room: UnsafeMutablePointer<ClientRoom>, _ index: UInt32
    ) -> UnsafeMutablePointer<ThreadSlot>? {
        var place = 0
        while place < count {
            let slot = unsafe ClientRoom.slot(room, place)
            // Acquire: the partner of the release in ``give(_:)``.
            if unsafe slot.pointee.owner.compareExchange(
                expected: 0, desired: 1, ordering: .acquiring
            ).exchanged {
                unsafe slot.pointee.room = index
                unsafe slot.pointee.number = 0
                unsafe slot.pointee.isBuilding = false
                unsafe slot.pointee.visits = 0
                if unsafe pthread_setspecific(room.pointee.threadKey, slot) == 0 {
                    return unsafe slot
                }
                unsafe give(slot)
                return nil
            }
            place &+= 1
        }
        return nil
    }

    /// Gives a slot to whichever thread comes.
    static func give(_ slot: UnsafeMutablePointer<ThreadSlot>) {
        // Release: the partner of the acquire in `take`.
        unsafe slot.pointee.owner.store(0, ordering: .releasing)
    }

    /// Sees to it that the slot's lane is one of this client.
    @inline(__always)
    static func join(
        _ slot: UnsafeMutablePointer<ThreadSlot>, _ number: UInt32,
        _ client: UnsafeMutablePointer<Client>
    ) {
        if unsafe slot.pointee.number != number || slot.pointee.lane < 0 {
            unsafe joinNow(slot, number, client)
        }
    }

    @inline(never)
    private static func joinNow(
        _ slot: UnsafeMutablePointer<ThreadSlot>, _ number: UInt32,
        _ client: UnsafeMutablePointer<Client>
    ) {
        if unsafe slot.pointee.number == number {
            unsafe slot.pointee.sharedCount &+= 1
            if unsafe slot.pointee.sharedCount < sharedMost { return }
        }
        let region = unsafe client.pointee.region
        unsafe slot.pointee.number = number
        unsafe slot.pointee.sharedCount = 0
        unsafe slot.pointee.isBuilding = false
        unsafe slot.pointee.lane = -1
        guard
            let lane = region.takeLane(
                for: platform_thread(), where: { platform_thread_is_gone($0) != 0 }),
            let writer = region.writer(ofLane: lane)
        else { return }
        unsafe slot.pointee.writer = writer
        unsafe slot.pointee.doorbell = client.pointee.doorbell
        unsafe slot.pointee.lane = Int32(truncatingIfNeeded: lane)
    }

    /// The slot of no thread, which one that has none is given for as long as it visits.
    ///
    /// Its `busy` is set for good: a signal's handler that interrupts the visit is told.
    static func ofVisitors(
        _ room: UnsafeMutablePointer<ClientRoom>
    ) -> UnsafeMutablePointer<ThreadSlot> {
        unsafe ClientRoom.slot(room, count)
    }

    /// The calling thread begins to use the client without its lane; what to pass to
    /// ``endVisit(_:_:)``.
    static func beginVisit(
        _ room: UnsafeMutablePointer<ClientRoom>
    ) -> UnsafeMutablePointer<ThreadSlot>? {
        let visitors = unsafe ofVisitors(room)
        guard let found = unsafe pthread_getspecific(room.pointee.threadKey) else {
            unsafe pthread_setspecific(room.pointee.threadKey, visitors)
            return unsafe visitors
        }
        let slot = unsafe found.assumingMemoryBound(to: ThreadSlot.self)
        // Within another visit.
        guard unsafe slot != visitors else { return nil }
        unsafe slot.pointee.visits &+= 1
        return unsafe slot
    }

    static func endVisit(
        _ room: UnsafeMutablePointer<ClientRoom>, _ begun: UnsafeMutablePointer<ThreadSlot>?
    ) {
        guard let slot = unsafe begun else { return }
        if unsafe slot == ofVisitors(room) {
            unsafe pthread_setspecific(room.pointee.threadKey, nil)
        } else {
            unsafe slot.pointee.visits &-= 1
        }
    }

    /// A thread ends: its lane is free, and so is its slot.
    static func leave(_ slot: UnsafeMutablePointer<ThreadSlot>) {
        let room = unsafe ClientRoom.at(slot.pointee.room)
        unsafe slot.pointee.busy.store(1, ordering: .relaxed)
        unsafe room.pointee.order()
        let open = unsafe ClientRoom.state(slot.pointee.number, .open)
        // Acquire: the partner of the release in ``ClientRoom/open``.
        if unsafe room.pointee.state.load(ordering: .acquiring) == open,
            let client = unsafe room.pointee.client, unsafe slot.pointee.lane >= 0
        {
            unsafe client.pointee.region.freeLane(Int(slot.pointee.lane))
        }
        unsafe slot.pointee.number = 0
        // Release: the partner of the acquire in ``ClientRoom/close(_:)``.
        unsafe slot.pointee.busy.store(0, ordering: .releasing)
        unsafe give(slot)
    }
}

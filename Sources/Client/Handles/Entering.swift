internal import CPlatform
internal import Synchronization

/// Calls that use a client while no other thread can take it away.
enum Entering {
    /// Has `body` use the client in the calling thread's slot, or says why there is no client.
    ///
    /// A thread without a slot is answered by `elsewhere`. Costs a thread two stores and two loads
    /// of its own, beside what it does.
    @inline(__always)
    static func use(
        _ handle: UInt32,
        _ body: (UnsafeMutablePointer<ThreadSlot>, UnsafeMutablePointer<Client>) -> Int32,
        elsewhere: () -> Int32
    ) -> Int32 {
        let room = unsafe ClientRoom.of(handle)
        let number = ClientRoom.number(handle)
        let open = ClientRoom.state(number, .open)
        // Acquire: the partner of the release in ``Opening``; the thread's key is there.
        let state = unsafe room.pointee.state.load(ordering: .acquiring)
        guard state == open else { return ClientRoom.refusal(state, handle) }
        guard let slot = unsafe ThreadSlot.mine(room, handle & (ClientRoom.count &- 1)) else {
            return elsewhere()
        }
        // Relaxed: this thread's own word; not 0 where a signal's handler has interrupted a call.
        guard unsafe slot.pointee.busy.load(ordering: .relaxed) == 0 else {
            return ClientStatus.busy
        }
        // Relaxed: ordered by what follows it.
        unsafe slot.pointee.busy.store(1, ordering: .relaxed)
        unsafe room.pointee.order()
        var status = ClientStatus.closed
        // Acquire: as above, for a client that was opened meanwhile.
        if unsafe room.pointee.state.load(ordering: .acquiring) == open,
            let client = unsafe room.pointee.client
        {
            unsafe ThreadSlot.join(slot, number, client)
            status = unsafe body(slot, client)
        }
        // Release: the partner of the acquire in ``Opening/close(_:)``.
        unsafe slot.pointee.busy.store(0, ordering: .releasing)
        return status
    }

    /// Has `body` use the client without a slot: for what is no hand-over, and for a 65th thread.
    @inline(never)
    static func visit(
        _ handle: UInt32, _ body: (UnsafeMutablePointer<Client>) -> Int32
    ) -> Int32 {
        let room = unsafe ClientRoom.of(handle)
        let open = ClientRoom.state(ClientRoom.number(handle), .open)
        // Acquire: as in `use`. Who closes the client does not wait for those who come after it.
        let before = unsafe room.pointee.state.load(ordering: .acquiring)
        guard before == open else { return ClientRoom.refusal(before, handle) }
        // A thread that is cancelled in between would never leave.
        let cancelling = platform_cancel_forbid()
        defer { platform_cancel_allow(cancelling) }
        let begun = unsafe ThreadSlot.beginVisit(room)
        defer { unsafe ThreadSlot.endVisit(room, begun) }
        // Sequentially consistent, as the look that follows: the partner of the closing thread's
        // exchange and look.
        unsafe room.pointee.visitors.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let state = unsafe room.pointee.state.load(ordering: .sequentiallyConsistent)
        var status = ClientRoom.refusal(state, handle)
        if state == open, let client = unsafe room.pointee.client {
            status = unsafe body(client)
        }
        // Release: the partner of the acquire in ``Opening/close(_:)``.
        unsafe room.pointee.visitors.wrappingSubtract(1, ordering: .releasing)
        return status
    }
}

internal import CPlatform
internal import Ring
internal import Synchronization

/// How clients begin and end.
enum Opening {
    /// Opens a client in the first free room; its handle, or a status and no handle.
    static func open(_ settings: Settings) -> (handle: UInt32, status: Int32) {
        var index: UInt32 = 0
        while index < ClientRoom.count {
            let room = unsafe ClientRoom.at(index)
            let state = unsafe room.pointee.state.load(ordering: .relaxed)
            let number = ClientRoom.number(ofState: state)
            if state == ClientRoom.state(number, .free),
                // Acquire: the partner of the release in `close`.
                unsafe room.pointee.state.compareExchange(
                    expected: state, desired: ClientRoom.state(number, .opening),
                    ordering: .acquiring
                ).exchanged
            {
                let next = ClientRoom.following(number)
                let status = unsafe furnish(room, settings)
                let isOpen = status == ClientStatus.ok
                // Release: the partner of the acquire in ``Entering``; hands over the room.
                unsafe room.pointee.state.store(
                    isOpen ? ClientRoom.state(next, .open) : state, ordering: .releasing)
                return (isOpen ? ClientRoom.handle(index, next) : 0, status)
            }
            index &+= 1
        }
        return (0, ClientStatus.tooMany)
    }

    private static func furnish(
        _ room: UnsafeMutablePointer<ClientRoom>, _ settings: Settings
    ) -> Int32 {
        if unsafe !room.pointee.hasThreadKey {
            var key = pthread_key_t()
            var code = unsafe pthread_key_create(&key, leaveThread)
            if code == 0 {
                code = platform_after_fork(forgetParent)
                if code != 0 { pthread_key_delete(key) }
            }
            guard code == 0 else {
                platform_set_errno(code)
                return ClientStatus.system
            }
            unsafe room.pointee.threadKey = key
            unsafe room.pointee.hasThreadKey = true
            // Relaxed: handed over with the room, as the key is.
            unsafe ThreadSlot.ofVisitors(room).pointee.busy.store(1, ordering: .relaxed)
        }
        unsafe room.pointee.hasBarrier = Doorbell.register()
        guard let memory = unsafe malloc(MemoryLayout<Client>.stride) else {
            return ClientStatus.system
        }
        let client = unsafe memory.bindMemory(to: Client.self, capacity: 1)
        guard unsafe build(client, room, settings) else {
            let reason = platform_errno()
            unsafe free(memory)
            platform_set_errno(reason)
            return ClientStatus.system
        }
        unsafe room.pointee.client = client
        guard settings.isThreaded else { return ClientStatus.ok }
        var helper = pthread_t()
        let code = unsafe platform_thread_start(&helper, runHelper, memory)
        guard code == 0 else {
            unsafe dismantle(room)
            platform_set_errno(code)
            return ClientStatus.system
        }
        unsafe client.pointee.helper = helper
        return ClientStatus.ok
    }

    private static func build(
        _ client: UnsafeMutablePointer<Client>, _ room: UnsafeMutablePointer<ClientRoom>,
        _ settings: Settings
    ) -> Bool {
        var identifier: (UInt64, UInt64) = (0, 0)
        let bytes = MemoryLayout<(UInt64, UInt64)>.size
        guard unsafe getrandom(&identifier, bytes, 0) == bytes else { return false }
        let bell = platform_socket_unix()
        let wake = platform_event_open()
        do throws(RegionError) {
            guard bell >= 0, wake >= 0 else { throw .notRegion }
            let region = try Region(
                making: settings.geometry, identifier: identifier,
                process: UInt32(truncatingIfNeeded: getpid()))
            unsafe client.initialize(
                to: Client(
                    region: region,
                    doorbell: region.doorbell(fences: !room.pointee.hasBarrier), bell: bell,
                    wake: wake, helper: nil, attachment: Attachment(settings.path)))
            return true
        } catch {
            let reason = platform_errno()
            if bell >= 0 { _ = platform_close(bell) }
            if wake >= 0 { _ = platform_close(wake) }
            platform_set_errno(reason)
            return false
        }
    }

    /// Closes a client once nobody uses it.
    static func close(_ handle: UInt32) -> Int32 {
        let room = unsafe ClientRoom.of(handle)
        let number = ClientRoom.number(handle)
        // Acquire: the partner of the release in `open`; the thread's key is there.
        let state = unsafe room.pointee.state.load(ordering: .acquiring)
        let isForked = state == ClientRoom.state(number, .forked)
        guard isForked || state == ClientRoom.state(number, .open) else {
            return ClientStatus.closed
        }
        if unsafe isMine(room) { return ClientStatus.busy }
        let before = platform_cancel_forbid()
        defer { platform_cancel_allow(before) }
        // Sequentially consistent: the partner of ``Entering/visit(_:_:)``.
        guard
            unsafe room.pointee.state.compareExchange(
                expected: state, desired: ClientRoom.state(number, .closing),
                ordering: .sequentiallyConsistent
            ).exchanged
        else { return ClientStatus.closed }
        if isForked {
            unsafe abandon(room)
        } else {
            unsafe settle(room)
            while unsafe isUsed(room) { platform_sleep_briefly() }
            unsafe dismantle(room)
        }
        // Release: the partner of the acquire in `open`.
        unsafe room.pointee.state.store(
            ClientRoom.state(number, .free), ordering: .releasing)
        return ClientStatus.ok
    }

    /// Has every thread see that the client is being closed, or this one see that it is used.
    private static func settle(_ room: UnsafeMutablePointer<ClientRoom>) {
        if unsafe room.pointee.hasBarrier {
            if platform_barrier_cross() == 0 { return }
            // The kernel refuses by now what it once promised. What the others have stored is seen
            // in nanoseconds all the same.
            platform_sleep_briefly()
        }
        // Sequentially consistent: the partner of the fence in ``ClientRoom/order()``.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    /// Whether the calling thread is in a call, which a signal's handler has interrupted.
    private static func isMine(_ room: UnsafeMutablePointer<ClientRoom>) -> Bool {
        guard unsafe room.pointee.hasThreadKey,
            let found = unsafe pthread_getspecific(room.pointee.threadKey)
        else { return false }
        let slot = unsafe found.assumingMemoryBound(to: ThreadSlot.self)
        // Relaxed: this thread's own word.
        return unsafe slot.pointee.busy.load(ordering: .relaxed) != 0 || slot.pointee.visits != 0
    }

    private static func isUsed(_ room: UnsafeMutablePointer<ClientRoom>) -> Bool {
        // Acquire: the partner of the releases in ``Entering``; what they did is done.
        if unsafe room.pointee.visitors.load(ordering: .acquiring) != 0 { return true }
        var place = 0
        while place < ThreadSlot.count {
            let slot = unsafe ClientRoom.slot(room, place)
            if unsafe slot.pointee.busy.load(ordering: .acquiring) != 0 { return true }
            place &+= 1
        }
        return false
    }

    private static func dismantle(_ room: UnsafeMutablePointer<ClientRoom>) {
        guard let client = unsafe room.pointee.client else { return }
        if let helper = unsafe client.pointee.helper {
            var one: UInt64 = 1
            _ = unsafe write(client.pointee.wake, &one, MemoryLayout<UInt64>.size)
            pthread_join(helper, nil)
        }
        unsafe client.pointee.attachment.close()
        // The agent hears of it, though a child may still have the socket.
        unsafe platform_socket_end(client.pointee.bell)
        unsafe shut(client)
        unsafe client.pointee.region.close()
        unsafe free(client)
        unsafe room.pointee.client = nil
    }

    /// A child lets go of its parent's client, whose memory it has not.
    private static func abandon(_ room: UnsafeMutablePointer<ClientRoom>) {
        guard let client = unsafe room.pointee.client else { return }
        unsafe shut(client)
        if let descriptor = unsafe client.pointee.region.descriptor {
            _ = platform_close(descriptor)
        }
        // Not the region itself: it would unmap what is not mapped here, or what is by now.
        unsafe room.pointee.client = nil
    }

    private static func shut(_ client: UnsafeMutablePointer<Client>) {
        _ = unsafe platform_close(client.pointee.bell)
        _ = unsafe platform_close(client.pointee.wake)
    }
}

// Free functions, for C: each captures nothing.

private func leaveThread(_ slot: UnsafeMutableRawPointer?) {
    guard let slot = unsafe slot else { return }
    unsafe ThreadSlot.leave(slot.assumingMemoryBound(to: ThreadSlot.self))
}

private func runHelper(_ client: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let client = unsafe client {
        unsafe Attachment.keep(client.assumingMemoryBound(to: Client.self))
    }
    return nil
}

/// In a child there is this thread alone, and none of the parent's memory.
private func forgetParent() {
    var index: UInt32 = 0
    while index < ClientRoom.count {
        let room = unsafe ClientRoom.at(index)
        // Relaxed, all of them: no other thread is here.
        let state = unsafe room.pointee.state.load(ordering: .relaxed)
        let number = ClientRoom.number(ofState: state)
        if state == ClientRoom.state(number, .opening) {
            // Nobody has its handle.
            unsafe room.pointee.client = nil
            unsafe room.pointee.state.store(ClientRoom.state(number, .free), ordering: .relaxed)
        } else if state != ClientRoom.state(number, .free) {
            // Of one that was being closed nothing can be relied upon.
            if state == ClientRoom.state(number, .closing) { unsafe room.pointee.client = nil }
            unsafe room.pointee.state.store(
                ClientRoom.state(number, .forked), ordering: .relaxed)
        }
        unsafe room.pointee.visitors.store(0, ordering: .relaxed)
        unsafe room.pointee.polling.store(0, ordering: .relaxed)
        var place = 0
        while place < ThreadSlot.count {
            let slot = unsafe ClientRoom.slot(room, place)
            unsafe slot.pointee.number = 0
            unsafe slot.pointee.visits = 0
            unsafe slot.pointee.busy.store(0, ordering: .relaxed)
            unsafe slot.pointee.owner.store(0, ordering: .relaxed)
            place &+= 1
        }
        if unsafe room.pointee.hasThreadKey {
            unsafe pthread_setspecific(room.pointee.threadKey, nil)
        }
        index &+= 1
    }
}

internal import CPlatform
internal import Ring
internal import Synchronization

/// What a room is in: the low bits of its state; above them stands which client of the room it is.
enum ClientPhase: UInt64 {
    /// Nobody's.
    case free = 0
    /// Being opened by one thread.
    case opening = 1
    case open = 2
    /// A child's copy of what its parent had open.
    case forked = 3
    /// Being closed by one thread.
    case closing = 4
}

/// The place of one client, static and zero at first: what a stale handle leads to is still there,
/// and says so.
///
/// `state` hands over all else in it. Who uses that says so first, in its thread's slot, and then
/// looks at the state; who closes the client changes the state and then looks at the slots. So
/// one of the two sees the other.
@safe struct ClientRoom: ~Copyable {
    let state: Atomic<UInt64>
    /// Calls under way of threads that found no slot.
    let visitors: Atomic<UInt32>
    /// Whether a call of `footfall_poll` is under way.
    let polling: Atomic<UInt32>
    /// Whether the kernel orders what the two see of each other; else each puts a fence.
    var hasBarrier: Bool
    /// Whether there is a key, for the rest of the process's life, by which threads find slots.
    var hasThreadKey: Bool
    var threadKey: pthread_key_t
    var client: UnsafeMutablePointer<Client>?

    static let count = UInt32(truncatingIfNeeded: platform_client_count)
    private static let indexBits: UInt32 = 3
    private static let phaseBits: UInt64 = 8
    private static let bytes = 512

    @inline(__always)
    static func at(_ index: UInt32) -> UnsafeMutablePointer<ClientRoom> {
        unsafe platform_client_room_at(index).unsafelyUnwrapped
            .assumingMemoryBound(to: ClientRoom.self)
    }

    /// The room that a handle leads to.
    @inline(__always)
    static func of(_ handle: UInt32) -> UnsafeMutablePointer<ClientRoom> {
        unsafe at(handle & (count &- 1))
    }

    static func handle(_ index: UInt32, _ number: UInt32) -> UInt32 {
        number << indexBits | index
    }

    /// Which client of its room a handle means; never 0 for one that was given out.
    @inline(__always)
    static func number(_ handle: UInt32) -> UInt32 { handle >> indexBits }

    @inline(__always)
    static func state(_ number: UInt32, _ phase: ClientPhase) -> UInt64 {
        UInt64(number) << phaseBits | phase.rawValue
    }

    /// The number of a state.
    static func number(ofState state: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: state >> phaseBits)
    }

    /// The number after one; 29 bits, without 0.
    static func following(_ number: UInt32) -> UInt32 {
        let next = (number &+ 1) & (UInt32.max >> indexBits)
        return next == 0 ? 1 : next
    }

    /// Why a handle's client is not to be used, by the state of its room.
    static func refusal(_ state: UInt64, _ handle: UInt32) -> Int32 {
        state == self.state(number(handle), .forked) ? ClientStatus.forked : ClientStatus.closed
    }

    /// A thread's slot in a room, by number.
    @inline(__always)
    static func slot(
        _ room: UnsafeMutablePointer<ClientRoom>, _ index: Int
    ) -> UnsafeMutablePointer<ThreadSlot> {
        unsafe (UnsafeMutableRawPointer(room) + (bytes &+ index &* ThreadSlot.bytes))
            .assumingMemoryBound(to: ThreadSlot.self)
    }

    /// Orders what this thread has stored before what it loads from here on, against a thread that
    /// closes the client.
    @inline(__always)
    func order() {
        if hasBarrier {
            platform_compiler_barrier()
        } else {
            // Sequentially consistent: the partner of the fence in ``close(_:)``.
            atomicMemoryFence(ordering: .sequentiallyConsistent)
        }
    }
}

/// What an open client consists of.
@safe struct Client {
    let region: Region
    let doorbell: Doorbell
    /// The socket by which the agent is woken: always one of this client's, connected or not.
    let bell: Int32
    /// What ends the helper's waiting.
    let wake: Int32
    /// The helper; nil where the program calls `footfall_poll`.
    var helper: pthread_t?
    var attachment: Attachment

    /// Has the agent look, or, to be told when, store all that is there.
    ///
    /// Of the client it reads the socket's number alone: the helper changes the rest meanwhile.
    @inline(never)
    static func ring(_ client: UnsafeMutablePointer<Client>, _ word: RingWord) {
        var byte = word.rawValue
        // A thread that is cancelled here would never leave.
        let before = platform_cancel_forbid()
        _ = unsafe platform_send(client.pointee.bell, &byte, 0, 1)
        platform_cancel_allow(before)
    }
}

/// What a byte to the agent means.
enum RingWord: UInt8 {
    /// There is something new.
    case look = 0
    /// Somebody waits until all is stored.
    case flush = 1
}

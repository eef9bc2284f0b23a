internal import CPlatform
internal import Events

/// The kernel's queue of ready sockets, with a timer that also counts the time asleep.
///
/// Safe though `epoll_event` can hold a pointer: only its number is ever used.
@safe
struct Poller: ~Copyable {
    /// Something that is ready, by the key it was added under.
    struct Ready {
        var key: UInt64
        /// The peer is wholly gone, or the socket is broken.
        var isHungUp: Bool
        var isReadable: Bool
        var isWritable: Bool
    }

    static let reading = EPOLLIN.rawValue
    static let writing = EPOLLOUT.rawValue
    /// The timer's key; no one else's.
    private static let timerKey = UInt64.max
    private static let batch = 64

    private let queue: FileDescriptor
    private let timer: FileDescriptor
    private var armed = Instant.never
    private var events: [epoll_event]
    private var next = 0
    private var count = 0

    init() throws(PlatformError) {
        let queue = try FileDescriptor(
            owning: epoll_create1(Int32(EPOLL_CLOEXEC)), "open an event queue")
        let timer = try FileDescriptor(owning: platform_timer_open(), "open a timer")
        try Poller.control(
            queue.number, EPOLL_CTL_ADD, timer.number, Poller.reading, Poller.timerKey)
        self.queue = queue
        self.timer = timer
        unsafe events = [epoll_event](repeating: epoll_event(), count: Poller.batch)
    }

    /// The next ready socket of those found by the last `look` or `sleep`.
    mutating func take() -> Ready? {
        while next < count {
            let event = unsafe events[next]
            next += 1
            let key = unsafe event.data.u64
            if key == Poller.timerKey {
                rearm(.never)
                continue
            }
            let flags = unsafe event.events
            return Ready(
                key: key, isHungUp: flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0,
                isReadable: flags & Poller.reading != 0, isWritable: flags & Poller.writing != 0)
        }
        return nil
    }

    /// Asks what is ready, without waiting; whether anything is.
    mutating func look() -> Bool {
        fill(timeoutMilliseconds: 0)
        return count > 0
    }

    /// Waits until something is ready, at the latest until `deadline`.
    mutating func sleep(until deadline: Instant) {
        if next < count { return }
        if deadline <= SystemClock.monotonicNow() { return fill(timeoutMilliseconds: 0) }
        if deadline != armed { rearm(deadline) }
        fill(timeoutMilliseconds: -1)
    }

    /// Begins to watch a socket.
    func add(_ number: Int32, key: UInt64, interest: UInt32) throws(PlatformError) {
        try Poller.control(queue.number, EPOLL_CTL_ADD, number, interest, key)
    }

    /// Watches a socket that is being watched for other things.
    func change(_ number: Int32, key: UInt64, interest: UInt32) throws(PlatformError) {
        try Poller.control(queue.number, EPOLL_CTL_MOD, number, interest, key)
    }

    /// Stops watching a socket; also its hang-up, which is reported whatever the interest.
    func remove(_ number: Int32) throws(PlatformError) {
        try Poller.control(queue.number, EPOLL_CTL_DEL, number, 0, 0)
    }

    private mutating func rearm(_ deadline: Instant) {
        let milliseconds = deadline == .never ? 0 : max(deadline.milliseconds, 1)
        let code = platform_timer_arm(timer.number, milliseconds)
        require(code == 0, "a timer can be armed")
        armed = deadline
    }

    private mutating func fill(timeoutMilliseconds: Int32) {
        next = 0
        count = Int(
            unsafe epoll_wait(queue.number, &events, Int32(Poller.batch), timeoutMilliseconds))
        if count < 0 {
            require(platform_errno() == EINTR, "the event queue can be waited on")
            count = 0
        }
    }

    private static func control(
        _ queue: Int32, _ operation: Int32, _ number: Int32, _ interest: UInt32, _ key: UInt64
    ) throws(PlatformError) {
        guard platform_epoll_control(queue, operation, number, interest, key) == 0 else {
            throw PlatformError.last("watch a socket")
        }
    }
}

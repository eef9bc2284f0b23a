internal import CPlatform
internal import Ring
internal import Synchronization

/// How a client finds the agent, and finds it again.
///
/// | state | until | then |
/// |---|---|---|
/// | away | it is time | connects and hands the region over: asking; else away for longer |
/// | asking | the agent answers | attached; refused, silent or gone: away for longer |
/// | attached | the agent hangs up | away, for a moment |
///
/// For one thread at a time: the helper, or who calls `footfall_poll`.
struct Attachment {
    private enum State {
        case away(until: Int64)
        case asking(Int32, until: Int64)
        case attached
    }

    private var state = State.away(until: 0)
    private var pauseMilliseconds = Self.pauseLeast
    private let path: BoundedText<128>
    private var answer = BoundedText<256>()
    /// Why the agent would not have the region, as it said last.
    ///
    /// Read by other threads while it changes: a word may be torn, and is only shown.
    private(set) var refusal = BoundedText<160>()

    private static let pauseLeast: Int64 = 50
    private static let pauseMost: Int64 = 5000
    private static let answerMilliseconds: Int64 = 10_000

    init(_ path: BoundedText<128>) { self.path = path }

    var isAttached: Bool {
        if case .attached = state { return true }
        return false
    }

    /// Keeps a client attached until it is to be closed: the helper's whole life.
    static func keep(_ client: UnsafeMutablePointer<Client>) {
        let wake = unsafe client.pointee.wake
        while true {
            let wait = unsafe step(client)
            platform_wait_readable(wait.descriptor, wake, wait.milliseconds)
            var count: UInt64 = 0
            if unsafe read(wake, &count, MemoryLayout<UInt64>.size) > 0 { return }
        }
    }

    /// Does all that can be done now without waiting, unless another thread is at it.
    static func poll(
        _ room: UnsafeMutablePointer<ClientRoom>, _ client: UnsafeMutablePointer<Client>
    ) {
        // Acquire: the partner of the release below; the attachment is this thread's until then.
        guard
            unsafe room.pointee.polling.compareExchange(
                expected: 0, desired: 1, ordering: .acquiring
            ).exchanged
        else { return }
        // From away to asking, and to attached.
        unsafe _ = step(client)
        unsafe _ = step(client)
        // Release: the partner of the acquire above.
        unsafe room.pointee.polling.store(0, ordering: .releasing)
    }

    /// Does what can be done now without waiting; what to wait for, and how long at most.
    static func step(
        _ client: UnsafeMutablePointer<Client>
    ) -> (descriptor: Int32, milliseconds: Int64) {
        let now = platform_boot_milliseconds()
        switch unsafe client.pointee.attachment.state {
        case .away(let until):
            guard now >= until else { return (-1, until &- now) }
            return unsafe connect(client, now)
        case .asking(let socket, let until):
            return unsafe hear(client, socket, until, now)
        case .attached:
            return unsafe watch(client, now)
        }
    }

    private static func connect(
        _ client: UnsafeMutablePointer<Client>, _ now: Int64
    ) -> (descriptor: Int32, milliseconds: Int64) {
        let socket = platform_socket_unix()
        guard socket >= 0 else { return unsafe retreat(client, now) }
        let isSent = unsafe client.pointee.attachment.path.withText { (path) in
            unsafe platform_connect_unix(socket, path) == 0
        }
        let word: ConstantText = "FFRING1\0"
        guard isSent, let descriptor = unsafe client.pointee.region.descriptor,
            unsafe platform_send_descriptor(
                socket, word.start, word.count, descriptor) == word.count
        else {
            _ = platform_close(socket)
            return unsafe retreat(client, now)
        }
        unsafe client.pointee.attachment.answer.removeAll()
        unsafe client.pointee.attachment.state = .asking(socket, until: now &+ answerMilliseconds)
        return (socket, answerMilliseconds)
    }

    private static func hear(
        _ client: UnsafeMutablePointer<Client>, _ socket: Int32, _ until: Int64, _ now: Int64
    ) -> (descriptor: Int32, milliseconds: Int64) {
        var byte: UInt8 = 0
        while unsafe !client.pointee.attachment.answer.isFull {
            let count = unsafe platform_receive(socket, &byte, 1)
            if count < 0, platform_errno() == EAGAIN, now < until {
                return (socket, until &- now)
            }
            guard count == 1 else { break }
            if byte == 0x0A { return unsafe judge(client, socket, now) }
            unsafe client.pointee.attachment.answer.append(byte)
        }
        _ = platform_close(socket)
        return unsafe retreat(client, now)
    }

    /// The agent has answered with a line.
    private static func judge(
        _ client: UnsafeMutablePointer<Client>, _ socket: Int32, _ now: Int64
    ) -> (descriptor: Int32, milliseconds: Int64) {
        let isTaken =
            unsafe client.pointee.attachment.answer.count == 8
            && client.pointee.attachment.answer.first == UInt8(ascii: "a")
        if !isTaken { unsafe client.pointee.attachment.remember() }
        guard isTaken, unsafe platform_descriptor_replace(socket, client.pointee.bell) >= 0 else {
            _ = platform_close(socket)
            return unsafe retreat(client, now)
        }
        _ = platform_close(socket)
        unsafe client.pointee.attachment.pauseMilliseconds = pauseLeast
        unsafe client.pointee.attachment.state = .attached
        // Who had to wake the agent since it rests has sent its byte to nowhere.
        unsafe Client.ring(client, .look)
        return unsafe (client.pointee.bell, Int64(Int32.max))
    }

    private mutating func remember() {
        refusal.removeAll()
        unsafe answer.withText { (text) in unsafe refusal.append(text, strlen(text)) }
    }

    private static func watch(
        _ client: UnsafeMutablePointer<Client>, _ now: Int64
    ) -> (descriptor: Int32, milliseconds: Int64) {
        var byte: UInt8 = 0
        let bell = unsafe client.pointee.bell
        let count = unsafe platform_receive(bell, &byte, 1)
        if count > 0 || (count < 0 && platform_errno() == EAGAIN) {
            return (bell, Int64(Int32.max))
        }
        // In its place one that leads nowhere: a thread may be about to send by this number.
        let socket = platform_socket_unix()
        if socket >= 0 {
            _ = platform_descriptor_replace(socket, bell)
            _ = platform_close(socket)
        }
        return unsafe retreat(client, now)
    }

    /// Tries again later, and each time after a longer pause.
    private static func retreat(
        _ client: UnsafeMutablePointer<Client>, _ now: Int64
    ) -> (descriptor: Int32, milliseconds: Int64) {
        let pause = unsafe client.pointee.attachment.pauseMilliseconds
        unsafe client.pointee.attachment.pauseMilliseconds = min(pause &* 2, pauseMost)
        unsafe client.pointee.attachment.state = .away(until: now &+ pause)
        return (-1, pause)
    }

    /// Closes a socket on which no answer has come; not in a child, where the number may be
    /// another's.
    mutating func close() {
        if case .asking(let socket, _) = state { _ = platform_close(socket) }
        state = .away(until: 0)
    }
}

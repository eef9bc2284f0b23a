internal import CPlatform

/// One slot each way between the loop's thread and the wire's.
///
/// Both threads hold it; nothing else is shared. A ticket tells an exchange from a later one, so an
/// answer that comes after its exchange was given up goes nowhere.
@safe
final class Mailbox: @unchecked Sendable {
    /// What the wire is to do next.
    enum Order {
        case perform(Exchange, ticket: UInt64)
        case nothing
        case stop
    }

    // The mutex must not move, hence the pointer. It guards all that varies below.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var waiting: Exchange?
    private var answer: ExchangeAnswer?
    private var ticket: UInt64 = 0
    private var isWanted = false
    private var isStopping = false
    /// Readable when the wire should look again.
    let toWire: FileDescriptor
    /// Readable when the loop should look again.
    let toLoop: FileDescriptor

    init() throws(PlatformError) {
        let flags = Int32(EFD_CLOEXEC | EFD_NONBLOCK)
        let toWire = try FileDescriptor(owning: eventfd(0, flags), "open a mailbox")
        let toLoop = try FileDescriptor(owning: eventfd(0, flags), "open a mailbox")
        self.toWire = toWire
        self.toLoop = toLoop
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    // The loop's side.

    func submit(_ exchange: Exchange) {
        locked {
            require(!isWanted, "one exchange at a time")
            ticket += 1
            isWanted = true
            waiting = exchange
        }
        Mailbox.raise(toWire)
    }

    func abandon() {
        locked {
            isWanted = false
            waiting = nil
            answer = nil
        }
        Mailbox.raise(toWire)
    }

    func collect() -> ExchangeAnswer? {
        Mailbox.lower(toLoop)
        return locked {
            guard let answer = answer.take() else { return nil }
            isWanted = false
            return answer
        }
    }

    func stop() {
        locked {
            isStopping = true
            isWanted = false
            waiting = nil
        }
        Mailbox.raise(toWire)
    }

    // The wire's side.

    func nextOrder() -> Order {
        Mailbox.lower(toWire)
        return locked {
            if isStopping { return .stop }
            guard let exchange = waiting.take() else { return .nothing }
            return .perform(exchange, ticket: ticket)
        }
    }

    func isWanted(_ ticket: UInt64) -> Bool {
        locked { isWanted && self.ticket == ticket }
    }

    func post(_ answer: ExchangeAnswer, ticket: UInt64) {
        let isNews = locked {
            guard isWanted && self.ticket == ticket else { return false }
            self.answer = answer
            return true
        }
        if isNews { Mailbox.raise(toLoop) }
    }

    private func locked<T>(_ body: () -> T) -> T {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    private static func raise(_ event: FileDescriptor) { eventfd_write(event.number, 1) }

    static func lower(_ event: FileDescriptor) {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(event.number, &count)
    }
}

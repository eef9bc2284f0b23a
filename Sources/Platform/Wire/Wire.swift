internal import CPlatform

/// The loop's end of the wire: a second thread that performs one exchange at a time.
final class Wire {
    private let mailbox: Mailbox

    /// NSS modules and TLS are at home in this; the default of 8 MiB is address space that a
    /// 32-bit device lacks.
    private static let stackBytes = 512 * 1024

    init(_ limits: WireLimits) throws(PlatformError) {
        mailbox = try Mailbox()
        try startWire(WireThread(mailbox, limits), stackBytes: Wire.stackBytes)
    }

    /// Lets the thread go without waiting for it: it may sit in a name look-up.
    deinit { mailbox.stop() }

    /// Readable when `collect` has something.
    var signalNumber: Int32 { mailbox.toLoop.number }

    func submit(_ exchange: Exchange) { mailbox.submit(exchange) }
    func abandon() { mailbox.abandon() }
    func collect() -> ExchangeAnswer? { mailbox.collect() }
}

/// What the new thread is handed; nothing in it is touched by the old one afterwards.
private final class WireThread: Sendable {
    let mailbox: Mailbox
    let limits: WireLimits

    init(_ mailbox: Mailbox, _ limits: WireLimits) {
        self.mailbox = mailbox
        self.limits = limits
    }
}

private func startWire(_ thread: WireThread, stackBytes: Int) throws(PlatformError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    _ = unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    _ = unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let context = unsafe Unmanaged.passRetained(thread).toOpaque()
    var handle = pthread_t()
    let code = unsafe pthread_create(&handle, &attributes, runWire, context)
    if code != 0 {
        unsafe Unmanaged<WireThread>.fromOpaque(context).release()
        throw PlatformError(operation: "start the wire's thread", errno: code)
    }
}

// A free function: a closure written on the main actor would carry its check into this thread.
private func runWire(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    platform_signals_block_all()
    guard let context = unsafe context else { return nil }
    let thread = unsafe Unmanaged<WireThread>.fromOpaque(context).takeRetainedValue()
    var exchanger = Exchanger(thread.mailbox, thread.limits)
    while true {
        switch thread.mailbox.nextOrder() {
        case .perform(let exchange, let ticket):
            let outcome = exchanger.perform(exchange, ticket: ticket)
            thread.mailbox.post(
                ExchangeAnswer(number: exchange.number, outcome: outcome), ticket: ticket)
        case .nothing: exchanger.rest()
        case .stop: return nil
        }
    }
}

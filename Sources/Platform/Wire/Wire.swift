internal import CPlatform

/// The loop's end of the wire: a second thread that performs one exchange at a time.
final class Wire {
    private let mailbox: Mailbox

    /// NSS modules and TLS are at home in this; the default of 8 MiB is address space that a
    /// 32-bit device lacks.
    private static let stackBytes = 512 * 1024

    init(_ limits: WireLimits, _ trust: Trust, _ proxy: Proxy?) throws(PlatformError) {
        let mailbox = try Mailbox()
        self.mailbox = mailbox
        try BackgroundThread.start("the wire's thread", stackBytes: Wire.stackBytes) {
            runWire(mailbox, limits, trust, proxy)
        }
    }

    /// Lets the thread go without waiting for it: it may sit in a name look-up.
    deinit { mailbox.stop() }

    /// Readable when `collect` has something.
    var signalNumber: Int32 { mailbox.toLoop.number }

    func submit(_ exchange: Exchange) { mailbox.submit(exchange) }
    func abandon() { mailbox.abandon() }
    func collect() -> ExchangeAnswer? { mailbox.collect() }
}

// A free function: a closure written on the main actor would carry its check into this thread.
private func runWire(
    _ mailbox: Mailbox, _ limits: WireLimits, _ trust: Trust, _ proxy: Proxy?
) {
    var exchanger = Exchanger(mailbox, limits, trust, proxy)
    while true {
        switch mailbox.nextOrder() {
        case .perform(let exchange, let ticket):
            let outcome = exchanger.perform(exchange, ticket: ticket)
            mailbox.post(
                ExchangeAnswer(
                    number: exchange.number, outcome: outcome,
                    certificates: exchanger.certificates),
                ticket: ticket)
        case .nothing: exchanger.rest()
        case .stop: return
        }
    }
}

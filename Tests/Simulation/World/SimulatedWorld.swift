internal import Events
internal import Platform
internal import SeededText

/// What a process does to the outside.
protocol Outside: AnyObject {
    /// The process looked at its clock, as it does after each commit.
    func looked()
    func sent(_ bytes: [UInt8], to connection: ConnectionID)
    func closed(_ connection: ConnectionID)
    func submitted(_ exchange: Exchange)
}

/// The world of one process, from its start to its end.
///
/// Nothing happens in it but what somebody lets happen; its clock stands still within a step.
final class SimulatedWorld: World {
    let life: Life
    private let clock: SimulatedClock
    private unowned let outside: any Outside
    private var chance: Seeded
    private var inputs: [Input] = []
    private var unread: [UInt64] = []
    private var open: [UInt64] = []
    /// The exchange whose answer the process still wants to hear.
    private(set) var exchangeNumber: UInt64?
    /// Of all that the process has said.
    private(set) var digest = Digest64()

    init(life: Life, clock: SimulatedClock, outside: any Outside, chance: Seeded) {
        self.life = life
        self.clock = clock
        self.outside = outside
        self.chance = chance
    }

    var hasInput: Bool { inputs.contains { isReadable($0) } }

    func isOpen(_ connection: ConnectionID) -> Bool { open.contains(connection.value) }

    func happen(_ input: Input) {
        if case .opened(let connection, _, _) = input { open.append(connection.value) }
        if case .closed(let connection) = input { open.removeAll { $0 == connection.value } }
        inputs.append(input)
    }

    /// An answer reaches the process, unless it has given up on the exchange.
    func answer(_ number: UInt64, _ outcome: ExchangeAnswer.Outcome) {
        guard exchangeNumber == number, !life.isOver else { return }
        exchangeNumber = nil
        inputs.append(.answered(ExchangeAnswer(number: number, outcome: outcome)))
    }

    func monotonicNow() -> Instant {
        if !life.isOver { outside.looked() }
        return clock.monotonic
    }

    func wallNow() -> WallTime { clock.wall }
    func random() -> UInt64 { chance.next() }
    func wait(until deadline: Instant) {}

    func nextInput() -> Input? {
        guard life.spend(), let index = inputs.firstIndex(where: { isReadable($0) }) else {
            return nil
        }
        return inputs.remove(at: index)
    }

    private func isReadable(_ input: Input) -> Bool {
        switch input {
        case .received(let connection, _), .ended(let connection):
            !unread.contains(connection.value)
        default: true
        }
    }

    func send(_ bytes: [UInt8], to connection: ConnectionID) {
        guard life.spend(), isOpen(connection) else { return }
        digest.take(connection.value)
        digest.take(bytes)
        outside.sent(bytes, to: connection)
    }

    func setReading(_ isReading: Bool, of connection: ConnectionID) {
        unread.removeAll { $0 == connection.value }
        if !isReading { unread.append(connection.value) }
    }

    func close(_ connection: ConnectionID) {
        guard life.spend(), isOpen(connection) else { return }
        open.removeAll { $0 == connection.value }
        inputs.removeAll { $0.connection == connection }
        outside.closed(connection)
    }

    func submit(_ exchange: Exchange) {
        guard life.spend() else { return }
        precondition(exchangeNumber == nil, "one exchange at a time")
        exchangeNumber = exchange.number
        digest.take(exchange.body)
        outside.submitted(exchange)
    }

    func abandonExchange() { exchangeNumber = nil }

    func releaseMemory() {}

    // Nobody shares memory here.
    func keep(_ descriptor: FileDescriptor, as name: String) {}
    func forgetKept(_ name: String) {}
}

extension Input {
    /// The connection that it is about.
    var connection: ConnectionID? {
        switch self {
        case .opened(let connection, _, _), .received(let connection, _), .ended(let connection),
            .closed(let connection), .handed(let connection, _):
            connection
        case .answered, .terminate, .inherited: nil
        }
    }
}

/// FNV-1a of what a run has done, so that two runs can be held against each other.
struct Digest64 {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func take(_ word: UInt64) {
        value = (value ^ word) &* 0x0000_0100_0000_01B3
        value ^= value >> 29
    }

    mutating func take(_ bytes: [UInt8]) {
        take(UInt64(bytes.count))
        var value = value
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        self.value = value
    }

    var text: String { String(value, radix: 16) }
}

import Events
import Platform
import SeededText
import Testing

/// A world in which nothing happens but what a test lets happen; its clock stands still between.
final class ScriptedWorld: World {
    private(set) var now = Instant(milliseconds: 1_000_000)
    var wall = WallTime(milliseconds: 1_795_341_600_000, quality: .synchronised)
    private var chance = Seeded(7)
    private var inputs: [Input] = []
    private(set) var sent: [ConnectionID: [UInt8]] = [:]
    private(set) var closed: Set<ConnectionID> = []
    private(set) var unread: Set<ConnectionID> = []
    private(set) var exchange: Exchange?
    private(set) var exchangeCount = 0
    private(set) var abandonedCount = 0
    private(set) var releaseCount = 0
    /// What the service manager keeps.
    private(set) var kept: [String: FileDescriptor] = [:]
    /// Told of every send at the moment it is made.
    var onSend: (ConnectionID) -> Void = { _ in }

    var hasInput: Bool { !inputs.isEmpty }

    func happen(_ input: Input) { inputs.append(input) }

    func advance(to instant: Instant) {
        guard instant > now else { return }
        wall.milliseconds += instant.milliseconds(since: now)
        now = instant
    }

    /// The exchange on the wire comes to this end; none leaves it there, unanswered.
    func settle(_ outcome: ExchangeAnswer.Outcome) {
        guard let exchange else { return }
        self.exchange = nil
        happen(.answered(ExchangeAnswer(number: exchange.number, outcome: outcome)))
    }

    /// What a connection was sent since it was last asked.
    func takeSent(_ connection: ConnectionID) -> [UInt8] {
        sent.updateValue([], forKey: connection) ?? []
    }

    func monotonicNow() -> Instant { now }
    func wallNow() -> WallTime { wall }
    func random() -> UInt64 { chance.next() }
    func nextInput() -> Input? { inputs.isEmpty ? nil : inputs.removeFirst() }
    func wait(until deadline: Instant) { advance(to: deadline) }

    func send(_ bytes: [UInt8], to connection: ConnectionID) {
        #expect(!closed.contains(connection), "nothing is sent on a closed connection")
        onSend(connection)
        sent[connection, default: []] += bytes
    }

    func setReading(_ isReading: Bool, of connection: ConnectionID) {
        if isReading { unread.remove(connection) } else { unread.insert(connection) }
    }

    func close(_ connection: ConnectionID) { closed.insert(connection) }

    func submit(_ exchange: Exchange) {
        #expect(self.exchange == nil, "one exchange at a time")
        self.exchange = exchange
        exchangeCount += 1
    }

    func keep(_ descriptor: FileDescriptor, as name: String) { kept[name] = descriptor }
    func forgetKept(_ name: String) { kept[name] = nil }

    func abandonExchange() {
        exchange = nil
        abandonedCount += 1
    }

    func releaseMemory() { releaseCount += 1 }
}

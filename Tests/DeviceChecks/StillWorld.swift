internal import Events
internal import Platform

/// A world in which nothing happens but what a check lets happen.
final class StillWorld: World {
    var now: Instant
    var wall: WallTime
    private var chance: UInt64 = 0
    private var inputs: [Input] = []
    private(set) var sent: [UInt8] = []
    private(set) var exchange: Exchange?

    init(now: Instant, wallMilliseconds: Int64) {
        self.now = now
        wall = WallTime(milliseconds: wallMilliseconds, quality: .synchronised)
    }

    var hasInput: Bool { !inputs.isEmpty }

    func happen(_ input: Input) { inputs.append(input) }

    /// What was sent on any connection since this was last asked.
    func takeSent() -> [UInt8] {
        defer { sent = [] }
        return sent
    }

    func monotonicNow() -> Instant { now }
    func wallNow() -> WallTime { wall }
    func nextInput() -> Input? { inputs.isEmpty ? nil : inputs.removeFirst() }
    func wait(until deadline: Instant) { now = max(now, deadline) }
    func send(_ bytes: [UInt8], to connection: ConnectionID) { sent += bytes }
    func setReading(_ isReading: Bool, of connection: ConnectionID) {}
    func close(_ connection: ConnectionID) {}
    func submit(_ exchange: Exchange) { self.exchange = exchange }
    func keep(_ descriptor: FileDescriptor, as name: String) {}
    func forgetKept(_ name: String) {}
    func abandonExchange() { exchange = nil }

    func releaseMemory() {}

    func random() -> UInt64 {
        chance &+= 0x9E37_79B9_7F4A_7C15
        return chance
    }
}

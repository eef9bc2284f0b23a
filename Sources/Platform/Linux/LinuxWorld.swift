internal import CPlatform
public import Events

/// The world as Linux has it: epoll, sockets, signals, the kernel's clocks and the wire's thread.
///
/// At rest it sleeps in the kernel and no timer runs. Used from one thread.
public struct LinuxWorld: World, ~Copyable {
    /// Connections of producers; one more closes the one that has been silent longest.
    public static let connectionLimit = 256
    /// Connections of operators, counted apart so that producers cannot shut them out.
    public static let controlConnectionLimit = 16
    /// Connections of producers that share memory, which are silent by nature; one more is turned
    /// away.
    public static let ringConnectionLimit = 64
    /// What may wait for one peer that does not read, before it is given up.
    public static let queueLimitBytes = 1 << 20
    /// What may wait for all peers together.
    public static let totalQueueLimitBytes = 4 << 20
    /// How long a closed connection may take to drain.
    public static let drainLimitMilliseconds: Int64 = 5_000
    /// What one input carries at most.
    static let pieceBytes = 65_536

    private static let signalKey = UInt64.max - 1
    private static let wireKey = UInt64.max - 2
    /// Receivers' keys are below this by their place.
    private static let receiverKey = UInt64.max - 32
    /// Set in a connection's key where its process is meant.
    static let processKey: UInt64 = 1 << 62
    /// Listeners' keys are below this by their door's number; connections' are far below.
    private static let listenerKey = UInt64.max - 16

    var poller: Poller
    private let listeners: [Listener]
    private let signals: FileDescriptor
    private let wire: Wire
    let closer: SocketCloser
    let receivers: [DescriptorReceiver]
    /// Connections by which descriptors come that no receiver has begun with, in order.
    var handovers: [UInt64] = []
    var connections: [UInt64: Connection] = [:]
    var lastConnection: UInt64 = 0
    /// Connections being closed, by rising deadline.
    var closings: [UInt64] = []
    /// When accepting goes on that was stopped for want of descriptors or memory.
    var acceptsAgainAt = Instant.never
    private var inputs: [Input] = []
    private var nextInputIndex = 0
    var piece = [UInt8](repeating: 0, count: LinuxWorld.pieceBytes)
    /// When the poller last came back.
    var now = SystemClock.monotonicNow()

    /// Opens the doors and starts the wire's thread.
    ///
    /// Blocks SIGTERM and SIGINT in the calling thread, to be read as `Input.terminate`, and
    /// ignores SIGPIPE. The caller holds the state lock: socket files left over are removed.
    public init(
        _ doors: Doors, wireLimits: WireLimits = .standard, trust: Trust = Trust(),
        proxy: Proxy? = nil
    ) throws(PlatformError) {
        let poller = try Poller()
        let signals = try FileDescriptor(owning: platform_signals_open(), "read signals")
        try poller.add(signals.number, key: LinuxWorld.signalKey, interest: Poller.reading)
        let inherited = DescriptorStore.inherited()
        let closer = try SocketCloser()
        // Before there is anything of others that they could keep open.
        var receivers: [DescriptorReceiver] = []
        for place in 0..<(doors.ringPath == nil ? 0 : LinuxWorld.receiverCount) {
            let receiver = try DescriptorReceiver()
            try poller.add(
                receiver.number, key: LinuxWorld.receiverKey - UInt64(place),
                interest: Poller.reading)
            receivers.append(receiver)
        }
        let listeners = try doors.open(closer)
        let wire = try Wire(wireLimits, trust, proxy)
        try poller.add(wire.signalNumber, key: LinuxWorld.wireKey, interest: Poller.reading)
        for listener in listeners {
            let key = LinuxWorld.listenerKey - UInt64(listener.door.rawValue)
            try poller.add(listener.number, key: key, interest: Poller.reading)
        }
        self.poller = poller
        self.signals = signals
        self.listeners = listeners
        self.wire = wire
        self.closer = closer
        self.receivers = receivers
        for (descriptor, name) in inherited { tell(.inherited(descriptor, name)) }
    }

    /// The port that HTTP is spoken on: the kernel's choice where the address said 0.
    public var httpPort: UInt16? {
        for listener in listeners where listener.door == .http { return listener.port }
        return nil
    }

    /// The monotonic clock (`CLOCK_BOOTTIME`).
    public mutating func monotonicNow() -> Instant { SystemClock.monotonicNow() }

    /// The wall clock, and how far it can be believed.
    public mutating func wallNow() -> WallTime { SystemClock.wallNow() }

    /// 64 random bits of the kernel's.
    public mutating func random() -> UInt64 { SystemRandomness.next() }

    /// The next thing that has already happened; nil when nothing has.
    public mutating func nextInput() -> Input? {
        while true {
            while nextInputIndex < inputs.count {
                let input = inputs[nextInputIndex]
                nextInputIndex += 1
                if isStillNews(input) { return input }
            }
            inputs.removeAll(keepingCapacity: true)
            nextInputIndex = 0
            if let ready = poller.take() {
                meet(ready)
                continue
            }
            let isReady = poller.look()
            now = SystemClock.monotonicNow()
            keepTime()
            if !isReady && inputs.isEmpty { return nil }
        }
    }

    /// Sleeps until something happens, at the latest until `deadline`.
    public mutating func wait(until deadline: Instant) {
        if nextInputIndex < inputs.count { return }
        endClosings()
        poller.sleep(until: min(deadline, ownDeadline))
        now = SystemClock.monotonicNow()
        keepTime()
    }

    /// Has the service manager keep a descriptor, if one runs this process and keeps any.
    public mutating func keep(_ descriptor: FileDescriptor, as name: String) {
        DescriptorStore.keep(descriptor, as: name)
    }

    /// Has the service manager forget what it keeps under a name.
    public mutating func forgetKept(_ name: String) { DescriptorStore.forget(name) }

    /// Hands one request to the wire; its answer is an `Input` of a later step.
    public mutating func submit(_ exchange: Exchange) { wire.submit(exchange) }

    /// Gives up on the exchange under way; its answer, however late, is never an input.
    public mutating func abandonExchange() { wire.abandon() }

    /// Gives free memory back to the kernel.
    public mutating func releaseMemory() { ThisProcess.releaseFreeMemory() }

    mutating func tell(_ input: Input) { inputs.append(input) }

    private mutating func meet(_ ready: Poller.Ready) {
        switch ready.key {
        case LinuxWorld.signalKey: readSignals()
        case LinuxWorld.wireKey:
            // Told and returned by one call of `nextInput`, so nothing can abandon it in between.
            if let answer = wire.collect() { tell(.answered(answer)) }
        default:
            if let connection = connections[ready.key] {
                meet(connection, ready)
            } else if let orphan = connections[ready.key & ~LinuxWorld.processKey] {
                bury(orphan)
            } else if let door = Door(key: ready.key, LinuxWorld.listenerKey) {
                accept(by: door)
            } else if let place = Int(exactly: LinuxWorld.receiverKey &- ready.key),
                receivers.indices.contains(place)
            {
                collectHandover(receivers[place])
            }
        }
    }

    private mutating func readSignals() {
        var signal = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while unsafe read(signals.number, &signal, size) == size { tell(.terminate) }
    }

    /// The next moment that concerns nobody but this type.
    private var ownDeadline: Instant {
        guard let first = closings.first, case .closing(let limit)? = connections[first]?.state
        else { return closings.isEmpty ? acceptsAgainAt : now }
        return min(limit, acceptsAgainAt)
    }

    private mutating func keepTime() {
        endClosings()
        if now >= acceptsAgainAt {
            acceptsAgainAt = .never
            watchListeners(true)
        }
    }

    private mutating func accept(by door: Door) {
        for listener in listeners where listener.door == door {
            accept(from: listener.number, door)
        }
    }

    /// Listens on, or leaves newcomers in the kernel's queue.
    mutating func watchListeners(_ isWatching: Bool, isForLocal: Bool = false) {
        for listener in listeners where listener.door != .http || !isForLocal {
            let key = LinuxWorld.listenerKey - UInt64(listener.door.rawValue)
            let interest = isWatching ? Poller.reading : 0
            do throws(PlatformError) {
                try poller.change(listener.number, key: key, interest: interest)
            } catch { failRequirement("a listener can be watched") }
        }
    }
}

extension Door {
    fileprivate init?(key: UInt64, _ base: UInt64) {
        guard key <= base, base - key <= 3 else { return nil }
        self.init(rawValue: UInt8(base - key))
    }
}

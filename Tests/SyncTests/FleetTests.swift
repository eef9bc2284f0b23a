import Events
import SeededText
import Sync
import Testing

/// Devices by the thousand before one collector, in simulated time; an exchange takes 200 ms.
private struct Fleet {
    private static let exchangeMilliseconds: Int64 = 200

    private struct Device {
        var machine: SyncMachine
        var blocksLeft: Int
        var isConnected = false
    }

    private var devices: [Device] = []
    /// Who has something to decide at an instant; nobody else is asked then.
    private var due: [Int64: [Int]] = [:]
    private var unfinishedCount: Int
    private var time: Int64
    private var chance = Seeded(1)
    /// When connections were begun that the collector saw, in ascending order.
    private(set) var connections: [Int64] = []
    /// When a device was turned away, in ascending order.
    private(set) var refusals: [Int64] = []
    /// When the last device had nothing left; nil while one has.
    private(set) var deliveredAt: Int64?

    /// Devices that begin at the same instant, each with a queue.
    init(_ count: Int, blocksEach: Int, sinceBootMilliseconds: Int64, named prefix: String) {
        time = sinceBootMilliseconds
        unfinishedCount = count
        for number in 0..<count {
            devices.append(
                Device(
                    machine: SyncMachine(
                        backoffCapMilliseconds: 300_000, device: prefix + "\(number)",
                        now: Instant(milliseconds: sinceBootMilliseconds), random: chance.next()),
                    blocksLeft: blocksEach))
            enqueue(number, from: time)
        }
    }

    /// Goes on until `end`; the collector answers well from `opens` on.
    mutating func run(until end: Int64, opens: Int64, meanwhile ill: Verdict = .unreachable) {
        while time < end, unfinishedCount > 0 {
            let now = Instant(milliseconds: time)
            for index in (due.removeValue(forKey: time) ?? []).sorted() {
                devices[index] = stepped(
                    devices[index], now, time >= opens ? deliveredVerdict : ill)
                if devices[index].blocksLeft > 0 {
                    enqueue(index, from: time + Self.exchangeMilliseconds)
                } else {
                    unfinishedCount -= 1
                }
            }
            time += Self.exchangeMilliseconds
        }
        if unfinishedCount == 0 { deliveredAt = time }
    }

    /// Has a device asked at the first instant from `soonest` on at which it may send.
    private mutating func enqueue(_ index: Int, from soonest: Int64) {
        let machine = devices[index].machine
        let until = machine.state == .ready ? soonest : machine.deadline.milliseconds
        let steps = max(0, until - soonest + Self.exchangeMilliseconds - 1)
        let wait = steps / Self.exchangeMilliseconds * Self.exchangeMilliseconds
        due[soonest + wait, default: []].append(index)
    }

    private mutating func stepped(
        _ device: Device, _ now: Instant, _ verdict: Verdict
    ) -> Device {
        let isOpen = verdict == deliveredVerdict
        var device = device
        guard device.machine.shouldSend(at: now) else { return device }
        device.machine.begin(at: now)
        let isFresh = !device.isConnected
        if isFresh, isOpen { connections.append(now.milliseconds) }
        if !isOpen { refusals.append(now.milliseconds) }
        device.isConnected = isOpen
        if isOpen { device.blocksLeft -= 1 }
        device.machine.conclude(verdict, at: now, random: chance.next())
        return device
    }

    /// The most connections that were begun within any 10 s.
    var mostWithinTenSeconds: Int { Self.most(of: connections) }

    /// The most refusals within any 10 s since an instant.
    func mostWithinTenSeconds(from begin: Int64) -> Int {
        Self.most(of: refusals.filter { $0 >= begin })
    }

    private static func most(of times: [Int64]) -> Int {
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while times[first] <= time - 10_000 { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}

private let deliveredVerdict = verdict(Answer().text)

/// 2,000 devices at the default cap: 20 new connections a second, averaged over any 10 s.
@Suite struct `A fleet` {
    @Test func `comes back after an hour's outage without a rush, within ten minutes`() throws {
        let hour: Int64 = 3_600_000
        let day: Int64 = 86_400_000
        var fleet = Fleet(2_000, blocksEach: 20, sinceBootMilliseconds: day, named: "kiosk-")
        fleet.run(until: day + hour + 3_600_000, opens: day + hour)
        #expect(fleet.connections.count == 2_000)
        #expect(fleet.mostWithinTenSeconds <= 200)
        #expect(try #require(fleet.deliveredAt) <= day + hour + 600_000)
    }

    @Test(arguments: ["kiosk-", "shop.berlin.", "00:1b:44:11:3a:", "a"])
    func `comes back after a power cut without a rush, within ten minutes`(
        _ prefix: String
    ) throws {
        var fleet = Fleet(2_000, blocksEach: 20, sinceBootMilliseconds: 20_000, named: prefix)
        fleet.run(until: 3_600_000, opens: 0)
        #expect(fleet.connections.count == 2_000)
        #expect(fleet.mostWithinTenSeconds <= 200)
        #expect(try #require(fleet.deliveredAt) <= 620_000)
    }

    @Test func `stays away from a collector that says the same to all, for as long as it is ill`() {
        let day: Int64 = 86_400_000
        var fleet = Fleet(2_000, blocksEach: 1, sinceBootMilliseconds: day, named: "kiosk-")
        let ill = Verdict.failing(status: 503, retryAfterSeconds: 5)
        fleet.run(until: day + 3_600_000, opens: .max, meanwhile: ill)
        // The first quarter of an hour is each device's own doublings.
        #expect(fleet.mostWithinTenSeconds(from: day + 900_000) <= 200)
        #expect(fleet.refusals.count > 2_000)
    }

    @Test func `would rush if each began within half a second`() {
        var fleet = Fleet(2_000, blocksEach: 1, sinceBootMilliseconds: 86_400_000, named: "kiosk-")
        fleet.run(until: 90_000_000, opens: 0)
        #expect(fleet.mostWithinTenSeconds == 2_000)
    }
}

import Testing

@testable import Collector

@Suite struct `The limit of a device's rate` {
    private let start = ContinuousClock.now

    /// How many blocks are taken of one device at a moment, and what the next is told.
    private func drain(
        _ limit: RateLimit, _ device: String = "kiosk-1", at seconds: Double
    ) -> (taken: Int, wait: Int64) {
        var taken = 0
        while true {
            if let wait = limit.take(device: device, at: start + .seconds(seconds)) {
                return (taken, wait)
            }
            taken += 1
        }
    }

    @Test func `is a burst of ten seconds, and then the rate`() {
        let limit = RateLimit(blocksPerSecond: 4)
        #expect(drain(limit, at: 0) == (40, 1))
        #expect(drain(limit, at: 0.25) == (1, 1))
        #expect(drain(limit, at: 5.25) == (20, 1))
        #expect(drain(limit, at: 1000) == (40, 1))
    }

    @Test func `tells when the next block is taken, in whole seconds`() {
        let slow = RateLimit(blocksPerSecond: 0.25)
        #expect(drain(slow, at: 0) == (2, 2))
        #expect(drain(slow, at: 1.5) == (0, 1))
        #expect(drain(slow, at: 2) == (1, 4))
        let slowest = RateLimit(blocksPerSecond: 0.001)
        #expect(drain(slowest, at: 0) == (1, 1000))
        #expect(drain(slowest, at: 1000) == (1, 1000))
    }

    @Test func `is each device's own`() {
        let limit = RateLimit(blocksPerSecond: 1)
        #expect(drain(limit, "kiosk-1", at: 0).taken == 10)
        #expect(drain(limit, "kiosk-2", at: 0).taken == 10)
    }

    @Test func `remembers a bounded number of devices, first those that are held`() {
        let limit = RateLimit(blocksPerSecond: 1, devicesMax: 100)
        #expect(drain(limit, "held", at: 0).taken == 10)
        for index in 0..<99 { #expect(limit.take(device: "\(index)", at: start) == nil) }
        #expect(limit.deviceCount == 100)
        // Those of one block are full again, and go.
        #expect(limit.take(device: "more", at: start + .seconds(2)) == nil)
        #expect(limit.deviceCount == 2)
        #expect(drain(limit, "held", at: 2).taken == 2)
        for index in 0..<10_000 {
            #expect(limit.take(device: "\(index)", at: start + .seconds(2)) == nil)
            #expect(limit.deviceCount <= 100)
        }
    }
}

import CFootfall
import FootfallClient
import Testing

/// Of all tests in this process none needs an agent: that there is none is what is tested here.
@Suite(.serialized) struct `A client without an agent` {
    private func open() throws -> Footfall {
        var options = Footfall.Options()
        options.runtimeDirectory = "/nonexistent"
        options.laneBytes = 65_536
        return try Footfall(options)
    }

    @Test func `takes events, counts what finds no room, and says that nothing is stored`() throws {
        let footfall = try open()
        #expect(footfall.track("Product Viewed", ["sku": "A-1"]) == .done)
        #expect(footfall.identify("someone", traits: ["plan": "gold"]) == .done)
        #expect(footfall.visitStart() == .done && footfall.visitEnd() == .done)
        #expect(!footfall.flush(timeout: .zero) && !footfall.flush(timeout: .milliseconds(-5)))
        #expect(footfall.track("Long", json: String(repeating: " ", count: 9000)) == .tooLong)
        var count: UInt64 = 0
        while footfall.track("Filler", ["text": .string(String(repeating: "x", count: 4000))])
            == .done
        { count += 1 }
        #expect(count > 8)
        #expect(footfall.track("Order Completed", urgency: .critical) == .done)
        let statistics = try #require(footfall.statistics)
        #expect(!statistics.isAttached && statistics.refusal == nil)
        #expect(statistics.dropped == 2 && statistics.waitingBytes > count * 4000)
    }

    @Test func `answers with the header's statuses, and in words`() {
        let statuses: [(HandOver, Int)] = [
            (.done, FOOTFALL_OK), (.full, FOOTFALL_FULL), (.tooLong, FOOTFALL_TOO_LONG),
            (.invalid, FOOTFALL_INVALID), (.closed, FOOTFALL_CLOSED), (.forked, FOOTFALL_FORKED),
            (.busy, FOOTFALL_BUSY),
        ]
        for (answer, status) in statuses { #expect(answer.rawValue == Int32(status)) }
        #expect("\(HandOver.full)" == "no room: the event is dropped and counted")
    }

    @Test func `answers after its end`() throws {
        let footfall = try open()
        footfall.close()
        footfall.close()
        #expect(footfall.track("Product Viewed") == .closed)
        #expect(footfall.statistics == nil && !footfall.flush(timeout: .seconds(1)))
    }

    @Test func `is closed with its last reference`() throws {
        for _ in 0..<20 { #expect(try open().track("Product Viewed") == .done) }
    }

    @Test func `says what cannot be opened`() throws {
        var options = Footfall.Options()
        options.lanes = 64
        #expect(throws: FootfallError.invalid) { try Footfall(options) }
        options.lanes = 0
        #expect(throws: FootfallError.invalid) { try Footfall(options) }
        options.lanes = nil
        options.laneBytes = 65_537
        #expect(throws: FootfallError.invalid) { try Footfall(options) }
        options.laneBytes = nil
        for folder in ["", "/run\0/footfall", String(repeating: "x", count: 91)] {
            options.runtimeDirectory = folder
            #expect(throws: FootfallError.invalid) { try Footfall(options) }
        }
        let all = try (0..<8).map { _ in try open() }
        #expect(throws: FootfallError.tooMany) { try open() }
        #expect(all.count == 8)
    }

    @Test func `takes any name, and no user that a zero byte would cut short`() throws {
        let footfall = try open()
        #expect(footfall.track("") == .done)
        #expect(footfall.track("\u{0}\"\\ 🛒") == .done)
        #expect(footfall.identify("some\u{0}one") == .invalid)
    }
}

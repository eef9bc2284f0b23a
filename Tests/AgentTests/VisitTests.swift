import Events
import Identity
import FaultyDisk
import Foundation
import Platform
import Store
import Testing

@testable import Agent

/// Visits from the doors to the store.
@Suite struct `A visit at the kiosk` {
    private func visit(_ kiosk: Kiosk) -> UInt64? {
        kiosk.loop.admitter.visits.summary(at: kiosk.world.now).number
    }

    /// What an operator is told, with the exit code.
    private func ask(
        _ kiosk: Kiosk, _ verb: ControlRequest.Verb, _ payload: String = "", userID: UInt32 = 0
    ) throws -> (Int32, [String: Any]) {
        let connection = kiosk.begin(verb, isJSON: true, payload: payload, userID: userID)
        try kiosk.rest()
        let response = try #require(ControlResponse(kiosk.world.takeSent(connection)))
        let object = try? JSONSerialization.jsonObject(with: Data(response.output))
        return (response.exitCode, object as? [String: Any] ?? [:])
    }

    @Test func `begins and ends by command, and is shown`() throws {
        let kiosk = try Kiosk()
        let (code, started) = try ask(kiosk, .visitStart, "staff")
        #expect(code == 0)
        let number = try #require(started["started"] as? Int)
        #expect(number == Int(visit(kiosk) ?? 0))
        let (_, shown) = try ask(kiosk, .visitShow, userID: 65_534)
        #expect(shown["visit"] as? Int == number && shown["actor"] as? String == "staff")
        #expect(shown["visits24h"] as? Int == 1 && shown["shared"] as? Int == 0)
        let (_, ended) = try ask(kiosk, .visitEnd)
        #expect(ended["ended"] as? Int == number)
        #expect(visit(kiosk) == nil)
        // Between visits there is nothing to end, and the centre has it all the same.
        let (again, none) = try ask(kiosk, .visitEnd)
        #expect(again == 0 && none["ended"] is NSNull)
        #expect(try kiosk.audited()["accepted"] == 3)
    }

    @Test func `is for root and the agent's user to change, with an actor there is`() throws {
        let kiosk = try Kiosk()
        #expect(try ask(kiosk, .visitStart, userID: 65_534).0 == 77)
        #expect(try ask(kiosk, .visitEnd, userID: 65_534).0 == 77)
        #expect(try ask(kiosk, .visitStart, "robot").0 == 2)
        #expect(visit(kiosk) == nil)
    }

    @Test func `is not there when its commit fails`() throws {
        let kiosk = try Kiosk()
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("a"))).status == 200)
        let number = visit(kiosk)
        #expect(number != nil)
        try kiosk.breakDisk()
        #expect(try ask(kiosk, .visitStart).0 == 75)
        #expect(visit(kiosk) == number)
        try kiosk.mendDisk()
    }

    @Test func `is over with its agent`() throws {
        let kiosk = try Kiosk()
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("a"))).status == 200)
        #expect(visit(kiosk) != nil)
        try kiosk.killAndStart()
        #expect(visit(kiosk) == nil)
        #expect(try kiosk.post(Kiosk.batch(Kiosk.track("b"))).status == 200)
        #expect(visit(kiosk) == UInt64(kiosk.loop.store.epoch) << 32)
    }
}

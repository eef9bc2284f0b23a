import Events
import Foundation
import Platform
import Store
import Testing

@testable import Agent

@Suite struct `The control door` {
    private func object(_ response: ControlResponse?) throws -> [String: Any] {
        let output = try #require(response?.output)
        #expect(output.last == 0x0A)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(output)) as? [String: Any])
    }

    @Test func `lets everybody read and only root and the agent's user change`() throws {
        let kiosk = try Kiosk()
        for (verb, exitCode) in [
            (.status, 0), (.queueAudit, 0), (.flush, 77), (.send, 77),
        ] as [(ControlRequest.Verb, Int32)] {
            let connection = kiosk.begin(verb, payload: Kiosk.track("a") + "\n", userID: 65_534)
            try kiosk.rest()
            let response = try #require(ControlResponse(kiosk.world.takeSent(connection)))
            #expect(response.exitCode == exitCode, "\(verb)")
            #expect(kiosk.world.closed.contains(connection))
        }
        for userID in [0, ThisProcess.userID] {
            let connection = kiosk.begin(.send, payload: Kiosk.track("a") + "\n", userID: userID)
            try kiosk.rest()
            #expect(ControlResponse(kiosk.world.takeSent(connection))?.exitCode == 0)
        }
        let unknown = kiosk.connect(.http)
        kiosk.world.happen(.closed(unknown))
        #expect(try kiosk.audited()["accepted"] == 2)
    }

    @Test(arguments: ["", "status\n", "{}\n", #"{"verb":"stop"}"# + "\n"])
    func `knows its verbs and no other`(_ request: String) throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.control)
        if !request.isEmpty { kiosk.say(request, on: connection) }
        kiosk.world.happen(.ended(connection))
        try kiosk.rest()
        #expect(ControlResponse(kiosk.world.takeSent(connection))?.exitCode == 2)
        #expect(kiosk.world.closed.contains(connection) && kiosk.loop.control.isEmpty)
    }

    @Test func `takes no request without end`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.control)
        kiosk.say(String(repeating: "x", count: ControlRequest.bytesMost + 1), on: connection)
        try kiosk.rest()
        #expect(ControlResponse(kiosk.world.takeSent(connection))?.exitCode == 2)
        #expect(kiosk.world.closed.contains(connection))
    }

    @Test func `stores what is sent, and says so of every line`() throws {
        let kiosk = try Kiosk()
        for (payload, exitCode, answer) in [
            (Kiosk.track("a") + "\n", 0, #"{"lines":1,"stored":1,"duplicate":0,"refused":[]}"#),
            (
                Kiosk.track("b") + "\n" + Kiosk.track("c"), 0,
                #"{"lines":2,"stored":2,"duplicate":0,"refused":[]}"#
            ),
            (
                Kiosk.track("d") + "\nx\n", 1,
                #"{"lines":2,"stored":1,"duplicate":0,"refused":[{"line":2,"reason":"not_json","offset":0}]}"#
            ),
            ("", 0, #"{"lines":0,"stored":0,"duplicate":0,"refused":[]}"#),
        ] as [(String, Int32, String)] {
            let response = try #require(try kiosk.ask(.send, payload: payload))
            #expect(response.exitCode == exitCode)
            #expect(String(decoding: response.output, as: UTF8.self) == answer + "\n")
        }
        try kiosk.drain()
        #expect(kiosk.collector.texts == ["a", "b", "c", "d"].map { Kiosk.track($0) })
        try kiosk.breakDisk()
        let failed = try #require(try kiosk.ask(.send, payload: Kiosk.track("e") + "\n"))
        #expect(failed.exitCode == 75)
        #expect(String(decoding: failed.output, as: UTF8.self).contains(#""error":"unavailable""#))
        #expect(try kiosk.ask(.status)?.exitCode == 74)
        try kiosk.mendDisk()
        try kiosk.audited()
    }

    @Test func `shows a healthy device`() throws {
        let kiosk = try Kiosk()
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a"), "5"))
        try kiosk.drain()
        let status = try #require(try kiosk.ask(.status, isJSON: true))
        let report = try object(status)
        #expect(status.exitCode == 0)
        #expect(
            report["schema"] as? String == "status/1" && report["state"] as? String == "healthy")
        #expect(report["device"] as? String == "kiosk-1" && report["queued"] as? Int == 0)
        #expect(report["stream"] as? String == kiosk.loop.store.stream.hexadecimal)
        #expect(report["epoch"] as? Int == 1)
        #expect((report["quarantine"] as? [String: Int]) == ["not_object": 1])
        let counters = try #require(report["counters"] as? [String: Int])
        #expect(counters["delivered"] == 1 && counters["offered"] == 2)
        #expect((report["collector"] as? [String: Any])?["state"] as? String == "delivered")
        #expect((report["problems"] as? [String]) == [])
        let text = String(decoding: try #require(try kiosk.ask(.status)).output, as: UTF8.self)
        #expect(text.hasPrefix("kiosk-1: healthy"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test(
        arguments: [
            (.down, "unreachable", "network"),
            (.stranger(status: 401, headers: [], body: ""), "unauthorised", "device kiosk-1"),
            (.stranger(status: 400, headers: [], body: ""), "misconfigured", "spoils or refuses"),
            (.stranger(status: 404, headers: [], body: ""), "misconfigured", "url"),
            (.stranger(status: 302, headers: [], body: ""), "captive", "302"),
            (.stranger(status: 413, headers: [], body: ""), "too large", "proxy"),
            (.stranger(status: 429, headers: [], body: ""), "rate-limited", "429"),
            (.stranger(status: 200, headers: [], body: "<html>"), "captive", "portal"),
            (.stranger(status: 503, headers: [], body: ""), "failing", "503"),
            (.wrongKey, "captive", "portal"),
        ] as [(CollectorDouble.Mood, String, String)])
    func `shows a degraded device, and what to do`(
        _ mood: CollectorDouble.Mood, _ state: String, _ hint: String
    ) throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = mood
        _ = try kiosk.post(Kiosk.batch(Kiosk.track("a")))
        try kiosk.pass(1000)
        let status = try #require(try kiosk.ask(.status, isJSON: true))
        let report = try object(status)
        #expect(status.exitCode == 1 && report["state"] as? String == "degraded")
        #expect((report["collector"] as? [String: Any])?["state"] as? String == state)
        let problems = try #require(report["problems"] as? [String])
        // An event that is too long alone is told of by itself, too.
        #expect(problems.count == (state == "too large" ? 2 : 1))
        #expect(problems[0].contains(hint), "\(problems)")
        #expect(report["queued"] as? Int == 1)
        let text = String(decoding: try #require(try kiosk.ask(.status)).output, as: UTF8.self)
        #expect(text.contains("DEGRADED") && text.contains("PROBLEM"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(text.split { " \n".contains($0) }.joined(separator: " ").contains(problems[0]))
    }

    @Test func `counts refusals that no event rides with`() throws {
        let kiosk = try Kiosk()
        _ = try kiosk.post("nonsense")
        _ = try kiosk.post("{}", to: "/v1/nowhere")
        #expect(try kiosk.counter("refused:400") == 0, "it waits for a commit to ride on")
        let sums = try kiosk.audited()
        #expect(sums["offered"] == 2 && sums["refused"] == 2)
        _ = try kiosk.post("nonsense")
        try kiosk.pass(30_000)
        #expect(try kiosk.counter("refused:400") == 2)
    }
}

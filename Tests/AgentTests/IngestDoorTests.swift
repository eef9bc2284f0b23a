import Events
import Platform
import Testing

@testable import Agent

@Suite struct `The ingest door` {
    private func lines(_ kiosk: Kiosk, _ connection: ConnectionID) -> [String] {
        String(decoding: kiosk.world.takeSent(connection), as: UTF8.self)
            .split(separator: "\n").map { String($0) }
    }

    @Test func `answers each group of lines with one line, in order, once it is stored`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        let connection = kiosk.connect(.ingest)
        var stored: [Int64] = []
        kiosk.world.onSend = { _ in stored.append((try? kiosk.queuedCount()) ?? -1) }
        let (a, b) = (Kiosk.track("a", id: "1"), Kiosk.track("b"))
        kiosk.say(a + "\n" + b + "\n\n" + a + "\n" + b.prefix(5), on: connection)
        kiosk.say(b.dropFirst(5) + "\n", on: connection)
        try kiosk.rest()
        #expect(
            lines(kiosk, connection) == [
                #"{"lines":4,"stored":2,"duplicate":1,"refused":[]}"#,
                #"{"lines":1,"stored":1,"duplicate":0,"refused":[]}"#,
            ])
        #expect(stored == [3, 3])
        #expect(!kiosk.world.closed.contains(connection))
        kiosk.world.onSend = { _ in }
        let sums = try kiosk.audited()
        #expect(sums["queued"] == 3 && sums["deduplicated"] == 1)
    }

    @Test func `says which lines it refused and why, and takes their neighbours`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.ingest)
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        kiosk.say(
            [
                Kiosk.track("a"), "nonsense", #"{"event":"x""#, "[]", #"{"type":"x"}"#, " ", "{}",
                #"{"type":"track"}"#, deep, Kiosk.track("b"), "",
            ].joined(separator: "\n"), on: connection)
        try kiosk.rest()
        #expect(
            lines(kiosk, connection) == [
                #"{"lines":10,"stored":2,"duplicate":0,"refused":["#
                    + #"{"line":2,"reason":"not_json","offset":1},"#
                    + #"{"line":3,"reason":"not_json","offset":12},"#
                    + #"{"line":4,"reason":"not_object"},{"line":5,"reason":"unknown_type"},"#
                    + #"{"line":7,"reason":"unknown_type"},{"line":8,"reason":"no_event_name"},"#
                    + #"{"line":9,"reason":"too_deep"}]}"#
            ])
        try kiosk.drain()
        #expect(kiosk.collector.texts == [Kiosk.track("a"), Kiosk.track("b")])
        let sums = try kiosk.audited()
        #expect(sums["quarantined"] == 7 && sums["delivered"] == 2 && sums["accepted"] == 9)
    }

    @Test func `refuses a line that is too long, and reads on behind it`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.ingest)
        let long = #"{"event":""# + String(repeating: "x", count: 3 << 20) + #""}"#
        kiosk.say(Kiosk.track("a") + "\n" + long + "\n" + Kiosk.track("b") + "\n", on: connection)
        try kiosk.rest()
        let answers = lines(kiosk, connection)
        #expect(answers.count == 2)
        #expect(
            answers.last
                == #"{"lines":2,"stored":1,"duplicate":0,"#
                + #""refused":[{"line":1,"reason":"too_big"}]}"#
        )
        #expect(try kiosk.audited()["quarantined"] == 1)
    }

    @Test func `takes a last line without its end, and closes behind the answer`() throws {
        let kiosk = try Kiosk()
        let connection = kiosk.connect(.ingest)
        kiosk.say(Kiosk.track("a") + "\n" + Kiosk.track("b"), on: connection)
        kiosk.world.happen(.ended(connection))
        try kiosk.rest()
        #expect(
            lines(kiosk, connection)
                == Array(repeating: #"{"lines":1,"stored":1,"duplicate":0,"refused":[]}"#, count: 2)
        )
        #expect(kiosk.world.closed.contains(connection) && kiosk.loop.ingest.isEmpty)
        let silent = kiosk.connect(.ingest)
        kiosk.world.happen(.ended(silent))
        try kiosk.rest()
        #expect(lines(kiosk, silent).isEmpty && kiosk.world.closed.contains(silent))
        let ended = kiosk.connect(.ingest)
        kiosk.say(Kiosk.track("c") + "\n", on: ended)
        kiosk.world.happen(.ended(ended))
        try kiosk.rest()
        #expect(lines(kiosk, ended).count == 1 && kiosk.world.closed.contains(ended))
        #expect(try kiosk.audited()["accepted"] == 3)
    }

    @Test func `says that nothing is stored when the commit failed`() throws {
        let kiosk = try Kiosk()
        kiosk.collector.mood = .down
        try kiosk.rest()
        try kiosk.breakDisk()
        let connection = kiosk.connect(.ingest)
        let group = Kiosk.track("a", id: "1") + "\nx\n" + Kiosk.track("a", id: "1") + "\n"
        kiosk.say(group, on: connection)
        try kiosk.rest()
        let unavailable =
            #"{"lines":3,"stored":0,"duplicate":0,"refused":[],"error":"unavailable"}"#
        #expect(lines(kiosk, connection) == [unavailable])
        try kiosk.mendDisk()
        kiosk.say(group, on: connection)
        try kiosk.rest()
        #expect(
            lines(kiosk, connection) == [
                #"{"lines":3,"stored":1,"duplicate":1,"#
                    + #""refused":[{"line":2,"reason":"not_json","offset":0}]}"#
            ])
        let sums = try kiosk.audited()
        #expect(sums["offered"] == 6 && sums["refused"] == 3 && sums["queued"] == 1)
    }
}

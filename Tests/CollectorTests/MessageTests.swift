import Events
import Testing

@testable import Collector

@Suite struct `A message id` {
    @Test func `that is held with the same content makes a duplicate, without a hole`() async throws
    {
        let temporary = try TemporaryArchive()
        try await temporary.take([Fixture.message(0, "m")])
        let outcome = try await temporary.take(
            [
                Fixture.message(0, "m", #","sentAt":"2026-01-01T00:00:00Z""#),
                Fixture.message(1, "m", #","retryCount":2,"_metadata":{"a":[1]}"#),
                Fixture.message(2, "m", #","context":{}"#),
            ], stream: Fixture.later, epoch: 2)
        #expect(outcome.held == [SequenceRange(0, 2)])
        #expect((outcome.newCount, outcome.knownCount) == (1, 2))
        let completeness = try temporary.archive.funnelReport().completeness
        #expect(completeness.events == 2)
        #expect(completeness.duplicates == 2)
        #expect(completeness.missing == 0)
        // The third one has a context more, so it is another content.
        #expect(completeness.messageIDReused == 1)
    }

    @Test func `is compared without the retry marks in the context`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take([
            Fixture.message(0, "m", #","context":{"sentAt":1,"ip":2}"#),
            Fixture.message(1, "m", #","context":{"ip":2,"retryCount":5}"#),
            Fixture.message(2, "m", #","context":{"ip":3}"#),
        ])
        #expect(try temporary.count("event") == 2)
        #expect(try temporary.count("duplicate") == 1)
    }

    @Test func `used again for other content is stored and counted`() async throws {
        let temporary = try TemporaryArchive()
        let outcome = try await temporary.take([
            Fixture.message(0, "m"), Fixture.message(1, "m", #","a":1"#),
            Fixture.message(2, "m", #","a":2"#), Fixture.message(3, "m", #","a":1"#),
        ])
        #expect((outcome.newCount, outcome.knownCount) == (3, 1))
        #expect(try temporary.archive.funnelReport().completeness.messageIDReused == 2)
        // Once more, and nothing is counted again.
        try await temporary.take([Fixture.message(1, "m", #","a":1"#)])
        #expect(try temporary.archive.funnelReport().completeness.messageIDReused == 2)
    }

    @Test func `is another one for another producer or device`() async throws {
        let temporary = try TemporaryArchive()
        let text = #"{"messageId":"m"}"#
        try await temporary.take([
            Fixture.event(0, text, producer: 1), Fixture.event(1, text, producer: 2),
        ])
        try await temporary.take([Fixture.event(0, text, producer: 1)], device: "kiosk-2")
        #expect(try temporary.count("event") == 3)
        #expect(try temporary.archive.funnelReport().completeness.messageIDReused == 0)
    }

    @Test func `that is missing, empty or no text tells nothing apart`() async throws {
        let temporary = try TemporaryArchive()
        let texts = [
            #"{"a":1}"#, #"{"messageId":""}"#, #"{"messageId":5}"#, #"{"messageId":null}"#,
        ]
        try await temporary.take(
            (texts + texts).enumerated().map { Fixture.event(UInt32($0.offset), $0.element) })
        #expect(try temporary.count("event") == 8)
        #expect(try temporary.count("message") == 0)
    }
}

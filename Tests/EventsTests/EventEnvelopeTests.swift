import Testing

@testable import Events

/// What the agent adds comes off again, and nothing else does.
struct EventEnvelopeTests {
    private static let full: EventEnvelope = {
        var envelope = EventEnvelope()
        envelope.visit = 7 << 32 | 12
        envelope.actor = .staff
        envelope.sealed = Array("abc-_9".utf8)
        envelope.origin = Array("00ff-3-4".utf8)
        return envelope
    }()

    private static let envelopes: [EventEnvelope] = {
        var visit = EventEnvelope()
        visit.visit = (1 << 28 - 1) << 32 | 0xFFFF_FFFE
        var sealed = EventEnvelope()
        sealed.sealed = Array("A".utf8)
        return [EventEnvelope(), visit, sealed, full]
    }()

    @Test(arguments: [
        "{}", #"{"a":1}"#, #"{"footfall":{"visit":3}}"#, #"{"footfall":{"visit":3},"b":[{}]}"#,
        #"{"a":"}","footfall":"x"}"#,
    ])
    func `An envelope comes off as it was put on`(body: String) {
        for envelope in Self.envelopes {
            var text = Array(body.utf8)
            envelope.append(to: &text)
            #expect(EventEnvelope.remove(from: &text) == envelope)
            #expect(String(decoding: text, as: UTF8.self) == body)
        }
    }

    @Test func `It is one member of the object`() {
        var text = Array(#"{"a":1}"#.utf8)
        Self.full.append(to: &text)
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"a":1,"footfall":{"visit":30064771084,"actor":"staff","sealed":"abc-_9","#
                + #""origin":"00ff-3-4"}}"#)
    }

    @Test(arguments: [
        "{}", #"{"a":1}"#, #"{"footfall":{},"a":1}"#, #"{"a":{"footfall":{}}}"#,
        #"{"footfall":1}"#, #"{"a":"footfall"}"#,
    ])
    func `A text without one stays as it is`(body: String) {
        var text = Array(body.utf8)
        #expect(EventEnvelope.remove(from: &text) == nil)
        #expect(String(decoding: text, as: UTF8.self) == body)
    }

    @Test func `What stands in it wrongly says nothing`() {
        var text = Array(#"{"footfall":{"visit":-1,"actor":"king","sealed":{},"x":2}}"#.utf8)
        #expect(EventEnvelope.remove(from: &text) == EventEnvelope())
        #expect(text == Array("{}".utf8))
    }
}

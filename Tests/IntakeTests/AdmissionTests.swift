import Events
import Intake
import Testing

/// What is decided of one event's text.
func decide(
    _ text: String, kind: Kind? = nil, stages: [(name: String, stage: Stage)] = []
) throws -> Admission.Decision {
    try Admission(stages: StageRule(additions: stages)).decide(Array(text.utf8), kind: kind)
}

@Suite struct `The admission of an event` {
    @Test(arguments: Kind.allCases)
    func `goes by the text's own type before the path's kind`(_ kind: Kind) throws {
        let text = #"{"type":"\#(kind.word)","event":"x"}"#
        #expect(try decide(text).kind == kind)
        #expect(try decide(text, kind: .page).kind == kind)
        #expect(try decide(#"{"event":"x"}"#, kind: kind).kind == kind)
    }

    @Test func `takes an event with a name and no type for a track call`() throws {
        #expect(try decide(#"{"event":"x"}"#).kind == .track)
        #expect(try decide(#"{"\u0065vent":"x"}"#).kind == .track)
    }

    @Test(
        arguments: [
            ("[]", nil, Fault.notObject), ("null", .track, .notObject),
            (#""x""#, .page, .notObject),
            ("{}", nil, .unknownType), (#"{"type":"tracks"}"#, .track, .unknownType),
            (#"{"type":"Track","event":"x"}"#, nil, .unknownType),
            (#"{"type":null,"event":"x"}"#, .track, .unknownType),
            (#"{"type":1,"event":"x"}"#, .track, .unknownType),
            (#"{"type":"track","type":"x","event":"x"}"#, nil, .unknownType),
            ("{}", .track, .noEventName), (#"{"type":"track"}"#, nil, .noEventName),
            (#"{"event":""}"#, .track, .noEventName), (#"{"event":null}"#, .track, .noEventName),
            (#"{"event":5}"#, nil, .noEventName),
            (#"{"event":{"a":"x"},"type":"track"}"#, nil, .noEventName),
            (#"{"event":"x","event":""}"#, .track, .noEventName),
        ] as [(String, Kind?, Fault)])
    func `finds the fault`(_ text: String, _ kind: Kind?, _ fault: Fault) {
        #expect(throws: fault) { try decide(text, kind: kind) }
    }

    @Test func `wants no name of calls that need none`() throws {
        for kind in Kind.allCases where kind != .track {
            #expect(try decide("{}", kind: kind).kind == kind)
        }
    }

    @Test func `reads the message id with its escapes undone`() throws {
        #expect(
            try decide(#"{"event":"x","messageId":"a\u0062\"é"}"#).messageID == Array("ab\"é".utf8))
        #expect(
            try decide(#"{"event":"x","messageId":"1","messageId":"2"}"#).messageID
                == Array("2".utf8))
    }

    @Test(arguments: ["null", #""""#, "5", "true", #"{"a":"b"}"#, #"["a"]"#])
    func `takes a message id that is no word for none`(_ value: String) throws {
        #expect(try decide(#"{"event":"x","messageId":\#(value)}"#).messageID == nil)
    }

    @Test func `compares two sendings without what may differ in them`() throws {
        let first = try decide(
            #"{"event":"x","sentAt":"1","context":{"retryCount":0,"a":1},"messageId":"m"}"#)
        let second = try decide(
            #"{"retryCount":2,"event":"x","context":{"a":1},"messageId":"m","_metadata":{}}"#)
        #expect(first.comparable == second.comparable)
        #expect(
            String(decoding: first.comparable, as: UTF8.self)
                == #"{"event":"x","context":{"a":1},"messageId":"m"}"#)
    }
}

@Suite struct `The lane` {
    private func lane(_ kind: Kind, _ name: String) throws -> Lane {
        let member = kind == .track ? "event" : "name"
        return try decide(#"{"\#(member)":"\#(name)"}"#, kind: kind).lane
    }

    @Test(
        arguments: [
            "Checkout Started", "Checkout Step Completed", "Payment Info Entered", "Payment Failed",
            "Order Completed", "Order Refunded", "Consent Given",
        ])
    func `of what a marketer cannot do without is critical`(_ name: String) throws {
        #expect(try lane(.track, name) == .critical)
    }

    @Test(arguments: ["Heartbeat", "Kiosk Heartbeat", "Ad Impression", "Promotion Viewed"])
    func `of what comes by the thousand is ambient`(_ name: String) throws {
        #expect(try lane(.track, name) == .ambient)
    }

    @Test(
        arguments: [
            "Product Viewed", "Cart Viewed", "Orders", "order completed", "Reorder Completed",
            "Checkout",
            "Promotion Clicked", "Heartbeat Lost", "x",
        ])
    func `of everything else is normal`(_ name: String) throws {
        #expect(try lane(.track, name) == .normal)
    }

    @Test func `of who it was is critical, whatever the name`() throws {
        #expect(try lane(.identify, "Heartbeat") == .critical)
        #expect(try lane(.alias, "x") == .critical)
        #expect(try lane(.page, "Home") == .normal)
        #expect(try lane(.group, "x") == .normal)
        #expect(try lane(.screen, "Heartbeat") == .ambient)
    }
}

import Events
import Intake
import Testing

/// The design's table of stages (§4).
@Suite struct `The stage` {
    private func stage(_ text: String, _ kind: Kind? = nil) throws -> Stage? {
        try decide(text, kind: kind).stage
    }

    @Test(
        arguments: [
            ("Promotion Viewed", Stage.awareness), ("Product List Viewed", .awareness),
            ("Products Searched", .consideration), ("Product Viewed", .consideration),
            ("Product Added", .consideration), ("Cart Viewed", .consideration),
            ("Checkout Started", .consideration), ("Payment Info Entered", .consideration),
            ("Order Completed", .conversion), ("Loyalty Joined", .loyalty),
            ("Product Shared", .advocacy), ("Product Reviewed", .advocacy),
            ("Referral Sent", .advocacy),
            ("Order Refunded", nil), ("product viewed", nil), ("Product Viewed ", nil),
            ("Attract", nil),
        ] as [(String, Stage?)])
    func `follows from the name`(_ name: String, _ expected: Stage?) throws {
        let decision = try decide(#"{"event":"\#(name)"}"#)
        #expect(decision.stage == expected)
        #expect(!decision.isStageUnknown)
    }

    @Test func `of the screen Attract is awareness, of a page of that name nothing`() throws {
        #expect(try stage(#"{"name":"Attract"}"#, .screen) == .awareness)
        #expect(try stage(#"{"name":"attract"}"#, .screen) == nil)
        #expect(try stage(#"{"name":"Attract"}"#, .page) == nil)
        #expect(try stage(#"{"name":5}"#, .screen) == nil)
        #expect(try stage("{}", .screen) == nil)
    }

    @Test(
        arguments: [
            ("awareness", Stage.awareness), ("consideration", .consideration),
            ("conversion", .conversion),
            ("loyalty", .loyalty), ("advocacy", .advocacy), ("interest", .consideration),
            ("intent", .consideration), ("retention", .loyalty), ("purchase", .consideration),
        ])
    func `is the producer's word in any of three places, over the name`(
        _ word: String, _ expected: Stage
    ) throws {
        for text in [
            #"{"event":"Product Shared","stage":"\#(word)"}"#,
            #"{"event":"Product Shared","context":{"stage":"\#(word)"}}"#,
            #"{"event":"Product Shared","properties":{"stage":"\#(word)"}}"#,
        ] {
            let decision = try decide(text)
            #expect(decision.stage == expected && !decision.isStageUnknown, "\(text)")
        }
    }

    @Test func `purchase is conversion of a completed order alone`() throws {
        #expect(try stage(#"{"event":"Order Completed","stage":"purchase"}"#) == .conversion)
        #expect(try stage(#"{"event":"Payment Failed","stage":"purchase"}"#) == .consideration)
        #expect(try stage(#"{"event":"Checkout Started","stage":"purchase"}"#) == .consideration)
        #expect(
            try stage(#"{"name":"Order Completed","properties":{"stage":"purchase"}}"#, .page)
                == .consideration)
    }

    @Test func `is looked for at top level, else in context, else in properties`() throws {
        let all = #""context":{"stage":"loyalty"},"properties":{"stage":"advocacy"}"#
        #expect(try stage(#"{"event":"x","stage":"awareness",\#(all)}"#) == .awareness)
        #expect(try stage(#"{"event":"x",\#(all)}"#) == .loyalty)
        #expect(try stage(#"{"event":"x","properties":{"stage":"advocacy"}}"#) == .advocacy)
        #expect(try stage(#"{"event":"x","stage":null,\#(all)}"#) == .loyalty)
        #expect(
            try stage(#"{"event":"x","context":{"stage":null},"properties":{"stage":"advocacy"}}"#)
                == .advocacy)
    }

    @Test(
        arguments: [
            #""Awareness""#, #""awareness ""#, #""""#, #""checkout""#, "5", "true", #""Purchase""#,
        ])
    func `of a word that no rule knows follows from the name, and is counted`(
        _ word: String
    ) throws {
        for text in [
            #"{"event":"Order Completed","stage":\#(word)}"#,
            #"{"event":"Order Completed","context":{"stage":\#(word)},"properties":{"stage":"loyalty"}}"#,
        ] {
            let decision = try decide(text)
            #expect(decision.stage == .conversion && decision.isStageUnknown, "\(text)")
        }
        let nameless = try decide(#"{"event":"x","stage":\#(word)}"#)
        #expect(nameless.stage == nil && nameless.isStageUnknown)
    }

    @Test(arguments: ["null", "{}", "[]"])
    func `of what is no word follows from the name, uncounted`(_ value: String) throws {
        let decision = try decide(#"{"event":"Order Completed","stage":\#(value)}"#)
        #expect(decision.stage == .conversion && !decision.isStageUnknown)
    }

    @Test(
        arguments: [
            ("9", Stage.advocacy), ("10", .advocacy), ("9.0", .advocacy), ("9.5", .advocacy),
            ("10.00", .advocacy), ("8", nil), ("8.99", nil), ("0", nil), ("-9", nil), ("-10", nil),
            ("11", nil), ("10.5", nil), ("1000000000000000000000", nil), ("9e-1", nil),
            (#""9""#, nil),
            ("null", nil), ("true", nil),
        ] as [(String, Stage?)])
    func `of a Net Promoter Score from 9 on is advocacy`(_ nps: String, _ expected: Stage?) throws {
        #expect(try stage(#"{"event":"Survey Answered","properties":{"nps":\#(nps)}}"#) == expected)
        #expect(try stage(#"{"event":"Survey Answered","nps":\#(nps)}"#) == nil)
        #expect(
            try stage(#"{"event":"Order Completed","properties":{"nps":\#(nps)}}"#) == .conversion)
    }

    @Test func `of a name that the configuration adds is the configuration's`() throws {
        let added: [(name: String, stage: Stage)] = [
            ("Demo Booked", .consideration), ("Product Viewed", .awareness), ("Twice", .loyalty),
            ("Twice", .advocacy),
        ]
        func stage(_ text: String) throws -> Stage? { try decide(text, stages: added).stage }
        #expect(try stage(#"{"event":"Demo Booked"}"#) == .consideration)
        #expect(try stage(#"{"event":"Product Viewed"}"#) == .awareness)
        #expect(try stage(#"{"event":"Twice"}"#) == .advocacy)
        #expect(try stage(#"{"event":"Order Completed"}"#) == .conversion)
        #expect(try stage(#"{"event":"Demo Booked","stage":"loyalty"}"#) == .loyalty)
    }
}

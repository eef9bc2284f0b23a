import Events
import Intake
import Testing

/// The texts of a request's events, as the dialect tells them apart.
private func texts(_ body: String, kind: Kind? = nil) throws -> [String] {
    let bytes = Array(body.utf8)
    return try SegmentDialect(bytes, kind: kind).proposals.map {
        String(decoding: bytes[$0.range], as: UTF8.self)
    }
}

@Suite struct `A Segment batch` {
    @Test func `is told apart into its events, in order, whatever they are`() throws {
        #expect(
            try texts(
                #" { "sentAt" : 1 , "batch" : [ {"a":[1,{}]} ,"te\"xt", -1.5 ,null,[ ] , {} ] , "x" : [{}] } "#
            )
                == [#"{"a":[1,{}]}"#, #""te\"xt""#, "-1.5", "null", "[ ]", "{}"])
        #expect(try texts(#"{"batch":[]}"#) == [])
        let proposals = try SegmentDialect(Array(#"{"batch":[{},1]}"#.utf8), kind: nil).proposals
        #expect(proposals.allSatisfy { $0.fault == nil && $0.kind == nil })
    }

    @Test func `is known by an escaped name, at top level alone`() throws {
        #expect(try texts(#"{"b\u0061tch":[1]}"#) == ["1"])
        #expect(try texts(#"{"a":{"batch":[1]},"batch":[2]}"#) == ["2"])
    }

    @Test func `counts as it was said last`() throws {
        #expect(try texts(#"{"batch":[1,2],"batch":[3]}"#) == ["3"])
        #expect(try texts(#"{"batch":7,"batch":[3]}"#) == ["3"])
        #expect(throws: IntakeError.noBatch) { try texts(#"{"batch":[3],"batch":{"a":[4]}}"#) }
    }

    @Test(
        arguments: [
            ("{}", IntakeError.noBatch), (#"{"a":{"batch":[]}}"#, .noBatch),
            (#"{"batch":{}}"#, .noBatch),
            (#"{"batch":null}"#, .noBatch), (#"{"Batch":[]}"#, .noBatch), ("[]", .notObject),
            ("1", .notObject), (#""batch""#, .notObject),
            ("", .notJSON(JSONError(.truncated, offset: 0))),
            (#"{"batch":[{]}"#, .notJSON(JSONError(.unexpectedByte, offset: 11))),
            (#"{"batch":[{}]"#, .notJSON(JSONError(.truncated, offset: 13))),
            (#"{"batch":[{}]} x"#, .notJSON(JSONError(.unexpectedByte, offset: 15))),
        ])
    func `is refused whole`(_ body: String, _ error: IntakeError) {
        #expect(throws: error) { try SegmentDialect(Array(body.utf8), kind: nil) }
    }

    @Test func `holds ten thousand events and not one more`() throws {
        func body(_ count: Int) -> [UInt8] {
            Array(
                (#"{"batch":["# + Array(repeating: "1", count: count).joined(separator: ",") + "]}")
                    .utf8)
        }
        #expect(try SegmentDialect(body(10_000), kind: nil).proposals.count == 10_000)
        #expect(throws: IntakeError.tooManyEvents) { try SegmentDialect(body(10_001), kind: nil) }
    }

    @Test func `says where each fault is and harms no neighbour`() throws {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        let big = "\"" + String(repeating: "x", count: Limits.eventBytes - 1) + "\""
        let body = #"{"batch":[{},"# + deep + ",{}," + big + ",{}]}"
        let proposals = try SegmentDialect(Array(body.utf8), kind: nil).proposals
        #expect(proposals.map(\.fault) == [nil, .tooDeep, nil, .tooBig, nil])
        #expect(proposals[3].range.count == Limits.eventBytes + 1)
    }
}

@Suite struct `A single Segment call` {
    @Test(arguments: Kind.allCases)
    func `is its body, under the kind of its path`(_ kind: Kind) throws {
        let body = Array(#"  {"event":"a","batch":[1,2], "b":{"c":[]}}  "#.utf8)
        let proposals = try SegmentDialect(body, kind: kind).proposals
        #expect(proposals.map { $0.range } == [2..<body.count - 2])
        #expect(proposals[0].kind == kind && proposals[0].fault == nil)
    }

    @Test func `may be empty, but must be an object`() throws {
        #expect(try texts("{}", kind: .track) == ["{}"])
        for body in ["[]", "null", "[{}]"] {
            #expect(throws: IntakeError.notObject) {
                try SegmentDialect(Array(body.utf8), kind: .page)
            }
        }
        #expect(throws: IntakeError.notJSON(JSONError(.truncated, offset: 1))) {
            try SegmentDialect([0x7B], kind: .page)
        }
    }
}

@Suite struct `The write key of a body` {
    private func key(_ body: String, kind: Kind? = nil) throws -> String? {
        try SegmentDialect(Array(body.utf8), kind: kind).writeKey.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test func `is its string of that name, the last one`() throws {
        #expect(try key(#"{"writeKey":"a","batch":[],"writeKey":"b"}"#) == "b")
        #expect(try key(#"{"batch":[],"write\u004Bey":"\u0061\"b"}"#) == "a\"b")
        #expect(try key(#"{"event":"x","writeKey":"k"}"#, kind: .track) == "k")
        #expect(try key(#"{"writeKey":"","batch":[]}"#) == "")
    }

    @Test func `is nothing else and nowhere else`() throws {
        #expect(try key(#"{"writeKey":5,"batch":[{"writeKey":"x"}],"a":{"writeKey":"y"}}"#) == nil)
        #expect(try key(#"{"a":{"writeKey":"x"},"writekey":"y"}"#, kind: .track) == nil)
    }
}

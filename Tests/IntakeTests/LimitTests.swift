import Events
import Intake
import Testing

/// One event's limits, the same by every way in.
@Suite struct `An event at its limits` {
    /// The fault that each dialect finds in one event: batch, single call, line.
    private func faults(_ event: [UInt8]) throws -> [Fault?] {
        let batch = Array(#"{"batch":["#.utf8) + event + Array("]}".utf8)
        return [
            try SegmentDialect(batch, kind: nil).proposals[0].fault,
            try SegmentDialect(event, kind: .track).proposals[0].fault,
            LineDialect.propose(event, in: 0..<event.count).0.fault,
        ]
    }

    private func event(levels: Int) -> [UInt8] {
        var text = ""
        for level in 1..<levels { text += level.isMultiple(of: 2) ? "[" : #"{"a":"# }
        text += "{}"
        for level in (1..<levels).reversed() { text += level.isMultiple(of: 2) ? "]" : "}" }
        return Array(text.utf8)
    }

    private func event(byteCount: Int) -> [UInt8] {
        Array(#"{"a":""#.utf8) + [UInt8](repeating: 0x78, count: byteCount - 8) + Array("\"}".utf8)
    }

    @Test func `nests 64 levels, not 65`() throws {
        #expect(try faults(event(levels: 1)) == [nil, nil, nil])
        #expect(try faults(event(levels: 64)) == [nil, nil, nil])
        #expect(try faults(event(levels: 65)) == [.tooDeep, .tooDeep, .tooDeep])
        #expect(try faults(event(levels: 10_000 + 1)) == [.tooDeep, .tooDeep, .tooDeep])
    }

    @Test func `has 1 MiB, not a byte more`() throws {
        #expect(event(byteCount: 100).count == 100)
        #expect(try faults(event(byteCount: 1 << 20)) == [nil, nil, nil])
        #expect(try faults(event(byteCount: (1 << 20) + 1)) == [.tooBig, .tooBig, .tooBig])
    }
}

@Suite struct `A line` {
    private func propose(_ line: String) -> (Proposal, JSONError?) {
        let text = Array(("before\n" + line + "\nbehind").utf8)
        return LineDialect.propose(text, in: 7..<7 + line.utf8.count)
    }

    @Test(arguments: ["{}", #" {"a":1} "#, "{}\r", "[1]", "5", "null"])
    func `is an event, whose kind its text says`(_ line: String) {
        let (proposal, error) = propose(line)
        #expect(proposal == Proposal(range: 7..<7 + line.utf8.count))
        #expect(error == nil)
    }

    @Test(
        arguments: [
            ("{", JSONError(.truncated, offset: 1)), ("x", JSONError(.unexpectedByte, offset: 0)),
            ("{} {}", JSONError(.unexpectedByte, offset: 3)),
            (#"{"a":01}"#, JSONError(.unexpectedByte, offset: 6)),
            ("", JSONError(.truncated, offset: 0)),
            ("\u{0}", JSONError(.unexpectedByte, offset: 0)),
        ])
    func `is no JSON, and says where it breaks off`(_ line: String, _ cause: JSONError) {
        let (proposal, error) = propose(line)
        #expect(proposal == Proposal(range: 7..<7 + line.utf8.count, fault: .notJSON))
        #expect(error == cause)
    }
}

@Suite struct `The words for faults` {
    @Test func `are those of the format`() {
        #expect(
            Fault.allCases.map(\.word) == [
                "too_big", "too_deep", "not_json", "not_object", "unknown_type", "no_event_name",
            ])
    }
}

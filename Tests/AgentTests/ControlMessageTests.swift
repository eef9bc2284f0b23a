import Testing

@testable import Agent

@Suite struct `A control request` {
    @Test(arguments: ControlRequest.Verb.allCases)
    func `comes out as it went in`(_ verb: ControlRequest.Verb) throws {
        for (isJSON, wait, payload) in [
            (false, 0, ""), (true, 30_000, "{}\n"), (true, .max, "a\n\nb\u{0}ä"),
        ] as [(Bool, Int64, String)] {
            let request = ControlRequest(
                verb: verb, isJSON: isJSON, waitMilliseconds: wait, payload: Array(payload.utf8))
            let read = try #require(ControlRequest(request.bytes))
            #expect(read.verb == verb && read.isJSON == isJSON)
            #expect(read.waitMilliseconds == wait && read.payload == Array(payload.utf8))
        }
    }

    @Test func `is a line of JSON, other members ignored`() throws {
        let request = try #require(
            ControlRequest(Array(#"{"x":1,"verb":"queue audit","json":true}"#.utf8) + [0x0A]))
        #expect(request.verb == .queueAudit && request.isJSON && request.payload == [])
    }

    @Test(
        arguments: [
            "", "\n", "status\n", #"{"verb":"status"}"#, #"{"verb":"stop"}"# + "\n", "{}\n", "[]\n",
            #"{"verb":"status""# + "\n", #"{"verb":["status"]}"# + "\n", #"{"json":true}"# + "\n",
            "\n" + #"{"verb":"status"}"# + "\n",
        ])
    func `is nothing else`(_ text: String) {
        #expect(ControlRequest(Array(text.utf8)) == nil)
    }

    @Test func `changes something if it sends or flushes, or marks a visit`() {
        #expect(
            ControlRequest.Verb.allCases.filter { $0.isChanging }
                == [.send, .flush, .visitStart, .visitEnd])
    }
}

@Suite struct `A control response` {
    @Test(
        arguments: [
            (0, "", ""), (0, "out\n", ""), (78, "", "words\n"), (75, "a\n1 2\n", "b"),
            (-1, "ä\u{0}", "\n"),
        ] as [(Int32, String, String)])
    func `comes out as it went in`(_ exitCode: Int32, _ output: String, _ complaint: String) {
        let response = ControlResponse(
            exitCode: exitCode, output: Array(output.utf8), complaint: Array(complaint.utf8))
        #expect(ControlResponse(response.bytes) == response)
    }

    @Test func `of words alone is a line on standard error`() {
        let response = ControlResponse(exitCode: 3, complaint: "no agent")
        #expect(response.complaint == Array("no agent\n".utf8) && response.output == [])
    }

    @Test(arguments: [
        "", "0", "0 0", "0\n", "x 0\n", "0 x\n", "0 5\nabcd", "0 -1\n", " 0\n", "0 1\n", "0  0\n",
    ])
    func `cut short or malformed is none`(_ text: String) {
        #expect(ControlResponse(Array(text.utf8)) == nil)
    }
}

import Testing

@testable import Agent

@Suite struct `The command line` {
    private func parse(_ line: String) throws -> CommandLine {
        try CommandLine(line.split(separator: " ").map { String($0) })
    }

    @Test func `says a verb, its options anywhere`() throws {
        let status = try parse("--config /f status --json")
        guard case .status = status.verb else { throw Unexpected() }
        #expect(status.isJSON && status.configurationFile == "/f")
        guard case .agent = try parse("agent --config /f").verb else { throw Unexpected() }
        guard case .queueAudit = try parse("queue audit").verb else { throw Unexpected() }
        guard case .version = try parse("version").verb else { throw Unexpected() }
        #expect(try !parse("version").isJSON && parse("version").configurationFile == nil)
    }

    @Test func `waits 30 s for a flush unless told otherwise`() throws {
        for (line, milliseconds) in [
            ("flush", 30_000), ("flush --wait 5m", 300_000), ("--wait 0s flush", 0),
        ] as [(String, Int64)] {
            guard case .flush(milliseconds) = try parse(line).verb else { throw Unexpected() }
        }
    }

    @Test func `hands over one event, or standard input`() throws {
        guard case .send(let line?, false) = try parse("send Sold a=1 --json b=2").verb else {
            throw Unexpected()
        }
        #expect(
            String(decoding: line, as: UTF8.self)
                == #"{"type":"track","event":"Sold","properties":{"a":"1","b":"2"}}"# + "\n")
        guard case .send(nil, true) = try parse("send --stdin").verb else { throw Unexpected() }
    }

    @Test(arguments: ["", "help", "--help", "-h", "status --help", "help status", "nonsense -h"])
    func `shows help where it is asked for`(_ line: String) throws {
        guard case .help = try parse(line).verb else { throw Unexpected() }
    }

    @Test(
        arguments: [
            ("stat", "stat"), ("status now", "now"), ("queue", "audit"), ("queue purge", "audit"),
            ("queue audit now", "audit"), ("send", "--stdin"), ("send --stdin Sold", "--stdin"),
            ("send Sold a", "KEY=VALUE"), ("send Sold =1", "KEY=VALUE"),
            ("send Sold a:=x", "not JSON"),
            ("flush --wait", "--wait"), ("flush --wait 5", "5"), ("flush --wait -5s", "-5s"),
            ("--config", "--config"), ("status --verbose", "--verbose"), ("--json", "verb"),
            ("Status", "Status"), ("flush 5s", "5s"),
        ])
    func `is refused with a word of what is wrong`(_ line: String, _ word: String) {
        do throws(CommandLine.UsageError) {
            _ = try CommandLine(line.split(separator: " ").map { String($0) })
            Issue.record("\(line) is understood")
        } catch {
            #expect(error.text.contains(word), "\(error.text)")
        }
    }
}

/// A value of another kind than the test is about.
struct Unexpected: Error {}

@Suite struct `The event of a command line` {
    private func line(_ words: String...) throws -> String {
        String(decoding: try EventLine.make(words), as: UTF8.self)
    }

    private func properties(_ members: String) -> String {
        #"{"type":"track","event":"E","properties":{"# + members + "}}\n"
    }

    @Test func `is text behind an equals sign`() throws {
        #expect(try line("E") == properties(""))
        #expect(try line("E", "a=") == properties(#""a":"""#))
        #expect(try line("E", "a=b=c", "d= x ") == properties(#""a":"b=c","d":" x ""#))
        #expect(try line("E", "ä=\"\n😀") == properties(#""ä":"\"\n😀""#))
        #expect(try line("E", "a=1", "a=2") == properties(#""a":"1","a":"2""#))
        #expect(
            try line("Größe \"XL\"")
                == #"{"type":"track","event":"Größe \"XL\"","properties":{}}"# + "\n")
    }

    @Test func `is JSON behind a colon and an equals sign, always on one line`() throws {
        #expect(try line("E", "a:=1.50", "b:=null") == properties(#""a":1.50,"b":null"#))
        #expect(
            try line("E", "a:={\n\"b\":\n[1,\n\"x\\n\"]}") == properties(#""a":{"b":[1,"x\n"]}"#))
        #expect(try line("E", #"a:b="x""#) == properties(#""a:b":"\"x\"""#))
        for bad in ["a:=", "a:=x", "a:=1 2", "a:={", "a:='x'", "a:=\"\n\""] {
            #expect(throws: CommandLine.UsageError.self) { try line("E", bad) }
        }
    }
}

import Events
import Testing

@testable import Blocks

/// Invariants 3 and 4 of the Blocks page: the checksum is right, the contents are not.
@Suite struct `An inconsistent block of lines is refused` {
    private let good = Fixture.headerLine + Fixture.eventLine(3) + Fixture.eventLine(4)

    @Test func `unless nothing is wrong with it`() throws {
        #expect(try BlockReader.read(Fixture.block(payload: good, count: 2)).events.count == 2)
        let deflated = try Fixture.block(payload: good, count: 2, isDeflated: true)
        #expect(try BlockReader.read(deflated).events.count == 2)
    }

    @Test(arguments: [0, 1, 3, 1000]) func `with another count of events`(count: Int) {
        #expect(throws: BlockError.count) {
            try BlockReader.read(Fixture.block(payload: good, count: count))
        }
    }

    @Test func `with a count or length over the limit`() throws {
        #expect(throws: BlockError.limit) {
            try BlockReader.read(Fixture.block(payload: good, count: 8193))
        }
        #expect(throws: BlockError.limit) {
            try BlockReader.read(
                Fixture.block(payload: good, count: 2, isDeflated: true, stated: 8 << 20 + 1))
        }
        #expect(throws: BlockError.limit) {
            try BlockReader.peek(
                Fixture.block(payload: good, count: 2, isDeflated: true, stated: Int(UInt32.max)))
        }
    }

    @Test(arguments: [-1, 1, 400]) func `with another length than its deflate stream has`(
        difference: Int
    ) throws {
        let bytes = try Fixture.block(
            payload: good, count: 2, isDeflated: true, stated: good.utf8.count + difference)
        #expect(throws: BlockError.inflation) { try BlockReader.read(bytes) }
    }

    @Test func `that inflates to more than it states`() throws {
        let bomb = String(repeating: "0", count: 32 << 20)
        let bytes = try Fixture.block(payload: bomb, count: 0, isDeflated: true, stated: 1000)
        #expect(bytes.count < 40_000)
        #expect(throws: BlockError.inflation) { try BlockReader.read(bytes) }
        #expect(throws: BlockError.header(offset: 0)) { try BlockReader.peek(bytes) }
    }

    @Test func `with bytes after its deflate stream, or none of one`() throws {
        let stored = try #require(Deflater()?.deflate(Array(good.utf8)))
        for payload in [stored + [0], [], Array(good.utf8)] {
            let frame = Frame(
                version: 0, isDeflated: true, storedBytes: payload.count,
                payloadBytes: good.utf8.count,
                eventCount: 2)
            #expect(throws: BlockError.inflation) {
                try BlockReader.read(frame.block(around: payload))
            }
        }
    }

    @Test func `with sequences that do not ascend`() {
        for second: UInt32 in [3, 2, 0] {
            let payload = Fixture.headerLine + Fixture.eventLine(3) + Fixture.eventLine(second)
            #expect(throws: BlockError.order(line: 2)) {
                try BlockReader.read(Fixture.block(payload: payload, count: 2))
            }
        }
    }

    @Test func `with text that is not UTF-8 or not ended`() throws {
        var bytes = Array(good.utf8)
        bytes[12] = 0xFF
        let frame = Frame(
            version: 0, storedBytes: bytes.count, payloadBytes: bytes.count, eventCount: 2)
        #expect(throws: BlockError.text) { try BlockReader.read(frame.block(around: bytes)) }
        for payload in ["", String(good.dropLast())] {
            #expect(throws: BlockError.text) {
                try BlockReader.read(Fixture.block(payload: payload, count: 2))
            }
        }
    }

    @Test(arguments: [
        ("kiosk-1", "kiosk 1"), ("kiosk-1", ""), ("kiosk-1", String(repeating: "k", count: 65)),
        ("89abcdef", "89ABCDEF"), ("normal", "odd"), ("\"epoch\":3", "\"epoch\":0"),
        ("\"epoch\":3", "\"epoch\":268435456"), ("\"epoch\":3", "\"epoch\":03"),
        ("\"epoch\":3", "\"epoch\":2"), ("{\"epoch\":2", "{\"epoch\":3"), ("evicted", "Evicted"),
        ("\"end\":1000", "\"end\":-0"), ("\"end\":1000", "\"end\":4294967296"),
        ("[0,9]", "[9,0]"), ("[0,9]", "[0,11]"), ("[0,9]", "[0,12]"), ("[0,9],[12,12]", ""),
        ("[0,9]", "[0,4294967295]"), ("]}\n", "],\"more\":1}\n"), ("{\"device", "{ \"device"),
    ]) func `with a header that breaks the format`(from: String, to: String) throws {
        let line = Fixture.headerLine.replacing(from, with: to, maxReplacements: 1)
        try #require(line != Fixture.headerLine)
        let bytes = try Fixture.block(payload: line + Fixture.eventLine(0), count: 1)
        for read in [{ _ = try BlockReader.read(bytes) }, { _ = try BlockReader.peek(bytes) }] {
            #expect {
                try read()
            } throws: { error in
                if case .header = error as? BlockError { true } else { false }
            }
        }
    }

    @Test(arguments: [
        ("\"seq\":3", "\"seq\":4294967295"), ("\"seq\":3", "\"seq\":+3"), ("\"seq\":3", "\"seq\":"),
        ("\"seq\":3", "\"seq\":-3"), ("track", "trick"), ("null", "\"purchase\""), ("null", "nil"),
        ("123456", "9223372036854775808"), ("123456", "-9223372036854775809"), ("123456", "-0"),
        ("123456", "00"), ("123456", "1.5"), ("synchronised", "fine"), ("deadbeef", "DEADBEEF"),
        ("\"producer\":\"dead", "\"producer\":\"de"), ("\"event\":{}", "\"event\":[]"),
        ("\"event\":{}", "\"event\":{"), ("\"event\":{}", "\"event\":"), ("{}}", "{} }"),
        ("{}}", "{\n}}"), (",\"mono\"", ", \"mono\""),
    ]) func `with an event that breaks the format`(from: String, to: String) throws {
        let line = Fixture.eventLine(3).replacing(from, with: to, maxReplacements: 1)
        try #require(line != Fixture.eventLine(3))
        let bytes = try Fixture.block(payload: Fixture.headerLine + line, count: 1)
        #expect {
            try BlockReader.read(bytes)
        } throws: { error in
            if case .event(line: 1, offset: _) = error as? BlockError { true } else { false }
        }
    }

    @Test func `with an event over its limit`() throws {
        let letters = String(repeating: "x", count: Limits.enclosedEventBytes - 7)
        let body = "{\"a\":\"" + letters + "\"}"
        let payload = Fixture.headerLine + Fixture.eventLine(0, body)
        let bytes = try Fixture.block(payload: payload, count: 1)
        #expect {
            try BlockReader.read(bytes)
        } throws: { error in
            if case .event(line: 1, offset: _) = error as? BlockError { true } else { false }
        }
    }
}

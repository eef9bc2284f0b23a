import Events
import Intake
import Testing

@testable import Agent

@Suite struct `Lines from a socket` {
    /// A line as a word: its text, its fault, or how long it was.
    private func words(_ received: (text: [UInt8], lines: [IngestLines.Line])) -> [String] {
        received.lines.map { line in
            switch line {
            case .blank: "blank"
            case .oversize(let byteCount): "oversize \(byteCount)"
            case .event(let proposal, nil) where proposal.fault == .tooBig:
                "oversize \(proposal.range.count)"
            case .event(let proposal, let error):
                String(decoding: received.text[proposal.range], as: UTF8.self)
                    + (error.map { " breaks off at \($0.offset)" } ?? "")
                    + (proposal.fault.map { " \($0.word)" } ?? "")
            }
        }
    }

    /// The lines of a text handed over in these pieces, the end included.
    private func words(_ pieces: [[UInt8]]) -> [String] {
        var lines = IngestLines()
        return pieces.flatMap { words(lines.receive($0)) } + words(lines.finish())
    }

    private let text = Array("{\"a\":1}\n\n[1,\r\n \t\r\n\"é\"\nx\n{} {}\n{\"b\":2}".utf8)
    private let expected = [
        #"{"a":1}"#, "blank", "[1,\r breaks off at 4 not_json", "blank", #""é""#,
        "x breaks off at 0 not_json", "{} {} breaks off at 3 not_json", #"{"b":2}"#,
    ]

    @Test func `are the same however they are cut in two or three`() {
        #expect(words([text]) == expected)
        #expect(words(text.map { [$0] }) == expected)
        for first in 0...text.count {
            for second in first...text.count {
                let pieces = [text[..<first], text[first..<second], text[second...]]
                guard words(pieces.map { Array($0) }) != expected else { continue }
                Issue.record("cut at \(first) and \(second)")
            }
        }
    }

    @Test func `come out as soon as their line feed is there`() {
        var lines = IngestLines()
        #expect(words(lines.receive(Array("{}\n{".utf8))) == ["{}"])
        #expect(lines.unfinished == [0x7B])
        #expect(words(lines.receive(Array("\"a\":1".utf8))) == [])
        #expect(words(lines.receive(Array("}\n".utf8))) == [#"{"a":1}"#])
        #expect(words(lines.finish()) == [] && lines.unfinished == [])
    }

    @Test func `of up to 1 MiB are events, longer ones only their length`() {
        let feed: [UInt8] = [0x0A]
        func line(_ count: Int) -> [UInt8] {
            [0x22] + [UInt8](repeating: 0x78, count: count - 2) + [0x22]
        }
        func pieces(_ text: [UInt8]) -> [[UInt8]] {
            stride(from: 0, to: text.count, by: 65_536).map {
                Array(text[$0..<min($0 + 65_536, text.count)])
            }
        }
        let most = line(1 << 20)
        #expect(words(pieces(most + feed)) == [String(decoding: most, as: UTF8.self)])
        let long = line((1 << 20) + 1)
        let expected = ["1", "oversize \(long.count)", "{}"]
        #expect(words(pieces(Array("1\n".utf8) + long + Array("\n{}".utf8))) == expected)
        #expect(words(pieces(Array("1\n".utf8) + long)) == ["1", "oversize \(long.count)"])
        var lines = IngestLines()
        for piece in pieces(line(5 << 20)) { _ = lines.receive(piece) }
        #expect(lines.unfinished.count <= 1 << 20)
        #expect(words(lines.receive(Array("\n2\n".utf8))) == ["oversize \(5 << 20)", "2"])
    }
}

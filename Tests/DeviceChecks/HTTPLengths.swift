internal import Agent
internal import Events
internal import Platform

/// Lengths and ports that come from outside.
enum HTTPLengths {
    static func run(_ list: Checklist) {
        requests(list)
        answers(list)
        ports(list)
        list.check("a line that never ends is counted beyond 2^31 bytes") { probe in
            for byteCount: Int64 in [2_147_483_640, 4_294_967_290] {
                var lines = IngestLines(discardedByteCount: probe.carrier.number(byteCount))
                _ = lines.receive([UInt8](repeating: 0x61, count: 20))
                guard case .oversize(let count)? = lines.receive([0x61, 0x0A]).lines.first else {
                    return probe.differ("another line", "an oversize line")
                }
                probe.equal(count, byteCount + 21)
            }
        }
    }

    private static func requests(_ list: Checklist) {
        list.check("a Content-Length of 2^31 and more is an oversize body") { probe in
            for length: Int64 in [2_147_483_648, 2_147_483_652, 4_294_967_296, 4_294_967_300] {
                probe.equal(outcome(of: probe.carrier.text(length)), "oversize")
            }
        }
        list.check("a Content-Length of 18 digits is oversize, of 19 malformed") { probe in
            let c = probe.carrier
            probe.equal(outcome(of: c.text(999_999_999_999_999_999)), "oversize")
            probe.equal(outcome(of: c.text(1_000_000_000_000_000_000)), "refused 400")
            probe.equal(outcome(of: c.text(.max)), "refused 400")
        }
        list.check("a body of the limit is taken, one byte more is not") { probe in
            probe.equal(outcome(of: "4194304"), "proceed")
            probe.equal(outcome(of: probe.carrier.text(4_299_161_600)), "oversize")
            probe.equal(outcome(of: "4194305"), "oversize")
        }
        list.check("a chunk of 2^31 bytes and more is waited for") { probe in
            for size: UInt32 in [0x8000_0004, 0xFFFF_FFFC] {
                let digits = Hexadecimal.text(
                    UInt64(probe.carrier.number(size)), digitCount: 8)
                let chunk = Array("\(digits)\r\nabcd\r\n0\r\n\r\n".utf8)
                probe.equal(outcome("Transfer-Encoding: chunked\r\n", chunk), "incomplete")
            }
        }
    }

    private static func answers(_ list: Checklist) {
        list.check("an answer of 2^31 bytes and more is malformed") { probe in
            for length: Int64 in [2_147_483_651, 4_294_967_299] {
                let text =
                    "HTTP/1.1 200 OK\r\nContent-Length: " + probe.carrier.text(length)
                    + "\r\n\r\nabc"
                probe.equal(answer(text), "malformed")
            }
        }
    }

    private static func ports(_ list: Checklist) {
        list.check("a port beyond 16 and 32 bits is none") { probe in
            let c = probe.carrier
            for port: Int64 in [65_536, 4_294_967_376] {
                probe.isTrue(ListenAddress("127.0.0.1:" + c.text(port)) == nil, "no address")
                probe.isTrue(
                    !isDestination("http://collector.example:" + c.text(port)), "no destination")
            }
            probe.equal(ListenAddress("127.0.0.1:65535")?.port, 65_535)
        }
    }

    /// What a request comes to that asks before it sends its body.
    private static func outcome(of length: String) -> String {
        outcome("Expect: 100-continue\r\nContent-Length: " + length + "\r\n", [])
    }

    private static func outcome(_ fields: String, _ body: [UInt8]) -> String {
        var parser = RequestParser()
        let head = "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n"
        parser.feed(Array(head.utf8) + body)
        switch parser.next(at: Instant(milliseconds: 4_294_967_296)) {
        case .incomplete: return "incomplete"
        case .continueWanted: return "proceed"
        case .complete: return "complete"
        case .oversize: return "oversize"
        case .refused(let status, _): return "refused \(status)"
        }
    }

    private static func answer(_ text: String) -> String {
        var parser = ResponseParser()
        do throws(ResponseParser.Malformed) {
            return try parser.feed(Array(text.utf8)) == nil ? "incomplete" : "whole"
        } catch { return "malformed" }
    }

    private static func isDestination(_ url: String) -> Bool {
        do throws(Destination.Fault) {
            _ = try Destination(url: url)
            return true
        } catch { return false }
    }
}

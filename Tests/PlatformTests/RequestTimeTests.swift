import Events
import Platform
import Testing

private let head = "POST / HTTP/1.1\r\nHost: k\r\n"

@Suite struct `The time a request may take` {
    @Test func `is 5 s for a head, from its first byte`() {
        var parser = RequestParser()
        #expect(parser.deadline == .never)
        parser.feed(bytes("P"))
        #expect(parser.next(at: at(1000)) == .incomplete)
        #expect(parser.deadline == at(6000))
        parser.feed(bytes("O"))
        #expect(parser.next(at: at(5999)) == .incomplete)
        #expect(parser.deadline == at(6000))
        #expect(word(parser.next(at: at(6000))) == "refused 408")
        #expect(parser.deadline == .never)
    }

    @Test func `does not count against bytes that were in time`() {
        var parser = RequestParser()
        parser.feed(bytes("P"))
        #expect(parser.next(at: at(1000)) == .incomplete)
        parser.feed(bytes("OST / HTTP/1.1\r\nHost: k\r\n\r\n"))
        #expect(word(parser.next(at: at(9000))).hasPrefix("POST"))
    }

    @Test func `is 5 s for each 5 KiB of a body`() {
        var parser = RequestParser()
        parser.feed(bytes(head + "Content-Length: 12000\r\n\r\n"))
        #expect(parser.next(at: at(0)) == .incomplete)
        #expect(parser.deadline == at(5000))
        parser.feed([UInt8](repeating: 65, count: 5 * 1024))
        #expect(parser.next(at: at(4999)) == .incomplete)
        #expect(parser.deadline == at(9999))
        parser.feed([UInt8](repeating: 65, count: 5 * 1024 - 1))
        #expect(parser.next(at: at(9998)) == .incomplete)
        #expect(word(parser.next(at: at(9999))) == "refused 408")
        #expect(parser.bufferedBytes == 0)
    }

    @Test func `lets a steady kibibyte a second pass`() {
        var parser = RequestParser()
        parser.feed(bytes(head + "Content-Length: 30720\r\n\r\n"))
        var last = parser.next(at: at(0))
        for second in 0..<30 {
            #expect(last == .incomplete)
            parser.feed([UInt8](repeating: 65, count: 1024))
            last = parser.next(at: at(Int64(second) * 1000 + 500))
        }
        #expect(word(last).hasPrefix("POST"))
    }

    @Test func `is 10 s for the rest of an oversize body, then it is answered`() {
        var parser = RequestParser(bodyLimitBytes: 100)
        parser.feed(
            bytes(head + "Content-Length: 500\r\n\r\n" + String(repeating: "A", count: 150)))
        #expect(parser.next(at: at(2000)) == .incomplete)
        #expect(parser.deadline == at(12_000))
        #expect(parser.next(at: at(11_999)) == .incomplete)
        #expect(word(parser.next(at: at(12_000))) == "oversize POST / of k 1.1 keeps 150")
    }

    @Test func `begins anew with each request of a connection`() {
        var parser = RequestParser()
        parser.feed(bytes("GET / HTTP/1.1\r\nHost: k\r\n\r\nG"))
        #expect(word(parser.next(at: at(0))).hasPrefix("GET"))
        #expect(parser.next(at: at(3000)) == .incomplete)
        #expect(parser.deadline == at(8000))
    }

    @Test func `does not run between requests, not even after an empty line`() {
        var parser = RequestParser()
        parser.feed(bytes("GET / HTTP/1.1\r\nHost: k\r\n\r\n\r\n"))
        #expect(word(parser.next(at: at(0))).hasPrefix("GET"))
        #expect(parser.next(at: at(0)) == .incomplete)
        #expect(parser.deadline == .never)
        #expect(parser.isIdle)
    }
}

@Suite struct `The memory a connection may take` {
    @Test func `is nothing between requests`() {
        var parser = RequestParser()
        #expect(parser.isIdle)
        #expect(parser.bufferedBytes == 0)
        parser.feed(bytes(head + "Content-Length: 9\r\n\r\nA"))
        #expect(!parser.isIdle)
        #expect(parser.next(at: at(0)) == .incomplete)
        #expect(!parser.isIdle)
        #expect(parser.bufferedBytes > 0)
        parser.feed(bytes("BCDEFGHI"))
        #expect(word(parser.next(at: at(0))).hasSuffix("ABCDEFGHI"))
        #expect(parser.isIdle)
        #expect(parser.bufferedBytes == 0)
    }

    @Test func `stays small for a head without end`() {
        var parser = RequestParser()
        var last = RequestOutcome.incomplete
        for _ in 0..<100_000 where last == .incomplete {
            parser.feed([65])
            last = parser.next(at: at(0))
            #expect(parser.bufferedBytes <= 16_384)
        }
        #expect(word(last) == "refused 431")
    }

    @Test func `is one body at most, and none of one that its length betrays`() {
        let piece = [UInt8](repeating: 65, count: 65_536)
        for framing in ["Content-Length: 99999999", "Transfer-Encoding: chunked"] {
            var parser = RequestParser()
            parser.feed(bytes(head + framing + "\r\n\r\n"))
            if framing.hasPrefix("T") { parser.feed(bytes("5F5E0FF\r\n")) }
            var last = parser.next(at: at(0))
            var peak = 0
            var fed = 0
            while last == .incomplete {
                parser.feed(piece)
                fed += piece.count
                last = parser.next(at: at(0))
                peak = max(peak, parser.bufferedBytes)
                if fed > 5 << 20 { #expect(parser.bufferedBytes <= 32_768) }
            }
            #expect(word(last) == "oversize POST / of k 1.1 keeps \(16 << 20)")
            #expect(fed >= 16 << 20 && fed <= 16 << 20 + 65_536)
            #expect(peak <= (framing.hasPrefix("T") ? 4 << 20 : 0) + 32_768)
        }
    }

    @Test func `is bounded for endless chunks`() {
        var parser = RequestParser(bodyLimitBytes: 20_000)
        parser.feed(bytes(head + "Transfer-Encoding: chunked\r\n\r\n"))
        var last = parser.next(at: at(0))
        for _ in 0..<20 {
            #expect(last == .incomplete)
            parser.feed(bytes(String(repeating: "1\r\nA\r\n", count: 1000)))
            last = parser.next(at: at(0))
        }
        let chunk = "400\r\n" + String(repeating: "A", count: 1024) + "\r\n"
        let piece = bytes(String(repeating: chunk, count: 60))
        while last == .incomplete {
            parser.feed(piece)
            last = parser.next(at: at(0))
            #expect(parser.bufferedBytes <= 40_000)
        }
        #expect(word(last) == "oversize POST / of k 1.1 keeps \(16 << 20)")
    }
}

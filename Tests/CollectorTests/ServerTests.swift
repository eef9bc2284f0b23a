import Events
import Foundation
import GRDB
import NIOCore
import Sync
import Testing

@testable import Collector

@Suite struct `The server` {
    @Test func `gives a receipt for a block, in one piece or in chunks`() async throws {
        let server = try await RunningServer()
        let body = try Fixture.block([Fixture.event(0), Fixture.event(1)])
        let whole = try #require(
            Answer(
                await server.exchange(
                    server.request("POST /v1/blocks", RunningServer.fields, body: body))))
        #expect(whole.status == 200)
        #expect(whole.fields["content-type"] == "application/json")
        var chunks = server.request(
            "POST /v1/blocks", RunningServer.fields + ["Transfer-Encoding: chunked"], length: false)
        for byte in body { chunks += Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8) }
        chunks += Array("0\r\n\r\n".utf8)
        let chunked = try #require(Answer(await server.exchange(chunks)))
        for answer in [whole, chunked] {
            guard
                case .receipt = Fixture.verdict(
                    answer.block, of: body, sequences: [SequenceRange(0, 1)])
            else {
                Issue.record("no receipt: \(answer)")
                return
            }
        }
        #expect(try server.temporary.count("event") == 2)
    }

    @Test func `says that it is well`() async throws {
        let server = try await RunningServer()
        let answer = try #require(Answer(await server.exchange(server.request("GET /health"))))
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"status":"ok"}"#)
    }

    @Test func `is ready for as long as the database commits`() async throws {
        let server = try await RunningServer()
        let ready = try #require(Answer(await server.exchange(server.request("GET /ready"))))
        #expect(ready.status == 200)
        #expect(String(decoding: ready.body, as: UTF8.self) == #"{"status":"ready"}"#)
        try await server.temporary.archive.database.write { database in
            try database.execute(sql: "DROP TABLE epoch")
        }
        let body = try Fixture.block([Fixture.event(0)])
        let answer = await server.exchange(
            server.request("POST /v1/blocks", RunningServer.fields, body: body))
        #expect(Answer(answer)?.status == 503)
        let ill = try #require(Answer(await server.exchange(server.request("GET /ready"))))
        #expect(ill.status == 503)
        #expect(ill.fields["retry-after"] == "5")
        #expect(
            String(decoding: ill.body, as: UTF8.self) == #"{"status":503,"reason":"unavailable"}"#)
        #expect(Answer(await server.exchange(server.request("GET /health")))?.status == 200)
    }

    @Test(arguments: [
        ("GET /v1/blocks", 405), ("POST /health", 405), ("POST /ready", 405), ("GET /", 404),
        ("POST /v1/batch", 404),
        ("DELETE /v1/blocks", 405),
    ])
    func `has no other door`(line: String, status: Int) async throws {
        let server = try await RunningServer()
        #expect(Answer(await server.exchange(server.request(line)))?.status == status)
    }

    @Test func `turns away without keys and types`() async throws {
        let server = try await RunningServer(
            keys: try KeyRing(text: "kiosk-1 secret\nkiosk-2 two", file: "keys"))
        let body = try Fixture.block([Fixture.event(0)])
        func status(_ index: Int, _ field: String) async -> Int? {
            var fields = RunningServer.fields
            fields[index] = field
            let answer = Answer(
                await server.exchange(server.request("POST /v1/blocks", fields, body: body)))
            #expect(answer?.status == 200 || answer?.fields["footfall-signature"] == nil)
            return answer?.status
        }
        #expect(await status(0, "Authorization: Bearer wrong") == 401)
        #expect(await status(0, "X-Nothing: 1") == 401)
        #expect(await status(0, "Authorization: Bearer two") == 403)
        #expect(await status(1, "Footfall-Device: kiosk-2") == 403)
        #expect(await status(2, "Footfall-Nonce: 1") == 400)
        #expect(await status(3, "Content-Type: text/plain") == 415)
        #expect(try server.temporary.count("event") == 0)
        #expect(await status(0, "Authorization: Bearer secret") == 200)
    }

    @Test func `refuses a body over the bound by a signed 413, and closes on an endless one`()
        async throws
    {
        let server = try await RunningServer()
        let large = [UInt8](repeating: 65, count: BlockDesk.bodyBytesMax + 1)
        let answer = try #require(
            Answer(
                await server.exchange(
                    server.request("POST /v1/blocks", RunningServer.fields, body: large))))
        #expect(
            Fixture.verdict(answer.block, of: large, sequences: [])
                == .refused(status: 413, reason: "too_large"))
        let endless = [UInt8](repeating: 65, count: BodyReader.bytesMax + 1)
        #expect(
            await server.exchange(
                server.request("POST /v1/blocks", RunningServer.fields, body: endless)) == "")
        #expect(await server.exchange(server.request("POST /else", body: endless)) == "")
        #expect(Answer(await server.exchange(server.request("GET /health")))?.status == 200)
    }

    @Test func `answers a body that does not come, and closes`() async throws {
        let server = try await RunningServer(bodyGrace: .milliseconds(300))
        let start = ContinuousClock.now
        // Of a sender who is let in, and of one who is not.
        for (fields, status) in [(RunningServer.fields, 408), ([], 401)] {
            var request = server.request(
                "POST /v1/blocks", fields + ["Content-Length: 100"], length: false)
            request += [1, 2, 3]
            let answer = Answer(await server.exchange(request))
            #expect(answer?.status == status)
            #expect(answer?.fields["footfall-signature"] == nil)
        }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(Answer(await server.exchange(server.request("GET /health")))?.status == 200)
    }

    @Test(
        arguments: [
            ("POST /v1/blocks", RunningServer.fields, 408), ("POST /v1/blocks", [], 401),
            ("POST /else", [], 404), ("PUT /v1/blocks", [], 405), ("GET /health", [], 200),
        ] as [(String, [String], Int)])
    func `tells who keeps dripping a body that the connection closes`(
        line: String, fields: [String], status: Int
    ) async throws {
        let server = try await RunningServer(bodyGrace: .milliseconds(300))
        let request = server.request(
            line, fields + ["Content-Length: 100000"], length: false, closes: false)
        let answer = Answer(await server.exchange(request, drips: true))
        #expect(answer?.status == status)
        #expect(answer?.fields["connection"] == "close")
        // In time it stays open: the answer to a second request tells.
        let whole = server.request(line, fields, body: [65], closes: false)
        let both = await server.exchange(whole + server.request("GET /health"))
        #expect(both.components(separatedBy: "HTTP/1.1 ").count == 3)
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n",
        "POST /v1/blocks HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "GET /health HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n",
    ])
    func `answers broken requests with 400 at most, and goes on`(text: String) async throws {
        let server = try await RunningServer()
        let answer = Answer(await server.exchange(Array(text.utf8)))
        #expect(answer == nil || answer?.status == 400 || answer?.status == 431)
        #expect(Answer(await server.exchange(server.request("GET /health")))?.status == 200)
    }

    @Test func `takes blocks of many devices at once`() async throws {
        let server = try await RunningServer()
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for index in 0..<16 {
                group.addTask {
                    let body = try Fixture.block(
                        (0..<50).map { Fixture.message($0, "m\($0)") }, device: "kiosk-\(index)")
                    var fields = RunningServer.fields
                    fields[1] = "Footfall-Device: kiosk-\(index)"
                    return Answer(
                        await server.exchange(server.request("POST /v1/blocks", fields, body: body))
                    )?
                    .status
                }
            }
            for try await status in group { #expect(status == 200) }
        }
        #expect(try server.temporary.count("event") == 16 * 50)
        #expect(try server.temporary.count("device") == 16)
    }
}

@Suite struct `The budget of bodies` {
    @Test func `gives no more than it has, and takes back`() {
        let budget = BodyBudget(bytes: 100)
        #expect(budget.reserve(60))
        #expect(!budget.reserve(41))
        #expect(!budget.hasRoom(for: 41) && budget.hasRoom(for: 40))
        #expect(budget.reserve(40))
        budget.release(60)
        #expect(budget.reserve(60))
    }
}

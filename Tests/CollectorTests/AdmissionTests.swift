import Foundation
import Testing

@testable import Collector

@Suite struct `A sender` {
    private let desk: BlockDesk
    private let temporary: TemporaryArchive

    init() throws {
        temporary = try TemporaryArchive()
        desk = temporary.desk(
            keys: try KeyRing(text: "kiosk-1 one\nkiosk-1 uno\nkiosk-2 two\n", file: "keys"))
    }

    private func status(
        _ authorization: String?, _ device: String?, _ nonce: String? = Fixture.nonce,
        desk: BlockDesk? = nil
    ) -> Int {
        switch (desk ?? self.desk).admit(
            authorization: authorization, device: device, nonce: nonce)
        {
        case .success: return 200
        case .failure(let turned):
            #expect(turned.answer.signature == nil)
            return turned.answer.status
        }
    }

    @Test func `is let in with any of its device's keys`() {
        #expect(status("Bearer one", "kiosk-1") == 200)
        #expect(status("bearer uno", "kiosk-1") == 200)
        #expect(status("Bearer two", "kiosk-2") == 200)
    }

    @Test func `is turned away with an unknown key, another device's, or none`() {
        #expect(status("Bearer three", "kiosk-1") == 401)
        #expect(status("Bearer two", "kiosk-1") == 403)
        #expect(status("Bearer one", "kiosk-3") == 403)
        #expect(status(nil, "kiosk-1") == 401)
        #expect(status("Basic one", "kiosk-1") == 401)
        #expect(status("Bearer", "kiosk-1") == 401)
        #expect(status("Bearer one two", "kiosk-1") == 401)
    }

    @Test func `is turned away without a proper device or nonce`() {
        #expect(status("Bearer one", nil) == 400)
        #expect(status("Bearer one", "a/b") == 400)
        #expect(status("Bearer one", String(repeating: "a", count: 65)) == 400)
        #expect(status("Bearer one", "kiosk-1", nil) == 400)
        #expect(status("Bearer one", "kiosk-1", "00") == 400)
        #expect(status("Bearer one", "kiosk-1", String(repeating: "g", count: 32)) == 400)
    }

    @Test func `may be anyone where no keys are asked for`() {
        #expect(status("Bearer x", "kiosk-9", desk: temporary.desk()) == 200)
        #expect(status(nil, "kiosk-9", desk: temporary.desk()) == 401)
    }
}

@Suite struct `A key file` {
    @Test func `may have comments, blank lines and blanks`() throws {
        let ring = try KeyRing(
            text: "# keys\n\n  kiosk-1\tsecret  \r\n#kiosk-2 x\nkiosk-2 other", file: "keys")
        #expect(ring.answer(key: "secret", device: "kiosk-1") == .welcome)
        #expect(ring.answer(key: "other", device: "kiosk-2") == .welcome)
        #expect(ring.answer(key: "x", device: "kiosk-2") == .unknown)
        #expect(ring.answer(key: "other", device: "kiosk-1") == .foreign)
    }

    @Test(arguments: [
        ("kiosk-1", "1 words; a line is `device key`"),
        ("kiosk-1 a b", "3 words; a line is `device key`"),
        ("kiosk/1 a", "not a device name; allowed are 1 to 64 of A-Z a-z 0-9 . _ -"),
        ("kiosk-1 schlüssel", "not a key; allowed are 1 to 512 visible ASCII characters"),
        ("kiosk-9 good", "this key is kiosk-0's already; each device has its own"),
    ])
    func `with a bad line is refused by file, line and what is allowed`(
        line: String, explanation: String
    ) {
        #expect(throws: KeyRing.Refusal(explanation: "/etc/keys:3: \(explanation)")) {
            try KeyRing(text: "kiosk-0 good\n\n\(line)\n", file: "/etc/keys")
        }
    }

    @Test func `that others may read is refused`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/keys-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (mode, isTaken) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            try? FileManager.default.removeItem(atPath: path)
            let isMade = FileManager.default.createFile(
                atPath: path, contents: Data("kiosk-1 secret\n".utf8),
                attributes: [.posixPermissions: mode])
            #expect(isMade)
            if isTaken {
                #expect(
                    try KeyRing(file: path).answer(key: "secret", device: "kiosk-1") == .welcome)
            } else {
                #expect(throws: KeyRing.Refusal.self) { try KeyRing(file: path) }
            }
        }
        #expect(throws: KeyRing.Refusal.self) { try KeyRing(file: path + ".absent") }
    }
}

@Suite struct `A listen address` {
    @Test(arguments: [
        ("127.0.0.1:4690", "127.0.0.1", 4690, true), ("localhost:0", "localhost", 0, true),
        ("[::1]:80", "::1", 80, true), ("127.1.2.3:1", "127.1.2.3", 1, true),
        ("0.0.0.0:1", "0.0.0.0", 1, false), ("[::]:1", "::", 1, false),
        ("shop.example:1", "shop.example", 1, false),
        ("127.0.0.1.example:1", "127.0.0.1.example", 1, false),
        ("127.example.a.b:1", "127.example.a.b", 1, false),
    ])
    func `knows whether it is a loopback one`(
        text: String, host: String, port: Int, isLoopback: Bool
    ) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["", ":1", "127.0.0.1", "127.0.0.1:", "a:65536", "a:-1", "::1:80", "[::1]"])
    func `of another form is none`(text: String) { #expect(ListenAddress(text) == nil) }
}

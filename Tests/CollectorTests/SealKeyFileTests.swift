import Events
import Foundation
import Identity
import Testing

@testable import Collector

/// The pairs that a collector opens with, and how they come and go while it serves.
@Suite struct `A file of keys` {
    private let temporary: TemporaryArchive
    private let path: String
    private let time = Date(timeIntervalSince1970: 1_700_000_000)
    private let text = #"{"userId":"ada"}"#

    init() throws {
        temporary = try TemporaryArchive()
        path = SealKeyFile.path(in: temporary.folder)
    }

    private func write(_ text: String, mode: Int = 0o600) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try setMode(mode)
    }

    private func setMode(_ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func refusal() -> String? {
        do throws(SealKeyFile.Refusal) {
            _ = try SealKeyFile(path: path)
            return nil
        } catch {
            return error.explanation
        }
    }

    private func opener(_ first: UInt8) throws -> SealOpener {
        try #require(SealOpener(secret: Array(first..<first + 32)))
    }

    @Test func `that is not there holds none`() throws {
        #expect(try SealKeyFile(path: path).entries.isEmpty)
    }

    @Test func `is its owner's, and reads as it was written`() throws {
        var file = try SealKeyFile(path: path)
        let first = try file.add(Array(1...32), at: time)
        _ = try file.add(Array(2...33), at: time)
        #expect(try file.retire(first.name, at: time + 60))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let secret = Hexadecimal.text(Array(2...33))
        #expect(
            text == """
                retired 2023-11-14T22:13:20Z 2023-11-14T22:14:20Z \(first.text)
                active 2023-11-14T22:13:20Z \(secret)

                """)
        #expect(try SealKeyFile(path: path).entries == file.entries)
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: temporary.folder)
                .contains("seal.keys.new"))
    }

    @Test func `does not open with what is retired`() throws {
        var file = try SealKeyFile(path: path)
        let first = try file.add(Array(1...32), at: time)
        let second = try file.add(Array(2...33), at: time)
        #expect(file.openers.map(\.key) == [first, second])
        #expect(try file.retire(first.name, at: time))
        #expect(try SealKeyFile(path: path).openers.map(\.key) == [second])
        // Neither it nor a name that nobody has can be retired again.
        #expect(try !file.retire(first.name, at: time) && !file.retire(1, at: time))
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o666, 0o610])
    func `that others may use is refused, and what to do is said`(_ mode: Int) throws {
        try write("active 2023-11-14T22:13:20Z \(Hexadecimal.text(Array(1...32)))\n", mode: mode)
        #expect(refusal() == "\(path): others may read it; run: chmod 600 \(path)")
        try setMode(0o600)
        #expect(refusal() == nil)
        try setMode(0o400)
        #expect(refusal() == nil)
    }

    @Test(arguments: [
        "active", "active now", "active now 0011", "retired then now", "asleep now 00",
        "active now \(String(repeating: "0", count: 63))g", "retired then now x25519:AAAA", "\0",
        "active now \(String(repeating: "0a", count: 32)) more", "# a word of ours",
    ])
    func `with a broken line is refused at that line`(_ line: String) throws {
        let good = "active 2023-11-14T22:13:20Z \(Hexadecimal.text(Array(1...32)))"
        for (before, number) in [("", 1), ("\(good)\n", 2), ("\(good)\n\n\n", 4)] {
            try write("\(before)\(line)\n\(good)\n")
            let said = try #require(refusal())
            #expect(said.hasPrefix("\(path):\(number): no key pair; put it right from a backup"))
            #expect(!said.contains(Hexadecimal.text(Array(1...32))))
        }
    }

    @Test func `opens the next event once a key is added, and none once it is retired`()
        async throws
    {
        let ring = SealKeyRing(folder: temporary.folder)
        let key = try opener(1).key
        let device = try SealedDevice(to: key)
        try await temporary.take([device.event(0, text)], opening: ring)
        #expect(try temporary.unopened() == 1)
        #expect(try temporary.addKey(Array(1...32)) == key)
        try await temporary.take([device.event(1, text)], opening: ring)
        _ = try temporary.addKey(Array(2...33))
        try await temporary.take([device.event(2, text)], opening: ring)
        #expect(try temporary.unopened() == 1)
        var file = try SealKeyFile(path: path)
        #expect(try file.retire(key.name, at: time))
        try await temporary.take([device.event(3, text)], opening: ring)
        #expect(try temporary.unopened() == 2)
        let usage = try temporary.archive.sealUsage()
        #expect(usage[key.name]?.events == 4 && usage[key.name]?.unopened == 2)
    }

    @Test func `that is replaced, or taken away, is seen`() throws {
        let ring = SealKeyRing(folder: temporary.folder)
        let (first, second) = (try opener(1).key.name, try opener(2).key.name)
        for _ in 0..<20 {
            for (start, held, gone) in [(1, first, second), (2, second, first)] {
                let secret = (0..<32).map { UInt8(start + $0) }
                try write("active 2023-11-14T22:13:20Z \(Hexadecimal.text(secret))\n")
                #expect(ring.opener(named: held) != nil && ring.opener(named: gone) == nil)
            }
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(ring.opener(named: second) == nil)
    }

    @Test func `that cannot be read leaves the keys of before until it is put right`() throws {
        let ring = SealKeyRing(folder: temporary.folder)
        let first = try temporary.addKey(Array(1...32)).name
        #expect(ring.opener(named: first) != nil)
        let second = try opener(2).key.name
        try write("active 2023-11-14T22:13:20Z \(Hexadecimal.text(Array(2...33)))\n", mode: 0o644)
        #expect(ring.opener(named: first) != nil && ring.opener(named: second) == nil)
        // No byte of it changes, only who may read it.
        try setMode(0o600)
        #expect(ring.opener(named: second) != nil && ring.opener(named: first) == nil)
        try write("broken\n")
        #expect(ring.opener(named: second) != nil)
    }
}

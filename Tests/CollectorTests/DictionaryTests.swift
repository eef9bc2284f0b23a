import Blocks
import Events
import Foundation
import GRDB
import Identity
import Sync
import Testing

@testable import Collector

/// The table `dictionary` of the Collector page.
@Suite struct `The collector keeps a dictionary` {
    private func events(_ round: UInt32) -> [Event] {
        (0..<30).map { Fixture.event(round * 30 + $0, #"{"event":"X","n":\#($0),"r":\#(round)}"#) }
    }

    private func block(
        _ round: UInt32, _ dictionary: BlockDictionary? = nil, device: String = "kiosk-1"
    ) throws -> [UInt8] {
        var writer = BlockWriter()
        return try writer.write(
            BlockHeader(
                device: device, stream: Fixture.stream, lane: .normal, epoch: 1,
                boot: Fixture.boot, previous: nil, tombstones: []),
            lines: events(round).flatMap { BlockWriter.line(of: $0) }, eventCount: 30,
            with: dictionary)
    }

    private func left(
        by block: [UInt8], _ earlier: BlockDictionary? = nil
    ) throws -> BlockDictionary {
        try #require(try BlockDictionary.left(by: block, earlier, digest: Digest.sha256))
    }

    private func name(in answer: BlockAnswer) -> String? {
        let body = String(decoding: answer.body, as: UTF8.self)
        guard let start = body.firstRange(of: #""dictionary":""#) else { return nil }
        return String(body[start.upperBound...].prefix(16))
    }

    private func kept(_ temporary: TemporaryArchive) throws -> Set<Int64> {
        try temporary.archive.database.read {
            try Set(Int64.fetchAll($0, sql: "SELECT name FROM dictionary"))
        }
    }

    @Test func `where it is asked to, and says which`() async throws {
        let temporary = try TemporaryArchive()
        let desk = temporary.desk()
        let first = try block(0)
        let plain = await desk.take(first, from: Fixture.sender())
        #expect(plain.status == 200 && name(in: plain) == nil)
        #expect(try kept(temporary).isEmpty)
        let answer = await desk.take(first, from: Fixture.sender(), keepsDictionary: true)
        let dictionary = try left(by: first)
        #expect(name(in: answer) == Hexadecimal.text(dictionary.name, digitCount: 16))
        let second = try block(1, dictionary)
        #expect(second.count < first.count)
        let taken = await desk.take(second, from: Fixture.sender())
        #expect(
            Fixture.verdict(taken, of: second, sequences: [SequenceRange(30, 59)]).word
                == "delivered")
        #expect(try temporary.count("event") == 60)
    }

    @Test func `the last two of each device, whatever is repeated`() async throws {
        let temporary = try TemporaryArchive()
        let desk = temporary.desk()
        var dictionary: BlockDictionary?
        var names: [Int64] = []
        for round in 0..<5 {
            let block = try block(UInt32(round), dictionary)
            for _ in 0..<2 {
                let answer = await desk.take(
                    block, from: Fixture.sender(), keepsDictionary: true)
                #expect(answer.status == 200)
            }
            dictionary = try left(by: block, dictionary)
            names.append(Int64(bitPattern: try #require(dictionary).name))
        }
        #expect(try kept(temporary) == Set(names.suffix(2)))
        // A device that has not heard of the last goes on with the one before it.
        let other = try block(0, device: "kiosk-2")
        let answer = await desk.take(
            other, from: Fixture.sender(device: "kiosk-2"), keepsDictionary: true)
        #expect(answer.status == 200)
        #expect(try kept(temporary).isSuperset(of: names.suffix(2)))
        #expect(try temporary.count("dictionary") == 3)
    }

    @Test func `for the device alone, and refuses a block with one that it has not`() async throws {
        let temporary = try TemporaryArchive()
        let desk = temporary.desk()
        let first = try block(0, device: "kiosk-2")
        _ = await desk.take(
            first, from: Fixture.sender(device: "kiosk-2"), keepsDictionary: true)
        let second = try block(1, left(by: first))
        let answer = await desk.take(second, from: Fixture.sender(), keepsDictionary: true)
        #expect(
            Fixture.verdict(answer, of: second, sequences: [])
                == .refused(status: 422, reason: "block_dictionary"))
        #expect(try temporary.count("event") == 30)
    }

    @Test func `of a block that left a device long ago, and reads what came after it`() throws {
        func bytes(_ text: String) throws -> [UInt8] {
            try #require(Hexadecimal.bytes(Array(text.utf8)[...]))
        }
        let dictionary = try left(by: bytes(Self.before))
        #expect(dictionary.name == 0x7980_983A_0FA7_C18C)
        let block = try BlockReader.read(bytes(Self.after), with: dictionary)
        #expect(block.events.map { $0.sequence } == [3, 4, 5])
        let ware = #""properties":{"sku":"SKU-2","name":"Oak table no. 5"}}"#
        #expect(
            String(decoding: block.events[2].body, as: UTF8.self)
                == #"{"event":"Product Viewed","# + ware)
    }

    /// Blocks as they left a device; they never change here.
    private static let before =
        "4646424b010000009c000000f000000003000000dd9034c701ababababababababababababababab"
        + "ab0000000000000003000000000000000401076b696f736b2d310000602c03071b6a182102081838"
        + "a09009f60ed53500118620c2c83f315ba1241158002ae4e5eb2918a0720d51b94600241d63646062"
        + "6264e26065e46362e4625261665261616464646000211800001b196360606858b0fadfcf240686af"
        + "f32134032b2b2b033f3f3f000000000000000007"
    private static let after =
        "4646424b010200006b000000f000000003000000564c3eec7980983a0fa7c18c01abababababababab"
        + "abababababababab0000000000000003000000000000000401076b696f736b2d310000600ba3d87c63"
        + "54ae092ad7140024056324420d001b196366606858b0fadfcf240686aff32134032b2b2b033f3f3f00"
        + "0000000000000007"

    @Test func `in an archive of the first layout, which reports read before`() async throws {
        let temporary = try TemporaryArchive()
        try await temporary.take(events(0))
        try await temporary.archive.database.write { database in
            try database.execute(sql: Fixture.secondVersion)
            try database.execute(sql: "DROP TABLE dictionary; PRAGMA user_version = 1")
        }
        var lines = 0
        try Archive.openForReading(folder: temporary.folder).export { _ in lines += 1 }
        #expect(lines == 30)
        let archive = try Archive.open(folder: temporary.folder)
        let version = try await archive.database.read {
            try Int32.fetchOne($0, sql: "PRAGMA user_version")
        }
        #expect(version == Schema.version)
        let desk = temporary.desk()
        let answer = await desk.take(try block(1), from: Fixture.sender(), keepsDictionary: true)
        #expect(name(in: answer) != nil)
    }
}

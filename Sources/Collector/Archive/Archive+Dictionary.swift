internal import Blocks
internal import Foundation
internal import GRDB
internal import Identity

extension Archive {
    /// The dictionary of a device that a block names; nil where it is not, or no longer, kept.
    func dictionary(named name: UInt64, of device: String) async throws -> BlockDictionary? {
        let bytes = try await database.read { database in
            try Data.fetchOne(
                database,
                sql: """
                    SELECT bytes FROM dictionary JOIN device ON device.id = dictionary.device
                    WHERE device.name = ? AND dictionary.name = ?
                    """, arguments: [device, Int64(bitPattern: name)])
        }
        return bytes.flatMap { BlockDictionary(Array($0), digest: Digest.sha256) }
    }
}

extension Database {
    /// Keeps a device's dictionary and the one before it, and none else.
    ///
    /// The one before is what the device goes on with where it never hears of the new one.
    func keep(_ dictionary: BlockDictionary, beside earlier: UInt64?, of device: Int64) throws {
        let name = Int64(bitPattern: dictionary.name)
        try run(
            "DELETE FROM dictionary WHERE device = ? AND name NOT IN (?, ?)",
            [device, name, Int64(bitPattern: earlier ?? dictionary.name)])
        try run(
            """
            INSERT INTO dictionary (device, name, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
            """, [device, name, Data(dictionary.bytes)])
    }
}

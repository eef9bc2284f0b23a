public import Events

/// How far a region of shared memory has been read, as whoever reads it writes it down.
public struct RegionMark: Hashable, Sendable {
    /// The region's own id.
    public var region: StreamID
    /// What stands for the places in it, opaque; none for a region that is over.
    public var bytes: [UInt8]

    /// Makes a mark of its parts.
    public init(region: StreamID, bytes: [UInt8]) {
        self.region = region
        self.bytes = bytes
    }
}

/// The rows of kind −3 in `state`: one for each region that is or was being read.
///
/// They are committed with the events that were read from there, on a page that every commit
/// writes anyway. Memory does not outlive the system's boot: marks of another are forgotten.
enum RegionMarks {
    /// Regions that went while no agent ran leave a mark behind; so many are kept.
    static let marksMost: Int64 = 256

    static func keep(
        _ mark: RegionMark, boot: StreamID, age: Int64, in database: Database
    ) throws(StoreError) {
        let name = Value.text(mark.region.hexadecimal)
        guard !mark.bytes.isEmpty else {
            let delete = try database.connection.prepare(
                "DELETE FROM state WHERE kind = -3 AND name = ?")
            return try delete.run(name)
        }
        try database.keepMark.run(
            name, value(of: boot), .integer(age), .blob(mark.bytes))
    }

    /// Forgets those of other boots, and the oldest of more than are kept.
    static func prune(boot: StreamID, in database: Database) throws(StoreError) {
        try database.connection.prepare("DELETE FROM state WHERE kind = -3 AND value <> ?")
            .run(value(of: boot))
        try database.connection.prepare(
            "DELETE FROM state WHERE kind = -3 AND name NOT IN (SELECT name FROM state "
                + "WHERE kind = -3 ORDER BY at DESC LIMIT \(marksMost))"
        ).run()
    }

    static func bytes(
        of region: StreamID, boot: StreamID, in database: Database
    ) throws(StoreError) -> [UInt8]? {
        let row = try database.connection.prepare(
            "SELECT ids FROM state WHERE kind = -3 AND name = ? AND value = ?")
        try row.bind(.text(region.hexadecimal), value(of: boot))
        return try row.step() ? row.bytes(0) : nil
    }

    /// The boot, as a number that no other boot of the device is likely to have.
    private static func value(of boot: StreamID) -> Value {
        .integer(Int64(bitPattern: boot.high ^ boot.low))
    }
}

extension EventStore {
    /// How far a region was read when the last change that said so was stored; nil for one of which
    /// nothing is known in this boot.
    public func regionMark(_ region: StreamID) throws(StoreError) -> [UInt8]? {
        try guarded { (database) throws(StoreError) in
            try RegionMarks.bytes(of: region, boot: boot, in: database)
        }
    }
}

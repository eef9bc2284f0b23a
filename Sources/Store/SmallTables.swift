internal import Events

/// The table `quarantine`: bounded, the oldest events go first.
enum Quarantine {
    /// What a row costs beside its body.
    private static let rowBytes: Int64 = 64

    /// The bytes that the rows count for.
    static func bytes(in database: Database) throws(StoreError) -> Int64 {
        try database.connection.integer(
            "SELECT total(length(body)) + \(rowBytes) * count(*) FROM quarantine")
    }

    /// Adds events, the oldest giving way; answers the bytes that the rows count for then.
    static func insert(
        _ events: [QuarantinedEvent], into database: Database, bytes: Int64, bytesMax: Int64
    ) throws(StoreError) -> Int64 {
        guard !events.isEmpty else { return bytes }
        let insert = try database.connection.prepare(
            "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?)")
        let delete = try database.connection.prepare(
            "DELETE FROM quarantine WHERE id = (SELECT min(id) FROM quarantine) "
                + "RETURNING length(body)")
        var bytes = bytes
        for event in events {
            // Of an event that would push all others out, all but the text is kept.
            let body = Int64(event.body.count) < bytesMax / 4 ? event.body : []
            try insert.run(
                .integer(Int64(event.epoch) << 32 | Int64(event.sequence)),
                .integer(Int64(event.lane.rawValue)), .integer(event.wallMilliseconds),
                .text(event.reason), .integer(Int64(bitPattern: event.producer)),
                .integer(event.byteCount), .blob(body))
            bytes += rowBytes + Int64(body.count)
            while bytes > bytesMax {
                guard try delete.step() else { break }
                bytes -= rowBytes + delete.integer(0)
                while try delete.step() {}
                delete.reset()
            }
        }
        return bytes
    }
}

/// The table `meta`.
enum Texts {
    static func text(_ name: String, in database: Database) throws(StoreError) -> String? {
        let row = try database.connection.prepare("SELECT v FROM meta WHERE k = ?")
        try row.bind(.text(name))
        return try row.step() ? row.text(0) : nil
    }

    static func keep(_ kept: KeptText, in database: Database) throws(StoreError) {
        guard !kept.text.isEmpty else {
            try database.connection.prepare("DELETE FROM meta WHERE k = ?").run(.text(kept.name))
            return
        }
        try database.connection.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)")
            .run(.text(kept.name), .text(kept.text))
    }
}

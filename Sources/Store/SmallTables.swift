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

/// The table `message`: chunks of recent ids, the oldest go first.
enum Messages {
    /// Chunks are joined up to this length, two to a page: a start reads hundreds of rows then, not
    /// one for each of 100,000 events that came alone.
    private static let chunkBytesMost = 1900
    private static let chunkCountMost: Int64 = 120

    /// Adds a chunk; answers how many ids are remembered then.
    static func insert(
        _ chunk: MessageChunk?, into database: Database, count: Int64
    ) throws(StoreError) -> Int64 {
        guard let chunk, chunk.count > 0 else { return count }
        if try !join(chunk, in: database) {
            try database.insertMessage.run(
                .integer(chunk.wallMilliseconds), .integer(chunk.count), .blob(chunk.bytes))
        }
        var count = count + chunk.count
        guard count > Int64(Limits.rememberedMessages) else { return count }
        let oldest = try database.connection.prepare(
            "SELECT id, count FROM message ORDER BY id LIMIT 1")
        let delete = try database.connection.prepare("DELETE FROM message WHERE id = ?")
        while true {
            defer { oldest.reset() }
            guard try oldest.step(),
                count - oldest.integer(1) >= Int64(Limits.rememberedMessages)
            else { return count }
            count -= oldest.integer(1)
            let id = oldest.integer(0)
            oldest.reset()
            try delete.run(.integer(id))
        }
    }

    /// Adds a chunk's ids to the last row, on the page that a row of its own would be added to;
    /// false where they have no room there.
    private static func join(_ chunk: MessageChunk, in database: Database) throws(StoreError)
        -> Bool
    {
        let last = database.lastMessage
        defer { last.reset() }
        guard try last.step() else { return false }
        let (id, count, bytes) = (last.integer(0), try last.count(1), last.bytes(2))
        guard count + chunk.count <= chunkCountMost,
            bytes.count + chunk.bytes.count <= chunkBytesMost
        else { return false }
        last.reset()
        try database.extendMessage.run(
            .integer(chunk.wallMilliseconds), .integer(count + chunk.count),
            .blob(bytes + chunk.bytes), .integer(id))
        return true
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

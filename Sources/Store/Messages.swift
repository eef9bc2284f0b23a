internal import Events

/// The recent message ids, the oldest first: chunks in the table `message`, and behind them the
/// newest ones on the page of `state`, which every commit writes anyway.
enum Messages {
    /// Chunks are joined up to this length, two to a page: a start reads hundreds of rows then, not
    /// one for each of 100,000 events that came alone.
    private static let chunkBytesMost = 1900
    private static let chunkCountMost: Int64 = 120
    /// Of a row of `state`: two make a chunk, and from 1003 bytes on SQLite would put what is over
    /// on another page (its file format, §1.6).
    private static let waitingBytesMost = chunkBytesMost / 2

    /// Adds a chunk; answers how many ids are remembered then.
    static func insert(
        _ chunk: MessageChunk?, into database: Database, count: Int64
    ) throws(StoreError) -> Int64 {
        guard let chunk, chunk.count > 0 else { return count }
        let waiting = try waiting(in: database)
        let joined = joined(chunk, to: waiting)
        if let (kept, rows) = joined, try fit(rows, in: database) {
            for index in kept..<rows.count { try keep(rows[index], as: index, in: database) }
        } else {
            if !waiting.isEmpty { try database.forgetWaiting.run() }
            for chunk in joined?.rows ?? waiting + [chunk] { try append(chunk, to: database) }
        }
        return try evict(from: database, count: count + chunk.count)
    }

    /// How many ids the chunks say that there are.
    static func count(in database: Database) throws(StoreError) -> Int64 {
        try database.connection.integer(
            "SELECT sum(count) FROM (SELECT count FROM message "
                + "UNION ALL SELECT value FROM state WHERE kind = -2)")
    }

    /// Shows the chunks, the oldest first.
    static func visit(
        in database: Database, _ visit: (MessageChunk) -> Void
    ) throws(StoreError) {
        let rows = try database.connection.prepare(
            "SELECT at, count, ids FROM message ORDER BY id")
        while try rows.step() {
            visit(
                MessageChunk(
                    wallMilliseconds: rows.integer(0), count: rows.integer(1),
                    bytes: rows.bytes(2)))
        }
        for chunk in try waiting(in: database) { visit(chunk) }
    }

    /// Adds a chunk to the table `message`, to its last row where it has room there: that is on the
    /// page that a row of its own would be added to.
    private static func append(
        _ chunk: MessageChunk, to database: Database
    ) throws(StoreError) {
        let last = database.lastMessage
        defer { last.reset() }
        if try last.step() {
            let (id, count, bytes) = (last.integer(0), try last.count(1), last.bytes(2))
            if count + chunk.count <= chunkCountMost,
                bytes.count + chunk.bytes.count <= chunkBytesMost
            {
                last.reset()
                return try database.extendMessage.run(
                    .integer(chunk.wallMilliseconds), .integer(count + chunk.count),
                    .blob(bytes + chunk.bytes), .integer(id))
            }
        }
        last.reset()
        try database.insertMessage.run(
            .integer(chunk.wallMilliseconds), .integer(chunk.count), .blob(chunk.bytes))
    }

    /// Drops the oldest chunks of the table `message` that the limit can do without; answers how
    /// many ids are left.
    private static func evict(
        from database: Database, count: Int64
    ) throws(StoreError) -> Int64 {
        guard count > Int64(Limits.rememberedMessages) else { return count }
        var count = count
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
}

/// Those that wait among what every commit writes.
extension Messages {
    /// What a leaf has for its cells: SQLite's file format, §1.6.
    private static let leafBytes: Int64 = Schema.pageBytes - 8
    /// What a row takes beside its ids: 2 bytes for where it is, 2 for how long, 7 before the
    /// columns, 12 in the others of them.
    private static let cellBytes: Int64 = 23

    private static func waiting(in database: Database) throws(StoreError) -> [MessageChunk] {
        let rows = database.waitingMessages
        defer { rows.reset() }
        var waiting: [MessageChunk] = []
        while try rows.step() {
            waiting.append(
                MessageChunk(
                    wallMilliseconds: rows.integer(0), count: try rows.count(1),
                    bytes: rows.bytes(2)))
        }
        return waiting
    }

    private static func keep(
        _ chunk: MessageChunk, as index: Int, in database: Database
    ) throws(StoreError) {
        try database.keepWaiting.run(
            .text(index.description), .integer(chunk.count), .integer(chunk.wallMilliseconds),
            .blob(chunk.bytes))
    }

    /// What waits with a chunk's ids behind it, and how many rows of it stay as they are.
    ///
    /// Nil where the page is too small in any case, or where the ids are of different lengths and
    /// can't be told apart.
    private static func joined(
        _ chunk: MessageChunk, to waiting: [MessageChunk]
    ) -> (kept: Int, rows: [MessageChunk])? {
        let all = Int64(chunk.bytes.count)
        guard all <= leafBytes, chunk.count <= all, all % chunk.count == 0 else { return nil }
        let idBytes = chunk.bytes.count / Int(chunk.count)
        guard idBytes <= waitingBytesMost else { return nil }
        var rows = waiting
        var rest = chunk.bytes[...]
        var kept = rows.count
        while !rest.isEmpty {
            let used = rows.last?.bytes.count ?? waitingBytesMost
            let part = rest.prefix(max(0, waitingBytesMost - used) / idBytes * idBytes)
            guard !part.isEmpty else {
                rows.append(
                    MessageChunk(wallMilliseconds: chunk.wallMilliseconds, count: 0, bytes: []))
                continue
            }
            let last = rows.count - 1
            kept = min(kept, last)
            rows[last].wallMilliseconds = chunk.wallMilliseconds
            rows[last].count += Int64(part.count / idBytes)
            rows[last].bytes += part
            rest = rest.dropFirst(part.count)
        }
        return (kept, rows)
    }

    /// Whether rows have room in what the others leave of their page, however large their numbers
    /// grow.
    ///
    /// A counter that is new may still find the page full. Then it is split until the next ids
    /// come, and all have left it.
    private static func fit(
        _ rows: [MessageChunk], in database: Database
    ) throws(StoreError) -> Bool {
        let others = database.stateBytes
        defer { others.reset() }
        let used = try others.step() ? others.integer(0) : 0
        return rows.reduce(used) { $0 + cellBytes + Int64($1.bytes.count) }
            <= leafBytes
    }
}

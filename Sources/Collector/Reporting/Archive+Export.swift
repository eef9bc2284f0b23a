internal import Events
internal import Foundation
internal import GRDB

extension Archive {
    /// Gives every event as a line of NDJSON, by device, stream, epoch and seq, of one moment.
    ///
    /// Memory does not grow with the events. The database's log cannot be emptied meanwhile.
    ///
    /// - Returns: how many of the times are still being solved.
    @discardableResult
    func export(_ give: (_ line: [UInt8]) throws -> Void) throws -> Int64 {
        try database.read { database in
            let streams = try Row.fetchAll(
                database,
                sql: """
                    SELECT stream.id, device.name, stream.name FROM stream
                    JOIN device ON device.id = stream.device ORDER BY device.name, stream.ordinal
                    """)
            let events = try database.makeStatement(
                sql: """
                    SELECT epoch, seq, message_id, body, time, \(try database.solvedColumns()),
                        \(try database.visitColumns())
                    FROM event WHERE stream = ?
                    ORDER BY epoch, seq
                    """)
            for stream in streams {
                let id: Int64 = stream[0]
                let rows = try Row.fetchCursor(events, arguments: [id])
                while let row = try rows.next() {
                    try give(Self.line(device: stream[1], stream: stream[2], row))
                }
            }
            return try database.timesWaiting()
        }
    }

    private static func line(device: String, stream: String, _ row: Row) -> [UInt8] {
        let body: String = row[3]
        var writer = JSONWriter(capacity: body.utf8.count + 192)
        writer.beginObject()
        writer.member("device", device)
        writer.member("stream", stream)
        writer.member("epoch", row[0] as Int64)
        writer.member("seq", row[1] as Int64)
        writer.key("messageId")
        // Held as it stands between its quotation marks.
        if let messageID: String = row[2] {
            writer.raw(Array("\"\(messageID)\"".utf8))
        } else {
            writer.null()
        }
        writer.time(row)
        writer.visit(row)
        writer.key("event")
        writer.raw(Array(body.utf8))
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

extension Database {
    /// The columns of visits; an archive that was not served since version 4 has none.
    func visitColumns() throws -> String {
        try archiveVersion() < 5 ? "NULL AS visit, NULL AS actor" : "event.visit, event.actor"
    }

    /// The columns of solved times; an archive that was not served since version 2 has none.
    fileprivate func solvedColumns() throws -> String {
        try archiveVersion() < 3 ? "NULL, NULL, NULL" : "time_lower, time_upper, time_quality"
    }
}

extension JSONWriter {
    /// The visit as the device tells it, null for none; nothing of a device that tells none.
    fileprivate mutating func visit(_ row: Row) {
        guard let visit: Int64 = row[8] else { return }
        key("visit")
        if visit > 0 { number(visit) } else { null() }
        let actor = (row[9] as Int64?).flatMap { Actor(rawValue: UInt8(clamping: $0)) } ?? .shopper
        member("actor", actor.word)
    }

    /// The event's time, and how well it is known.
    fileprivate mutating func time(_ row: Row) {
        key("time")
        beginObject()
        member("ms", row[4] as Int64)
        for (name, bound) in [("lower", row[5] as Int64?), ("upper", row[6] as Int64?)] {
            key(name)
            if let bound { number(bound) } else { null() }
        }
        let quality = (row[7] as Int64?).flatMap { SolvedTime.Quality(rawValue: $0) } ?? .unknown
        member("quality", quality.word)
        endObject()
    }
}

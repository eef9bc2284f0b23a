internal import Blocks
internal import Events
internal import Foundation
internal import GRDB
internal import Reports

/// Names of what is counted by device.
enum Counter {
    /// Messages that came with the id of an earlier one and other content; stored as events.
    static let messageIDReused = "message_id_reused"
    /// Requests whose header of anchors could not be read, or spoke of a time ten years away;
    /// what they brought was taken.
    static let clockUnreadable = "clock_unreadable"
    /// Events whose identities are sealed to a key that was not held when they came.
    static let identityUnopened = "identity_unopened"
}

/// Names of what an operator is told of a device.
enum Notice {
    /// The device gave an id twice, with different content, or an epoch in two boots.
    static let clonedOrRestored = "device_cloned_or_restored"
}

/// How a block's boot stands to that of its epoch.
enum EpochBoot {
    /// It is the epoch's.
    case known
    /// It is, from now on.
    case new
    /// The epoch, which is one run of an agent, was of another boot: two machines use the stream.
    case another
}

/// The statements that a block's transaction is made of.
extension Database {
    func run(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }

    func number(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws -> Int64? {
        try Int64.fetchOne(
            cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }

    /// The device's row, made if need be.
    func identify(device name: String) throws -> Int64 {
        if let id = try number("SELECT id FROM device WHERE name = ?", [name]) { return id }
        try run("INSERT INTO device (name) VALUES (?)", [name])
        return lastInsertedRowID
    }

    /// The stream's row; a new one is its device's latest.
    func identify(stream: StreamID, of device: Int64) throws -> Int64 {
        let name = stream.hexadecimal
        let known = try number(
            "SELECT id FROM stream WHERE device = ? AND name = ?", [device, name])
        if let known { return known }
        try run(
            """
            INSERT INTO stream (device, name, ordinal)
            SELECT ?, ?, 1 + coalesce(max(ordinal), 0) FROM stream WHERE device = ?
            """, [device, name, device])
        return lastInsertedRowID
    }

    /// Notes the epoch's boot, which is the first that came, and where the epoch before it ended.
    func record(_ header: BlockHeader, of stream: Int64) throws -> EpochBoot {
        let known = try String.fetchOne(
            cachedStatement(
                sql: "SELECT boot FROM epoch WHERE stream = ? AND epoch = ? AND boot NOT NULL"),
            arguments: [stream, Int64(header.epoch)])
        try run(
            """
            INSERT INTO epoch (stream, epoch, boot) VALUES (?, ?, ?)
            ON CONFLICT (stream, epoch) DO UPDATE SET boot = coalesce(boot, excluded.boot)
            """, [stream, Int64(header.epoch), header.boot.hexadecimal])
        let boot = known.map { $0 == header.boot.hexadecimal ? EpochBoot.known : .another } ?? .new
        guard let previous = header.previous else { return boot }
        try run(
            """
            INSERT INTO epoch (stream, epoch, given) VALUES (?, ?, ?)
            ON CONFLICT (stream, epoch) DO UPDATE
            SET given = max(coalesce(given, 0), excluded.given)
            """, [stream, Int64(previous.epoch), Int64(previous.end)])
        return boot
    }

    /// Adds what a tombstone says of numbers that no tombstone spoke of before.
    func record(_ tombstone: Tombstone, of stream: Int64) throws {
        let epoch = Int64(tombstone.epoch)
        for range in tombstone.sequences {
            let overlapping = try Row.fetchAll(
                cachedStatement(
                    sql: """
                        SELECT first, last FROM tombstone
                        WHERE stream = ? AND epoch = ? AND first <= ? AND last >= ? ORDER BY first
                        """),
                arguments: [stream, epoch, Int64(range.last), Int64(range.first)])
            var next = Int64(range.first)
            for row in overlapping {
                let first: Int64 = row[0]
                if next < first { try bury(stream, epoch, next, first - 1, tombstone.reason) }
                next = row[1] + 1
            }
            if next <= Int64(range.last) {
                try bury(stream, epoch, next, Int64(range.last), tombstone.reason)
            }
        }
    }

    private func bury(
        _ stream: Int64, _ epoch: Int64, _ first: Int64, _ last: Int64, _ reason: String
    ) throws {
        try run(
            "INSERT INTO tombstone (stream, epoch, first, last, reason) VALUES (?, ?, ?, ?, ?)",
            [stream, epoch, first, last, reason])
    }

    /// The contents held under a range of numbers, of events and of duplicates.
    func contents(
        _ stream: Int64, _ epoch: UInt32, _ range: SequenceRange
    ) throws -> [UInt32: [UInt8]] {
        var contents: [UInt32: [UInt8]] = [:]
        for table in ["event", "duplicate"] {
            let rows = try Row.fetchCursor(
                cachedStatement(
                    sql: """
                        SELECT seq, content FROM \(table)
                        WHERE stream = ? AND epoch = ? AND seq BETWEEN ? AND ?
                        """),
                arguments: [stream, Int64(epoch), Int64(range.first), Int64(range.last)])
            while let row = try rows.next() {
                contents[row[0]] = Array(row[1] as Data)
            }
        }
        return contents
    }

    func refuse(_ stream: Int64, _ epoch: UInt32, _ sequence: UInt32, _ reason: String) throws {
        try run(
            """
            INSERT INTO refusal (stream, epoch, seq, reason) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """, [stream, Int64(epoch), Int64(sequence), reason])
    }

    func record(
        conflict content: [UInt8], _ stream: Int64, _ epoch: UInt32, _ sequence: UInt32
    ) throws {
        try run(
            """
            INSERT INTO conflict (stream, epoch, seq, content) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """, [stream, Int64(epoch), Int64(sequence), Data(content)])
    }

    func record(
        duplicate content: [UInt8], _ stream: Int64, _ epoch: UInt32, _ sequence: UInt32
    ) throws {
        try run(
            "INSERT INTO duplicate (stream, epoch, seq, content) VALUES (?, ?, ?, ?)",
            [stream, Int64(epoch), Int64(sequence), Data(content)])
    }

    func contents(ofMessage message: [UInt8], _ device: Int64) throws -> [[UInt8]] {
        try Data.fetchAll(
            cachedStatement(sql: "SELECT content FROM message WHERE device = ? AND message = ?"),
            arguments: [device, Data(message)]
        ).map(Array.init)
    }

    func remember(_ message: [UInt8], _ content: [UInt8], _ device: Int64) throws {
        try run(
            "INSERT INTO message (device, message, content) VALUES (?, ?, ?)",
            [device, Data(message), Data(content)])
    }

    func count(_ device: Int64, _ name: String) throws {
        try run(
            """
            INSERT INTO counter (device, name, value) VALUES (?, ?, 1)
            ON CONFLICT (device, name) DO UPDATE SET value = value + 1
            """, [device, name])
    }

    func notice(_ device: Int64, _ name: String, at milliseconds: Int64) throws {
        try run(
            """
            INSERT INTO notice (device, name, since, latest) VALUES (?, ?, ?, ?)
            ON CONFLICT (device, name) DO UPDATE SET latest = excluded.latest
            """, [device, name, milliseconds, milliseconds])
    }

    func insert(
        _ event: Event, _ facts: EventFacts, _ stream: Int64, _ header: BlockHeader,
        arrival: Int64?, _ time: SolvedTime, boot: String?
    ) throws {
        let money = MoneyColumns(facts.money)
        try run(
            """
            INSERT INTO event (
                stream, epoch, seq, content, lane, kind, stage, time, wall, mono, quality,
                producer, message_id, name, visitor, user_id, order_kind, money, currency,
                minor_units, body, producer_time, arrival, time_lower, time_upper, time_quality,
                boot, visit, actor, sealed, sealed_origin, is_opened
            ) VALUES (
                ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?
            )
            """,
            [
                stream, Int64(header.epoch), Int64(event.sequence), Data(facts.content),
                Int64(event.lane.rawValue), Int64(event.kind.rawValue),
                event.stage.map { Int64($0.rawValue) }, time.milliseconds,
                event.time.wallMilliseconds, event.time.monotonic.milliseconds,
                Int64(event.time.quality.rawValue), Int64(bitPattern: event.producer),
                facts.messageID, facts.name, facts.visitor, facts.userID,
                facts.orderKind?.rawValue, money.state, money.currency, money.minorUnits,
                String(decoding: facts.body, as: UTF8.self), facts.statedMilliseconds, arrival,
                time.bounds?.lowerBound, time.bounds?.upperBound, time.quality.rawValue,
                boot, facts.visit, facts.actor, facts.sealed, facts.sealedOrigin, facts.isOpened,
            ])
    }
}

internal import Events

/// How the database was found.
public enum Opening: Sendable {
    /// As it was left.
    case existing
    /// Not there, and no record of an earlier one.
    case created
    /// Not there, though there had been one: a new stream.
    case recreated
    /// Damaged: a new stream, with what could be carried over.
    case salvaged(Salvage)
}

/// What was carried over from a damaged database.
public struct Salvage: Hashable, Sendable {
    /// Rows of events, in both tables.
    public internal(set) var rowCount: Int64 = 0
    /// The events in them.
    public internal(set) var eventCount: Int64 = 0
    /// Whether the counters were read to the end.
    public internal(set) var hasCounters = false
    /// What could not be read, a phrase each: `tail between normal 3:12 and normal 3:900`.
    public internal(set) var gaps: [String] = []
}

/// The first start on a database, and the record of what was there before.
extension EventStore {
    /// How many bytes of reports of damage are kept.
    private static let damageTextBytesMax = 4096

    /// Fills a new database with what is set aside, if anything is, and begins a new stream.
    func begin(
        _ database: Database, freshStream: StreamID, wallMilliseconds: Int64
    ) throws(StoreError) {
        try Schema.fillLog(database.connection)
        let recorded = files.recordedStream()
        var epochs: [[Value]] = []
        if files.hasSetAside {
            let salvager = Salvager(
                into: database, owner: recorded ?? freshStream, path: files.damaged, vfs: vfs)
            try salvager.run()
            opening = .salvaged(salvager.salvage)
            epochs = salvager.epochs
            let gaps = salvager.salvage.gaps.joined(separator: ", ")
            try note(
                database, wallMilliseconds,
                "the database was damaged; " + salvager.salvage.eventCount.description
                    + " events carried over; lost: " + (gaps.isEmpty ? "nothing known" : gaps))
            if files.setAsideBytes > Budget.room(quotaBytes) / 2 { files.removeSetAside() }
        } else if let recorded, recorded != freshStream {
            opening = .recreated
            try note(
                database, wallMilliseconds,
                "the database was missing; all that stream " + recorded.hexadecimal
                    + " still held is lost")
        } else {
            opening = .created
        }
        pagesMax = Budget.pagesMax(quotaBytes: quotaBytes, setAsideBytes: files.setAsideBytes)
        try Schema.limit(database.connection, pagesMax: pagesMax)
        quarantineBytes = try Quarantine.bytes(in: database)
        messageCount = try database.connection.integer("SELECT sum(count) FROM message")
        try beginEpoch(database, in: freshStream, carrying: epochs)
    }

    /// Adds a line to the text `damaged`, whose oldest lines go when it grows long.
    private func note(
        _ database: Database, _ wallMilliseconds: Int64, _ report: String
    ) throws(StoreError) {
        let earlier = try Texts.text("damaged", in: database) ?? ""
        var text = Array((earlier + wallMilliseconds.description + " " + report + "\n").utf8)
        if text.count > Self.damageTextBytesMax {
            text.removeFirst(text.count - Self.damageTextBytesMax)
            text.removeFirst((text.firstIndex(of: 10) ?? -1) + 1)
        }
        try Texts.keep(
            KeptText("damaged", String(decoding: text, as: UTF8.self)), in: database)
    }
}

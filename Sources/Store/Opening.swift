internal import Events

/// How the database was found.
public enum Opening: Sendable {
    /// As it was left.
    case existing
    /// Not there, and no record of an earlier one.
    case created
    /// Not there, though there had been one: a new stream.
    case recreated
    /// An older copy of the one that was here last: a new stream, and what the copy has.
    case older
    /// Damaged: a new stream, with what could be carried over.
    case salvaged(Salvage)
}

/// What was carried over from a damaged database.
public struct Salvage: Hashable, Sendable {
    /// Rows of events, in both tables.
    public internal(set) var rowCount: Int64 = 0
    /// The events in them.
    public internal(set) var eventCount: Int64 = 0
    /// Those of the rows that were found in the pages themselves, where SQL left gaps.
    public internal(set) var carvedRowCount: Int64 = 0
    /// The events in them: they may lie within the gaps.
    public internal(set) var carvedEventCount: Int64 = 0
    /// Whether the counters were read to the end.
    public internal(set) var hasCounters = false
    /// What could not be read, a phrase each: `tail between normal 3:12 and normal 3:900`.
    public internal(set) var gaps: [String] = []

    /// What the operator is told.
    var report: String {
        var report = eventCount.description + " events carried over"
        if carvedEventCount > 0 {
            report += ", " + carvedEventCount.description + " of them carved out of its pages"
        }
        return report + "; lost: "
            + (gaps.isEmpty ? "nothing known" : gaps.joined(separator: ", "))
    }
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
        let record = files.record()
        var epochs: [[Value]] = []
        if files.isSalvaging {
            let salvager = Salvager(
                into: database, owner: record?.stream ?? freshStream, path: files.salvaging,
                vfs: vfs,
                system: files.system)
            try salvager.run()
            epochs = salvager.epochs
            var last: Int64 = 0
            if case .integer(let number)? = epochs.last?.first { last = number }
            let isAllGone = last == 0 && salvager.salvage.gaps.first == Salvager.everything
            if let record, last < record.epoch, !isAllGone {
                // It may be an older copy as well, or one that was begun when the last had gone:
                // what came after it, or before, is not in it.
                salvager.salvage.gaps.append("others up to epoch " + record.epoch.description)
            }
            opening = .salvaged(salvager.salvage)
            try note(
                database, wallMilliseconds,
                "the database was damaged; " + salvager.salvage.report)
        } else if let record, record.stream != freshStream {
            opening = .recreated
            try note(
                database, wallMilliseconds,
                "the database was missing; lost: all that stream " + record.stream.hexadecimal
                    + " held, others up to epoch " + record.epoch.description)
        } else {
            opening = .created
        }
        quarantineBytes = try Quarantine.bytes(in: database)
        messageCount = try Messages.count(in: database)
        try beginEpoch(
            database, in: freshStream, above: record?.epoch ?? 0, carrying: epochs)
    }

    /// Lets go of a damaged database once an epoch says that its place is taken.
    func endSalvage(_ database: Database) throws(StoreError) {
        guard files.isSalvaging else { return }
        try files.endSalvage(
            keeping: files.setAsideBytes <= Budget.room(quotaBytes) / 2 && files.hasInodesToSpare)
        pagesMax = Budget.pagesMax(quotaBytes: quotaBytes, setAsideBytes: files.setAsideBytes)
        try Schema.limit(database.connection, pagesMax: pagesMax)
    }

    /// Goes on with a database that has been in use: in its stream, unless it is an older copy.
    ///
    /// The numbers that such a copy would give next have been given already.
    func go(
        on database: Database, freshStream: StreamID, wallMilliseconds: Int64
    ) throws(StoreError) {
        opening = .existing
        let last = try database.connection.prepare(
            "SELECT epoch, stream FROM epoch ORDER BY epoch DESC LIMIT 1")
        guard try last.step(), 1...Int64(Limits.epochLast) ~= last.integer(0),
            let known = StreamID(bytes: last.bytes(1))
        else {
            throw StoreError(.corrupt, "begin an epoch", detail: "no valid last epoch")
        }
        let epoch = last.integer(0)
        last.reset()
        guard let record = files.record(), Int64(record.epoch) > epoch else {
            return try withBallast { () throws(StoreError) in try beginEpoch(database, in: nil) }
        }
        opening = .older
        let end = try EpochNumbers(in: database).end
        let report =
            "the database is an older copy; lost: all that stream " + known.hexadecimal
            + " held from " + epoch.description + ":" + end.description
            + " on, and others up to epoch " + record.epoch.description
        try withBallast { () throws(StoreError) in
            try note(database, wallMilliseconds, report)
            try beginEpoch(database, in: freshStream, above: record.epoch)
        }
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

internal import Events

/// Carries over from a damaged database what SQL can still read, and what its pages still hold.
final class Salvager {
    /// What came of it.
    var salvage = Salvage()
    let database: Database
    /// The stream of rows whose epoch cannot be read.
    private let owner: StreamID
    let path: String
    private let vfs: String?
    let system: FileSystem
    private var pending: [[Value]] = []
    private var pendingBytes = 0
    private var epochRows: [Int64: [Value]] = [:]
    /// The epochs of rows that were carried over, and how many numbers each gave at least.
    private var epochEnds: [Int64: Int64] = [:]
    /// Whether SQL has left out rows of events that may still be there.
    private var hasHoles = false

    /// What is lost where nothing can be read.
    static let everything = "everything in it"
    /// How much is carried over in one transaction: far less than the log holds.
    private static let transactionBytesMax = 256 << 10

    init(
        into database: Database, owner: StreamID, path: String, vfs: String?, system: FileSystem
    ) {
        self.database = database
        self.owner = owner
        self.path = path
        self.vfs = vfs
        self.system = system
    }

    /// Reads all tables; only what fails on the new database's side is thrown.
    func run() throws(StoreError) {
        try runSQL()
        // Not before SQLite has let go of the file: closing ours would drop its locks.
        if hasHoles { try carve() }
        try countRows()
    }

    /// The epochs' rows, those of which only their events are left with them.
    var epochs: [[Value]] {
        var rows = epochRows
        for (epoch, least) in epochEnds {
            var row =
                rows[epoch] ?? [
                    .integer(epoch), .blob(owner.bytes), .blob(StreamID(high: 0, low: 0).bytes),
                ]
            // An epoch gave no fewer numbers than its rows have.
            var end = least
            if row.count == 4, case .integer(let known) = row.removeLast() { end = max(end, known) }
            rows[epoch] = row + [.integer(end)]
        }
        return rows.sorted { $0.key < $1.key }.map { $0.value }
    }

    private func runSQL() throws(StoreError) {
        guard let old = open() else {
            salvage.gaps.append(Self.everything)
            hasHoles = true
            return
        }
        let version = version(of: old)
        for name in Schema.eventTables(ofVersion: version) { try carry(name, from: old) }
        for table in ["quarantine", "tombstone", "message", "epoch"] {
            try carry(table, from: old)
        }
        salvage.hasCounters = try carryNamed(
            version < 3 ? "lane, name, value, NULL, NULL FROM counter" : "* FROM state",
            into: "state", from: old)
        _ = try carryNamed("* FROM meta", into: "meta", from: old)
    }

    private func open() -> Connection? {
        do throws(StoreError) {
            let old = try Connection(path: path, vfs: vfs)
            for setting in [
                "locking_mode = EXCLUSIVE", "query_only = ON", "cell_size_check = ON",
                "mmap_size = 0", "trusted_schema = OFF",
                // With this, a file that was cut short is read as far as it goes.
                "writable_schema = ON",
            ] {
                try old.run("PRAGMA " + setting)
            }
            guard 1...Schema.version ~= (try old.integer("PRAGMA user_version")) else { return nil }
            return old
        } catch {
            return nil
        }
    }

    private func version(of old: borrowing Connection) -> Int64 {
        do throws(StoreError) { return try old.integer("PRAGMA user_version") } catch { return 0 }
    }

    private func carry(_ table: String, from old: borrowing Connection) throws(StoreError) {
        guard var reader = TableReader(table, of: old) else {
            salvage.gaps.append("all of " + table)
            if Self.isOfEvents(table) { hasHoles = true }
            return
        }
        // Before version 4 each lane had a tail of its own.
        let place = RowTable(name: table) ?? .tail
        let target = Self.isOfEvents(table) ? place.name : table
        do throws(StoreError) {
            while let row = reader.next() {
                guard let row = admit(row, from: table) else { continue }
                try take(Self.isOfEvents(table) ? RowCheck.row(row, in: place) : row, in: target)
            }
            try store(in: target)
        } catch {
            guard error.code == .full else { throw error }
            salvage.gaps.append("the rest of " + table + ", for want of room")
        }
        for gap in reader.gaps { salvage.gaps.append(table + " between " + gap) }
        if Self.isOfEvents(table), !reader.gaps.isEmpty { hasHoles = true }
    }

    /// Stores a row, together with others.
    func take(
        _ row: [Value], in table: String, unless held: HeldEvents? = nil
    ) throws(StoreError) {
        pending.append(row)
        pendingBytes += row.reduce(64) { (sum, value) in
            if case .blob(let bytes) = value { sum + bytes.count } else { sum }
        }
        if pendingBytes >= Self.transactionBytesMax { try store(in: table, unless: held) }
    }

    /// The row as it is to be stored; nil if it is not, because it makes no sense or goes
    /// elsewhere.
    private func admit(_ row: [Value], from table: String) -> [Value]? {
        let isSensible =
            switch table {
            case "epoch": takeEpoch(row)
            case "tombstone": Self.isTombstone(row)
            case "message": row.count == 4 && Self.isCount(row[2])
            case "state": row.count == 5 && (!Self.isOfMessages(row) || Self.isCount(row[2]))
            case _ where Self.isOfEvents(table): countEvents(row)
            default: true
            }
        if !isSensible, salvage.gaps.last != Self.nonsense(table) {
            salvage.gaps.append(Self.nonsense(table))
        }
        return isSensible && table != "epoch" ? row : nil
    }

    private static func nonsense(_ table: String) -> String { "what makes no sense in " + table }

    private func takeEpoch(_ row: [Value]) -> Bool {
        guard row.count == 4, case .integer(let epoch) = row[0], case .integer(let end) = row[3],
            1...Int64(Limits.epochLast) ~= epoch, 0...Int64(UInt32.max) ~= end
        else { return false }
        epochRows[epoch] = row
        return true
    }

    private static func isOfEvents(_ table: String) -> Bool {
        Schema.eventTables.contains(table)
    }

    private func countEvents(_ row: [Value]) -> Bool {
        guard takeEvents(row), case .integer(let count) = row[EventColumn.events] else {
            return false
        }
        salvage.rowCount += 1
        salvage.eventCount += count
        return true
    }

    /// Whether an event's row makes sense; remembers its epoch.
    func takeEvents(_ row: [Value]) -> Bool {
        guard row.count == EventColumn.count, case .integer(let number) = row[EventColumn.id],
            case .integer(let count) = row[EventColumn.events],
            case .blob(let bytes) = row[EventColumn.ranges], case .blob = row[EventColumn.body],
            let ranges = RangeCoding.ranges(bytes)
        else { return false }
        let id = RowID(stored: number)
        guard id.lane != nil, ranges.first?.first == id.first,
            ranges.reduce(0, { $0 + $1.count }) == count
        else { return false }
        // The row stands in for its epoch's own, should that be unreadable.
        let end = Int64(ranges.last?.last ?? 0) + 1
        epochEnds[Int64(id.epoch)] = max(end, epochEnds[Int64(id.epoch)] ?? 0)
        return true
    }

    /// Whether a row of `state` has message ids.
    private static func isOfMessages(_ row: [Value]) -> Bool {
        if case .integer(-2) = row[0] { true } else { false }
    }

    /// Whether a row can have so many message ids.
    private static func isCount(_ value: Value) -> Bool {
        if case .integer(0...Int64(UInt32.max)) = value { true } else { false }
    }

    private static func isTombstone(_ row: [Value]) -> Bool {
        guard row.count == 5, case .blob(let stream) = row[1], StreamID(bytes: stream) != nil,
            case .blob(let bytes) = row[3], let ranges = RangeCoding.ranges(bytes)
        else { return false }
        return !ranges.isEmpty
    }

    /// Stores what waits, but for rows whose events are held.
    func store(in table: String, unless held: HeldEvents? = nil) throws(StoreError) {
        guard let width = pending.first?.count else { return }
        defer {
            pending = []
            pendingBytes = 0
        }
        let marks = Array(repeating: "?", count: width).joined(separator: ", ")
        // A salvage that was broken off has left rows: they are the same.
        let insert = try database.connection.prepare(
            "INSERT OR IGNORE INTO " + table + " VALUES (" + marks + ")")
        try database.transaction { (_) throws(StoreError) in
            for row in pending {
                if let held, try held.hold(row) { continue }
                try insert.bind(row)
                _ = try insert.step()
            }
            insert.reset()
        }
    }

    /// Carries over what a query answers, of a table that is ordered by name; true if that is all.
    private func carryNamed(
        _ query: String, into table: String, from old: borrowing Connection
    ) throws(StoreError) -> Bool {
        var isWhole = false
        do throws(StoreError) {
            let rows = try old.prepare("SELECT " + query)
            while try rows.step() {
                if let row = admit(rows.values(), from: table) { pending.append(row) }
            }
            isWhole = true
        } catch {
            salvage.gaps.append("the rest of " + table)
        }
        try store(in: table)
        return isWhole
    }
}

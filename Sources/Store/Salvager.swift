internal import Events

/// Carries over from a damaged database what SQL can still read.
final class Salvager {
    /// What came of it.
    private(set) var salvage = Salvage()
    /// The epochs' rows by their numbers, those of which only their events are left with them.
    private(set) var epochs: [Int64: [Value]] = [:]

    private let database: Database
    /// The stream of rows whose epoch cannot be read.
    private let owner: StreamID
    private let path: String
    private let vfs: String?
    private var pending: [[Value]] = []
    private var pendingBytes = 0

    /// How much is carried over in one transaction: far less than the log holds.
    private static let transactionBytesMax = 256 << 10

    init(into database: Database, owner: StreamID, path: String, vfs: String?) {
        self.database = database
        self.owner = owner
        self.path = path
        self.vfs = vfs
    }

    /// Reads all tables; only what fails on the new database's side is thrown.
    func run() throws(StoreError) {
        guard let old = open() else {
            salvage.gaps.append("everything in it")
            return
        }
        let isFirstVersion = version(of: old) == 1
        for place in RowPlace.allCases
        where !isFirstVersion || place == .tail || place == .block {
            try carry(place.name, from: old)
        }
        for table in ["quarantine", "tombstone", "message", "epoch"] {
            try carry(table, from: old)
        }
        try carryNamed(from: old)
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
            return
        }
        do throws(StoreError) {
            while let row = reader.next() {
                guard let row = admit(row, from: table) else { continue }
                pending.append(row)
                pendingBytes += row.reduce(64) { (sum, value) in
                    if case .blob(let bytes) = value { sum + bytes.count } else { sum }
                }
                if pendingBytes >= Self.transactionBytesMax { try store(in: table) }
            }
            try store(in: table)
        } catch {
            guard error.code == .full else { throw error }
            salvage.gaps.append("the rest of " + table + ", for want of room")
        }
        for gap in reader.gaps { salvage.gaps.append(table + " between " + gap) }
    }

    /// The row as it is to be stored; nil if it is not, because it makes no sense or goes
    /// elsewhere.
    private func admit(_ row: [Value], from table: String) -> [Value]? {
        let isSensible =
            switch table {
            case "epoch": takeEpoch(row)
            case "tombstone": Self.isTombstone(row)
            case _ where RowPlace(name: table) != nil: takeEvents(row)
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
        // It is put in place of what its rows said of it, but gave no fewer numbers than they have.
        epochs[epoch] = [row[0], row[1], row[2], .integer(max(end, Self.end(epochs[epoch])))]
        return true
    }

    private static func end(_ epoch: [Value]?) -> Int64 {
        if case .integer(let end)? = epoch?.last { end } else { 0 }
    }

    private func takeEvents(_ row: [Value]) -> Bool {
        guard row.count == 5, case .integer(let number) = row[0], case .integer(let count) = row[1],
            case .blob(let bytes) = row[2], case .blob = row[3],
            let ranges = RangeCoding.ranges(bytes)
        else { return false }
        let id = RowID(value: number)
        guard number >= 0, id.lane != nil, ranges.first?.first == id.first,
            ranges.reduce(0, { $0 + $1.count }) == count
        else { return false }
        salvage.rowCount += 1
        salvage.eventCount += count
        remember(id, end: Int64(ranges.last?.last ?? 0) + 1)
        return true
    }

    private static func isTombstone(_ row: [Value]) -> Bool {
        guard row.count == 5, case .blob(let stream) = row[1], StreamID(bytes: stream) != nil,
            case .blob(let bytes) = row[3], let ranges = RangeCoding.ranges(bytes)
        else { return false }
        return !ranges.isEmpty
    }

    /// Lets a row of events stand in for its epoch's own, should that be unreadable.
    private func remember(_ id: RowID, end: Int64) {
        let epoch = Int64(id.epoch)
        epochs[epoch] = [
            .integer(epoch), .blob(owner.bytes), .blob(StreamID(high: 0, low: 0).bytes),
            .integer(max(end, Self.end(epochs[epoch]))),
        ]
    }

    private func store(in table: String) throws(StoreError) {
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
                try insert.bind(row)
                _ = try insert.step()
            }
            insert.reset()
        }
    }

    /// The two tables that are ordered by name; read until the first fault.
    private func carryNamed(from old: borrowing Connection) throws(StoreError) {
        for table in ["counter", "meta"] {
            var isWhole = false
            do throws(StoreError) {
                let rows = try old.prepare("SELECT * FROM " + table)
                while try rows.step() { pending.append(rows.values()) }
                isWhole = true
            } catch {
                salvage.gaps.append("the rest of " + table)
            }
            try store(in: table)
            if table == "counter" { salvage.hasCounters = isWhole }
        }
    }
}

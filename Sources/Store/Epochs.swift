public import Events

/// The starts of the agent on this database, and its streams.
extension EventStore {
    /// Begins the next epoch in the same stream: the sequence numbers of this one are used up.
    public func beginEpoch() throws(StoreError) {
        try guarded { (database) throws(StoreError) in try beginEpoch(database, in: nil) }
        try keepRecord()
    }

    /// Begins a new stream, and the next epoch in it: the collector holds others under our ids.
    public func beginStream(_ stream: StreamID) throws(StoreError) {
        try guarded { (database) throws(StoreError) in try beginEpoch(database, in: stream) }
        try keepRecord()
    }

    /// Keeps stream and epoch outside of the database.
    ///
    /// On a full disk the record waits for the next start: an older one harms nothing that the
    /// database itself remembers.
    func keepRecord() throws(StoreError) {
        do throws(StoreError) {
            try withBallast { () throws(StoreError) in
                try files.keep(EpochRecord(stream: stream, epoch: epoch))
            }
        } catch {
            guard error.code == .full else { throw error }
        }
    }

    /// Commits the epoch after the largest one, in `newStream` or in the last one's.
    ///
    /// No epoch up to `least` is given. `carried` are epochs of a damaged database, stored in the
    /// same instant.
    func beginEpoch(
        _ database: Database, in newStream: StreamID?, above least: UInt32 = 0,
        carrying carried: [[Value]] = []
    ) throws(StoreError) {
        let (next, stream) = try database.transaction {
            (database) throws(StoreError) -> (UInt32, StreamID) in
            let insert = try database.connection.prepare("INSERT INTO epoch VALUES (?, ?, ?, ?)")
            for row in carried {
                try insert.bind(row)
                _ = try insert.step()
            }
            try EpochNumbers.settle(in: database)
            let last = try database.connection.prepare(
                "SELECT epoch, stream FROM epoch ORDER BY epoch DESC LIMIT 1")
            let hasLast = try last.step()
            let lastEpoch = max(Int64(least), hasLast ? last.integer(0) : 0)
            guard let stream = newStream ?? (hasLast ? StreamID(bytes: last.bytes(1)) : nil),
                0..<Int64(Limits.epochLast) ~= lastEpoch
            else { throw StoreError(.corrupt, "begin an epoch", detail: "no valid last epoch") }
            let next = lastEpoch + 1
            last.reset()
            try prune(database)
            try insert.run(.integer(next), .blob(stream.bytes), .blob(boot.bytes), .integer(0))
            try EpochNumbers(epoch: next, end: 0, commits: 0).keep(in: database)
            return (UInt32(next), stream)
        }
        epoch = next
        self.stream = stream
        nextSequence = 0
        commitCount = 0
        tailEvents = [0, 0, 0]
        tailBytes = [0, 0, 0]
        unsealedFrom = .min
    }

    /// Goes on after the database was opened again: in a new epoch, if a failed commit is in it.
    func resume(_ database: Database) throws(StoreError) {
        let current = try database.connection.prepare(
            "SELECT 1 FROM epoch WHERE epoch = ? AND stream = ?")
        try current.bind(.integer(Int64(epoch)), .blob(stream.bytes))
        let known = EpochNumbers(
            epoch: Int64(epoch), end: Int64(nextSequence), commits: commitCount)
        let isOurs = try current.step()
        current.reset()
        let isAsKnown = try EpochNumbers(in: database) == known
        if !isOurs || !isAsKnown { try beginEpoch(database, in: nil) }
    }

    /// What ids of `epoch` need beside lane and sequence; nil for an unknown epoch.
    public func epochInfo(_ epoch: UInt32) throws(StoreError) -> EpochInfo? {
        try guarded { (database) throws(StoreError) in try epochInfo(epoch, in: database) }
    }

    func epochInfo(_ epoch: UInt32, in database: Database) throws(StoreError) -> EpochInfo? {
        let row = try database.connection.prepare(
            "SELECT stream, boot FROM epoch WHERE epoch = ?")
        try row.bind(.integer(Int64(epoch)))
        guard try row.step(), let stream = StreamID(bytes: row.bytes(0)),
            let boot = StreamID(bytes: row.bytes(1))
        else { return nil }
        let previous = try database.connection.prepare(
            "SELECT epoch, end FROM epoch WHERE epoch < ? AND stream = ? AND end > 0 "
                + "ORDER BY epoch DESC LIMIT 1")
        try previous.bind(.integer(Int64(epoch)), .blob(stream.bytes))
        let hasPrevious = try previous.step()
        return EpochInfo(
            epoch: epoch, stream: stream, boot: boot,
            previousEpoch: hasPrevious ? UInt32(truncatingIfNeeded: previous.integer(0)) : nil,
            previousEnd: hasPrevious ? UInt32(truncatingIfNeeded: previous.integer(1)) : 0)
    }

    /// Forgets epochs that gave no number, and those before the last one that a queued row needs.
    private func prune(_ database: Database) throws(StoreError) {
        try database.connection.run("DELETE FROM epoch WHERE end = 0")
        try RegionMarks.prune(boot: boot, in: database)
        var oldest = Int64(Limits.epochLast) + 1
        // Of a tail the first row is the oldest, whoever's it is.
        let spans = [RowSpan.tail] + Lane.allCases.flatMap { RowSpan.blocks(of: $0) }
        for span in spans {
            let row = database.oldestRows[Int(span.table.rawValue)]
            try span.bind(to: row)
            if try row.step() { oldest = min(oldest, Int64(RowID(stored: row.integer(0)).epoch)) }
            row.reset()
        }
        // Each stream's last epoch before the oldest queued one says where that one began.
        try database.connection.prepare(
            "DELETE FROM epoch WHERE epoch < ?1 AND epoch NOT IN "
                + "(SELECT max(epoch) FROM epoch WHERE epoch < ?1 GROUP BY stream)"
        ).run(.integer(oldest))
    }
}

/// What every commit says of the current epoch: kept among the counters, whose page it writes
/// anyway, until the next epoch begins.
struct EpochNumbers: Equatable {
    var epoch: Int64
    /// The count of sequence numbers given.
    var end: Int64
    /// Tells a commit that failed but is there.
    var commits: Int64

    init(epoch: Int64, end: Int64, commits: Int64) {
        self.epoch = epoch
        self.end = end
        self.commits = commits
    }

    /// Reads them; of epoch 0 where they are not there.
    init(in database: Database) throws(StoreError) {
        let value = try database.connection.prepare(
            "SELECT value FROM state WHERE kind = -1 AND name = ?")
        func read(_ name: String) throws(StoreError) -> Int64 {
            try value.bind(.text(name))
            defer { value.reset() }
            return try value.step() ? value.integer(0) : 0
        }
        (epoch, end, commits) = (try read("epoch"), try read("end"), try read("commits"))
    }

    func keep(in database: Database) throws(StoreError) {
        let keep = try database.connection.prepare(
            "INSERT OR REPLACE INTO state(kind, name, value) VALUES (-1, ?, ?)")
        try keep.run(.text("epoch"), .integer(epoch))
        try keep.run(.text("end"), .integer(end))
        try keep.run(.text("commits"), .integer(commits))
    }

    /// Gives the epoch that was current its end.
    static func settle(in database: Database) throws(StoreError) {
        let numbers = try EpochNumbers(in: database)
        // A damaged number must not make the epoch's end less than what its rows tell.
        guard 0...Int64(UInt32.max) ~= numbers.end else { return }
        try database.connection.prepare(
            "UPDATE epoch SET end = max(end, ?) WHERE epoch = ?"
        ).run(.integer(numbers.end), .integer(numbers.epoch))
    }
}

extension StreamID {
    /// The 16 bytes, as the database holds them.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for word in [high, low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }

    /// Takes 16 bytes; nil for any other count.
    init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        var words: [UInt64] = [0, 0]
        for (index, byte) in bytes.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.init(high: words[0], low: words[1])
    }
}

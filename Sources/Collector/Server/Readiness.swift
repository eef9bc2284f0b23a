internal import GRDB

/// Whether the database commits, by the latest that was tried.
///
/// Blocks tell of it as they come; only where none came lately is a commit tried for itself, by one
/// asker for all.
actor Readiness {
    private let archive: Archive
    private let memory: Duration
    private var latest: (isCommitted: Bool, moment: ContinuousClock.Instant)?
    private var trial: Task<Bool, Never>?

    /// Begins without a commit.
    ///
    /// - Parameter memory: for so long a commit, or its failure, speaks for the next one: a
    ///   balancer that asks each second costs a quiet collector one small commit in that time.
    init(archive: Archive, memory: Duration = .seconds(5)) {
        self.archive = archive
        self.memory = memory
    }

    /// Notes what became of a commit.
    func note(isCommitted: Bool) { latest = (isCommitted, .now) }

    /// Whether the next block would most likely be committed.
    func canCommit() async -> Bool {
        if let latest, latest.moment.duration(to: .now) < memory { return latest.isCommitted }
        if let trial { return await trial.value }
        let trial = Task { [archive] in await archive.canCommit() }
        self.trial = trial
        let isCommitted = await trial.value
        self.trial = nil
        note(isCommitted: isCommitted)
        return isCommitted
    }
}

extension Archive {
    /// Commits, under full sync, what is there already.
    fileprivate func canCommit() async -> Bool {
        do {
            try await database.write { database in
                let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                // SQLite writes the page also for the number that it holds.
                try database.execute(sql: "PRAGMA user_version = \(version)")
            }
            return true
        } catch {
            return false
        }
    }
}

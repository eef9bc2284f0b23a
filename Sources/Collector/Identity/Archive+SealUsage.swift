internal import GRDB
internal import Identity

/// What was sealed to one key.
struct SealUsage: Equatable {
    var events: Int64
    /// Those among them whose seal was not opened when they came.
    var unopened: Int64
    var latestMilliseconds: Int64
}

extension Archive {
    /// What was sealed to each key, by its name.
    func sealUsage() throws -> [UInt64: SealUsage] {
        try database.read { database in
            guard try database.archiveVersion() >= 5 else { return [:] }
            var usage: [UInt64: SealUsage] = [:]
            // 12 characters are the version and the key's name.
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT substr(sealed, 1, 12), count(*), sum(is_opened = 0), max(time)
                    FROM event WHERE sealed IS NOT NULL GROUP BY 1
                    """)
            while let row = try rows.next() {
                let start: String = row[0]
                guard let name = SealOpener.keyName(of: Array(start.utf8)) else { continue }
                usage[name] = SealUsage(
                    events: row[1], unopened: row[2], latestMilliseconds: row[3])
            }
            return usage
        }
    }
}

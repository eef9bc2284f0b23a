internal import GRDB
internal import Logging

/// What the whole archive says of the devices, counted beside the writer and seldom.
///
/// Counting reads every id that is held, which takes a second for some six million. So no scrape
/// does it: a scrape gives the latest, and has the next one begun when it is due.
actor ArchiveSurvey {
    struct Findings: Equatable, Sendable {
        var devices: Int64
        var duplicates: Int64
        var conflicts: Int64
        /// Numbers by device, as `report gaps` counts them; the most first.
        var missing: [Missing]
        var takenAtMilliseconds: Int64
        var tookMilliseconds: Int64
    }

    struct Missing: Equatable, Sendable {
        var device: String
        var count: Int64
    }

    /// The least time between two surveys.
    static let rest = Duration.seconds(10)
    /// A survey is followed by so many times its length without one: 2 % of a processor at most.
    static let restPerSurvey = 50

    private let folder: String
    private let log: Logger
    private let rest: Duration
    private var latest: Findings?
    private var nextDue: ContinuousClock.Instant?
    private var isUnderWay = false

    init(folder: String, log: Logger, rest: Duration = ArchiveSurvey.rest) {
        self.folder = folder
        self.log = log
        self.rest = rest
    }

    /// The latest findings, nil before the first; begins the next survey if it is due.
    func findings() -> Findings? {
        if !isUnderWay, nextDue.map({ $0 <= .now }) ?? true {
            isUnderWay = true
            Task { await survey() }
        }
        return latest
    }

    private func survey() async {
        let start = ContinuousClock.now
        // A survey that fails is tried again in its time; how old the latest is, is in the answer.
        do {
            var findings = try await Self.findings(in: folder)
            findings.tookMilliseconds = start.duration(to: .now).milliseconds
            latest = findings
        } catch {
            log.warning("the archive cannot be surveyed", metadata: ["error": "\(type(of: error))"])
        }
        nextDue = .now + max(rest, start.duration(to: .now) * Self.restPerSurvey)
        isUnderWay = false
    }

    private static func findings(in folder: String) async throws -> Findings {
        // A reader of its own: the writer's connection is not held up.
        let archive = try Archive.openForReading(folder: folder)
        let findings = try await archive.database.read { database in
            func count(_ table: String) throws -> Int64 {
                try database.number("SELECT count(*) FROM \(table)", []) ?? 0
            }
            var missing: [String: Int64] = [:]
            for gap in try database.gaps() { missing[gap.device, default: 0] += gap.missing }
            return Findings(
                devices: try count("device"), duplicates: try count("duplicate"),
                conflicts: try count("conflict"),
                missing: missing.map { Missing(device: $0.key, count: $0.value) }
                    .sorted { ($1.count, $0.device) < ($0.count, $1.device) },
                takenAtMilliseconds: BlockDesk.nowMilliseconds(), tookMilliseconds: 0)
        }
        try archive.close()
        return findings
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

internal import Logging

/// Has waiting times solved beside the blocks, and no faster than leaves the database to them.
///
/// What fails is tried again for as long as the process lives: the next block that leaves something
/// may never come.
actor TimeSettler {
    /// Between a failure and the next try; each further one in a row waits twice as long.
    static let pauseFirst = Duration.seconds(10)
    static let pauseMost = Duration.seconds(600)

    private let archive: Archive
    private let log: Logger
    /// Waits, or throws where the task is cancelled.
    private let wait: @Sendable (Duration) async throws -> Void
    /// What is under way.
    private(set) var work: Task<Void, Never>?
    private var isAsked = false
    /// Events of an earlier version's archive, once they were counted.
    private var untimed: Int64?
    private var pause: Duration?

    init(
        archive: Archive, log: Logger,
        wait: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.archive = archive
        self.log = log
        self.wait = wait
    }

    /// Begins unless it is under way; asked meanwhile, it looks once more before it ends.
    func settle() {
        isAsked = true
        guard work == nil else { return }
        work = Task { await run() }
    }

    /// Ends after the step that is under way; the rest is done after the next start.
    func stop() async {
        work?.cancel()
        await work?.value
    }

    private func run() async {
        while isAsked, !Task.isCancelled {
            do {
                try await solve()
            } catch {
                isAsked = true
                // Not where the process ends.
                if !Task.isCancelled { await rest(after: error) }
            }
        }
        work = nil
    }

    private func solve() async throws {
        try await announce()
        while isAsked {
            isAsked = false
            var start = ContinuousClock.now
            while try await step() {
                // Half of the time is for blocks, whatever devices learn of their clocks.
                try await Task.sleep(for: start.duration(to: .now))
                start = .now
            }
        }
        guard let untimed, untimed > 0 else { return }
        log.info("times are solved", metadata: ["events": "\(untimed)"])
        self.untimed = 0
    }

    private func announce() async throws {
        guard untimed == nil else { return }
        let count = try await archive.untimedCount()
        untimed = count
        guard count > 0 else { return }
        log.info(
            "the archive is of an earlier version: times of its events are being solved",
            metadata: ["events": "\(count)"])
    }

    private func step() async throws -> Bool {
        let mayBeMore = try await archive.settle()
        if pause != nil { log.info("times of stored events are being solved again") }
        pause = nil
        return mayBeMore
    }

    /// A full disk stays full for hours: the log says so once.
    private func rest(after error: any Error) async {
        if pause == nil {
            log.warning(
                "times of stored events cannot be solved now; it is tried again",
                metadata: ["error": "\(BlockDesk.cause(of: error))"])
        }
        let length = pause.map { min($0 * 2, Self.pauseMost) } ?? Self.pauseFirst
        pause = length
        do {
            try await wait(length)
        } catch {
            // Cut short: the process ends.
        }
    }
}

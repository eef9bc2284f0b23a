internal import Logging

/// Has waiting times solved beside the blocks, and no faster than leaves the database to them.
actor TimeSettler {
    private let archive: Archive
    private let log: Logger
    private var work: Task<Void, Never>?
    private var isAsked = false

    init(archive: Archive, log: Logger) {
        self.archive = archive
        self.log = log
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
        do {
            try await solve()
        } catch is CancellationError {
            // The process ends.
        } catch {
            isAsked = false
            log.warning(
                "times of stored events cannot be solved now",
                metadata: ["error": "\(BlockDesk.cause(of: error))"])
        }
        work = nil
        if isAsked, !Task.isCancelled { settle() }
    }

    private func solve() async throws {
        let untimed = try await archive.untimedCount()
        if untimed > 0 {
            log.info(
                "the archive is of an earlier version: times of its events are being solved",
                metadata: ["events": "\(untimed)"])
        }
        while isAsked {
            isAsked = false
            var start = ContinuousClock.now
            while try await archive.settle() {
                // Half of the time is for blocks, whatever devices learn of their clocks.
                try await Task.sleep(for: start.duration(to: .now))
                start = .now
            }
        }
        if untimed > 0 { log.info("times are solved", metadata: ["events": "\(untimed)"]) }
    }
}

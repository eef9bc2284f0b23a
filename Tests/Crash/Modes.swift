internal import Ring
internal import SeededText

/// What became of a mode: what was found, and whether what was written makes that mean something.
struct Report {
    let mode: String
    private(set) var tally = Tally()
    private var written = 0
    private var full = 0
    private var refused = 0
    private var padded = 0
    private var lastRoom = 0
    private var instructionsMost = 0

    /// What the most instructions are of.
    private let part: String

    init(_ mode: String, of part: String = "a write") {
        self.mode = mode
        self.part = part
    }

    mutating func add(_ stage: some Scene) {
        let ledger = stage.ledger
        tally += stage.tally
        written += ledger.entries.count
        refused += ledger.refusedCount
        full += ledger.endedCount - ledger.entries.count - ledger.refusedCount
        padded += ledger.paddedCount
        lastRoom += ledger.lastRoomCount
        instructionsMost = max(instructionsMost, stage.instructionsUsed)
    }

    /// Nothing was found, at enough points.
    var isClean: Bool { tally.isClean && tally.points >= 10_000 }

    /// And every way that a write can take was gone often.
    var isGood: Bool {
        isClean && written >= 200
            && [full, refused, padded, lastRoom].allSatisfy { $0 >= 10 }
    }

    var text: String {
        "\(mode): \(tally.text); \(written) written, \(padded) behind padding, \(lastRoom) in the"
            + " last room, \(full) full, \(refused) refused; \(part) takes \(instructionsMost)"
            + " instructions at most" + (tally.first.map { "\n  first: \($0)" } ?? "")
    }
}

/// The writer is killed: at each instruction an agent and a successor make do with what is left.
struct Crash {
    let writeCount: Int
    let seed: UInt64

    /// - Parameter fault: one of this is enough.
    func run<Writer: LaneWriting & ~Copyable>(
        _ open: (Lane) -> Writer, until fault: Fault? = nil
    ) throws(NotTraceable) -> Report {
        let stage = Stage(Script(seed: seed, count: writeCount))
        var snapshot = Snapshot()
        var random = Seeded(seed)
        try stage.play(open, until: fault) {
            snapshot.judge(stage, open)
            // So seldom that the lane is full from time to time.
            if random.oneIn(700) { stage.agentReads(atMost: random.below(30)) }
            if random.oneIn(700) { stage.agent.release() }
        }
        var report = Report("crash")
        report.add(stage)
        return report
    }
}

/// The reader is killed while a writer goes on: at each instruction the next agent, which begins
/// behind what is stored, makes do with what is left.
struct ReaderCrash {
    let writeCount: Int
    let seed: UInt64

    /// - Parameter fault: one of this is enough.
    func run<Reader: LaneReading & ~Copyable>(
        _ open: (Lane) -> Reader, _ steps: [Step], until fault: Fault? = nil
    ) throws(NotTraceable) -> Report {
        let stage = ReaderStage(Script(seed: seed, count: writeCount))
        var snapshot = Snapshot()
        var random = Seeded(seed)
        try stage.play(open, steps, &random, until: fault) {
            snapshot.judge(stage) { $0.writer() }
        }
        var report = Report("reader", of: "a record or a batch")
        report.add(stage)
        return report
    }
}

/// The writer is stopped, and goes on: at each instruction the agent reads and gives back what
/// there is; then it does so at some, from every second to so few that the lane is full.
struct Stop {
    let writeCount: Int
    /// The agent acts once in 2 to the power of so many instructions; a script for each.
    let paces: Range<Int>

    /// - Parameter fault: one of this is enough.
    func run<Writer: LaneWriting & ~Copyable>(
        _ open: (Lane) -> Writer, until fault: Fault? = nil
    ) throws(NotTraceable) -> Report {
        var report = Report("stop")
        for pace in paces {
            let seed = UInt64(pace) + 1
            let stage = Stage(Script(seed: seed, count: writeCount))
            var random = Seeded(seed)
            try stage.play(open, until: fault) {
                guard random.oneIn(1 << pace) else { return }
                switch pace == 0 ? 3 : random.below(4) {
                case 0: stage.agentReads(atMost: 1)
                case 1: stage.agentReads(atMost: .max)
                case 2: stage.agent.release()
                default:
                    for _ in 0..<3 {
                        stage.agentReads(atMost: .max)
                        stage.agent.release()
                    }
                }
            }
            report.add(stage)
            if let fault, report.tally[fault] > 0 { break }
        }
        return report
    }
}

extension Stage {
    /// The agent reads the lane that is being written.
    func agentReads(atMost most: Int) {
        if let wrong = agent.read(atMost: most, from: ledger, isUnderWay: isUnderWay) {
            tally.note(.corrupt, wrong)
        }
    }
}

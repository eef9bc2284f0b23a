/// Each mistake of a writer and of a reader is caught in each mode that can show it, and called
/// what it is.
enum Plants {
    static func areCaught() throws(NotTraceable) -> Bool {
        var areCaught = try isClean()
        for mistake in Mistake.allCases {
            func open(_ lane: Lane) -> PlantedWriter { PlantedWriter(mistake, lane) }
            if let fault = mistake.inCrash {
                let report = try Crash(writeCount: 150, seed: 2).run(open, until: fault)
                areCaught = tell(report, mistake.rawValue, fault) && areCaught
            }
            if let fault = mistake.inStop {
                let report = try Stop(writeCount: 60, paces: 0..<12).run(open, until: fault)
                areCaught = tell(report, mistake.rawValue, fault) && areCaught
            }
        }
        for mistake in ReaderMistake.allCases {
            let report = try ReaderCrash(writeCount: 200, seed: 2).run(
                { PlantedReader(mistake, $0) }, ReaderMistake.steps(mistake), until: mistake.fault)
            areCaught = tell(report, mistake.rawValue, mistake.fault) && areCaught
        }
        return areCaught
    }

    /// A writer that makes no mistake is let pass, and so is a reader.
    private static func isClean() throws(NotTraceable) -> Bool {
        func open(_ lane: Lane) -> PlantedWriter { PlantedWriter(nil, lane) }
        let crash = try Crash(writeCount: 200, seed: 2).run(open)
        let stop = try Stop(writeCount: 20, paces: 0..<12).run(open)
        let reader = try ReaderCrash(writeCount: 200, seed: 2).run(
            { PlantedReader(nil, $0) }, ReaderMistake.steps(nil))
        for report in [crash, stop, reader] where !report.isClean {
            print("MISJUDGED: no mistake, \(report.text)")
        }
        return crash.isClean && stop.isClean && reader.isClean
    }

    private static func tell(_ report: Report, _ mistake: String, _ fault: Fault) -> Bool {
        let isCaught = report.tally[fault] > 0
        let verdict = isCaught ? "caught" : "MISSED"
        print(
            "\(verdict): \(mistake), \(report.mode), \(fault.rawValue):"
                + " \(report.tally.text)")
        return isCaught
    }
}
